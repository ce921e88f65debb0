import Telemetry
import Templates

/// Values as YAML writes them.
enum YAMLText {
  private static let reserved: Set<String> = [
    "true", "false", "yes", "no", "on", "off", "null", "none", "~", "y", "n",
  ]

  /// Plain where that is safe also inside `{ … }`, else in double quotes.
  static func scalar(_ text: String) -> String {
    let isPlain =
      !text.isEmpty && !reserved.contains(text.lowercased())
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x3400 && scalar.value <= 0x9FFF
          || (scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil))
          || "_-./°³²%".unicodeScalars.contains(scalar)
      } && text.first.map { $0.isLetter || $0 == "°" } == true
    if isPlain { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      default:
        if !isPrintable(scalar) {
          let digits = String(scalar.value, radix: 16)
          quoted += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        } else {
          quoted.unicodeScalars.append(scalar)
        }
      }
    }
    return quoted + "\""
  }

  /// Whether YAML allows the character as it is.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: false
    default: true
    }
  }

  static func list(_ texts: [String]) -> String { "[" + texts.map(scalar).joined(separator: ", ") + "]" }

  static func path(_ path: FieldPath) -> String { scalar(path.description) }

  static func timestamp(_ mapping: TimestampMapping?) -> String {
    guard let mapping else { return "none" }
    let nanoseconds = mapping.nanoseconds.map { ", nanoseconds: \(path($0))" } ?? ""
    return "{ path: \(path(mapping.path))\(nanoseconds), format: \(mapping.format.rawValue) }"
  }

  /// `15 s`, `2 min`, `1 h`.
  static func duration(_ span: Span64) -> String {
    let seconds = span.nanoseconds / 1_000_000_000
    if seconds > 0, span.nanoseconds % 1_000_000_000 != 0 { return "\(span.nanoseconds / 1_000_000) ms" }
    if seconds == 0 { return "\(max(1, span.nanoseconds / 1_000_000)) ms" }
    if seconds % 3600 == 0 { return "\(seconds / 3600) h" }
    return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
  }

  static func confidence(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }

  /// A sentence as comment lines of at most 116 columns.
  static func comment(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    var line = ""
    let shown = String(String.UnicodeScalarView(text.unicodeScalars.map { isPrintable($0) ? $0 : "·" }))
    for word in shown.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + word.count + indent.count + 3 > 116 {
        lines.append("\(indent)# \(line)")
        line = "  \(word)"
      } else {
        line += line.isEmpty ? String(word) : " \(word)"
      }
    }
    if !line.isEmpty { lines.append("\(indent)# \(line)") }
    return lines
  }
}
