extension JSONValue {
  /// The canonical form of RFC 8785: members sorted by UTF-16 code units, no white space, ECMAScript numbers.
  ///
  /// A number that is not finite has no JSON form and is written as `null`.
  public func canonicalBytes() -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    write(to: &out)
    return out
  }

  public var canonicalText: String { String(decoding: canonicalBytes(), as: UTF8.self) }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: CanonicalText.literal("null", to: &out)
    case .boolean(let flag): CanonicalText.literal(flag ? "true" : "false", to: &out)
    case .integer(let number): CanonicalText.append(Int(number), to: &out)
    case .number(let number): CanonicalText.append(number, to: &out)
    case .string(let text): CanonicalText.append(text, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        element.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        CanonicalText.append(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}
