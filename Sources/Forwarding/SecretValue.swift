/// A secret in memory. No description, dump or interpolation shows it; only `reveal()` does.
struct SecretValue: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let value: String

  init(_ value: String) { self.value = value }

  /// For the place where it is used, and nowhere else.
  func reveal() -> String { value }

  var description: String { "<redacted>" }
  var debugDescription: String { "<redacted>" }
  var customMirror: Mirror { Mirror(self, children: []) }
}

/// Takes secrets out of text that others wrote (a server's answer, a library's error) and makes one short line of it.
struct Redactor: Sendable {
  private var secrets: [SecretValue]
  private let limit: Int

  init(_ secrets: [SecretValue] = [], limit: Int = 200) {
    self.secrets = secrets
    self.limit = limit
  }

  func line(_ text: String) -> String {
    var text = text
    for secret in secrets {
      let value = secret.reveal()
      // A shorter text is no secret, and taking it out would only make holes.
      if value.utf8.count >= 4 { text = Self.replacing(value, in: text) }
    }
    var line = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == limit { return line + "…" }
      line.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
      count += 1
    }
    return line
  }

  private static func replacing(_ secret: String, in text: String) -> String {
    let pattern = Array(secret.utf8)
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: pattern) {
        out.append(contentsOf: "<redacted>".utf8)
        index += pattern.count
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// An address as it may be shown: without user information, query and fragment.
  static func address(_ url: String) -> String {
    var rest = Substring(url)
    var scheme = ""
    if let separator = rest.firstRange(of: "://") {
      scheme = String(rest[..<separator.upperBound])
      rest = rest[separator.upperBound...]
    }
    if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
    let authority = rest.prefix { $0 != "/" }
    if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    return scheme + rest
  }
}
