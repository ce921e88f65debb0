extension RecordSchema {
  /// The file's text: members by name, two spaces of indentation, a line feed at the end.
  public var text: String {
    var lines = ""
    Self.write(json, indentation: "", to: &lines)
    return lines + "\n"
  }

  private static func write(_ value: JSONValue, indentation: String, to text: inout String) {
    let inner = indentation + "  "
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        text += (index > 0 ? ",\n" : "") + inner + JSONValue.string(member.key).canonicalText + ": "
        write(member.value, indentation: inner, to: &text)
      }
      text += "\n\(indentation)}"
    case .array(let elements) where elements.contains { $0["type"] != nil }:
      text += "[\n"
      for (index, element) in elements.enumerated() {
        text += (index > 0 ? ",\n" : "") + inner
        write(element, indentation: inner, to: &text)
      }
      text += "\n\(indentation)]"
    case .array(let elements):
      text += "[" + elements.map(\.canonicalText).joined(separator: ", ") + "]"
    default: text += value.canonicalText
    }
  }
}
