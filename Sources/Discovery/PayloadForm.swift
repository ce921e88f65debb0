import Templates

extension Payload {
  /// What kind of payload a message has.
  enum Form: Hashable, Sendable {
    case json
    /// A list of readings with a time each; paths count from an element.
    case readings(each: [String])
    /// A list of named values with a time each, perhaps with several readings in an entry.
    case named(each: [String], name: String, value: [String], readings: [String]?)
    /// One number or word as plain text.
    case scalar(comma: Bool)
    case csv(separator: String, header: Bool, comma: Bool)
    case senML
    case sparkplug
    case text
    case binary
    case empty

    var words: String {
      switch self {
      case .json: "JSON"
      case .readings: "a list of readings"
      case .named: "a list of named values"
      case .scalar: "one plain value"
      case .csv(let separator, _, _): "values separated by \"\(separator == "\t" ? "tab" : separator)\""
      case .senML: "a SenML pack"
      case .sparkplug: "metrics of Sparkplug B"
      case .text: "text that is neither JSON nor values with separators"
      case .binary: "a binary payload"
      case .empty: "empty payloads only"
      }
    }

    /// As the configuration holds it; nil for what it cannot hold.
    var mapping: PayloadMapping? {
      switch self {
      case .json, .sparkplug: .json
      case .readings(let each): PayloadMapping(.json(each: FieldPath(each)))
      case .named(let each, let name, let value, let readings):
        PayloadMapping(
          .nameValue(
            PayloadMapping.NameValueSettings(
              each: each.isEmpty ? nil : FieldPath(each), name: FieldPath([name]),
              readings: readings.map(FieldPath.init),
              value: FieldPath(value))))
      case .scalar(let comma): PayloadMapping(.text, decimalComma: comma)
      case .csv(let separator, let header, let comma):
        PayloadMapping(
          .csv(PayloadMapping.CSVSettings(separator: separator.utf8.first ?? 44, hasHeader: header)),
          decimalComma: comma)
      case .senML: PayloadMapping(.senml)
      case .text, .binary, .empty: nil
      }
    }

    /// The value of `payload:`.
    var configuration: String {
      let text: String
      switch self {
      case .json, .sparkplug: return "json"
      case .senML: return "senml"
      case .scalar(let comma): return comma ? "{ format: text, decimal: comma }" : "text"
      case .readings(let each): text = "format: json, each: \(YAMLText.path(FieldPath(each)))"
      case .named(let each, let name, let value, let readings):
        var parts = ["format: name-value"]
        if !each.isEmpty { parts.append("each: \(YAMLText.path(FieldPath(each)))") }
        parts.append("name: \(YAMLText.path(FieldPath([name])))")
        if let readings { parts.append("readings: \(YAMLText.path(FieldPath(readings)))") }
        parts.append("value: \(YAMLText.path(FieldPath(value)))")
        text = parts.joined(separator: ", ")
      case .csv(let separator, let header, let comma):
        text =
          "format: csv, separator: \(separator == "\t" ? "tab" : "\"\(separator)\"")"
          + (header ? ", header: true" : "") + (comma ? ", decimal: comma" : "")
      case .text, .binary, .empty: return "none"
      }
      return "{ \(text) }"
    }

    /// Each message has a value of its own only, so that paths mean nothing.
    var isScalar: Bool {
      if case .scalar = self { return true }
      return false
    }
  }
}
