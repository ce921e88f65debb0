import Telemetry

/// Writes the canonical text: JSON (which is YAML) with fixed order, spacing and units, one asset a line.
struct CanonicalWriter {
  private(set) var text = ""
  private var needsComma = false

  mutating func key(_ name: String) {
    separate()
    string(name)
    text += ": "
    needsComma = false
  }

  mutating func field(_ name: String, _ value: String) {
    key(name)
    string(value)
    needsComma = true
  }

  mutating func field(_ name: String, _ value: String?) {
    if let value { field(name, value) }
  }

  mutating func field(_ name: String, _ value: Int) {
    key(name)
    text += String(value)
    needsComma = true
  }

  mutating func field(_ name: String, _ value: Bool) {
    key(name)
    text += value ? "true" : "false"
    needsComma = true
  }

  mutating func object(_ name: String? = nil, lineBreak: Bool = false, _ body: (inout CanonicalWriter) -> Void) {
    bracketed(name, "{", "}", lineBreak, body)
  }

  mutating func list(_ name: String, lineBreak: Bool = false, _ body: (inout CanonicalWriter) -> Void) {
    bracketed(name, "[", "]", lineBreak, body)
  }

  mutating func list(_ name: String, _ values: [String]) {
    list(name) { writer in
      for value in values { writer.element(value) }
    }
  }

  mutating func element(_ value: String) {
    separate()
    string(value)
    needsComma = true
  }

  /// The next element begins on a line of its own.
  mutating func newLine() {
    if needsComma { text += "," }
    needsComma = false
    text += "\n"
  }

  private mutating func bracketed(
    _ name: String?, _ open: String, _ close: String, _ lineBreak: Bool, _ body: (inout CanonicalWriter) -> Void
  ) {
    if let name { key(name) } else { separate() }
    text += open
    needsComma = false
    body(&self)
    if lineBreak { text += "\n" }
    text += close
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { text += ", " }
    needsComma = false
  }

  private mutating func string(_ value: String) {
    text += "\""
    if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F || $0 >= 0xC2 }) {
      for scalar in value.unicodeScalars { append(scalar) }
    } else {
      text += value
    }
    text += "\""
  }

  /// Control characters and those that YAML would take for a line break or refuse are escaped.
  private mutating func append(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x22: text += "\\\""
    case 0x5C: text += "\\\\"
    case 0..<0x20, 0x7F...0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
      let digits = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}
