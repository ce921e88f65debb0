import Telemetry

/// How one kind of value is read from text, and how a wrong one is explained.
struct Scalar<T: Sendable>: Sendable {
  /// Completes "… must be …".
  var expected: String
  var example: String
  var parse: @Sendable (String) -> T?
  /// What to do, given the wrong text.
  var remedy: @Sendable (String) -> String

  init(
    _ expected: String, example: String, remedy: (@Sendable (String) -> String)? = nil,
    parse: @escaping @Sendable (String) -> T?
  ) {
    self.expected = expected
    self.example = example
    self.parse = parse
    self.remedy = remedy ?? { _ in "Write for example `\(example)`." }
  }
}

extension Scalar where T == String {
  static var text: Scalar { Scalar("a text", example: "some text") { $0 } }

  /// A text of letters, digits and the given punctuation.
  static func identifier(_ punctuation: String = "_-") -> Scalar {
    let shown = punctuation.map { "\"\($0)\"" }.joined(separator: " ")
    return Scalar("letters, digits and \(shown)", example: "line-1") { text in
      text.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
          || punctuation.unicodeScalars.contains(scalar)
      } && text.count <= 128 ? text : nil
    }
  }
}

extension Scalar where T == String {
  /// A topic below another.
  static var subtopic: Scalar {
    Scalar(
      "the rest of a topic", example: "emeter/0/power",
      remedy: { _ in "Write what follows the asset's topic and \"/\", without wildcards: `subtopic: emeter/0/power`." }
    ) { text in
      text.isEmpty || text.hasPrefix("/") || text.contains { "+#".contains($0) } ? nil : text
    }
  }
}

extension Scalar where T == Int {
  static func integer(_ range: ClosedRange<Int>) -> Scalar {
    Scalar(
      "a whole number from \(range.lowerBound) to \(range.upperBound)", example: "\(range.lowerBound)",
      remedy: { text in
        if let number = Int(text) {
          return "Choose \(number < range.lowerBound ? "at least \(range.lowerBound)" : "at most \(range.upperBound)")."
        }
        return "Write digits only, from \(range.lowerBound) to \(range.upperBound)."
      }, parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
  }

  /// A size in bytes.
  static func size(_ range: ClosedRange<Int>) -> Scalar {
    let bounds = "\(QuantityText.text(bytes: range.lowerBound)) to \(QuantityText.text(bytes: range.upperBound))"
    return Scalar(
      "a size from \(bounds)", example: "256 MB",
      remedy: { text in
        QuantityText.size(text) == nil
          ? "Write a number and a unit (KB, MB, GB; KiB, MiB, GiB), for example `256 MB`."
          : "Choose a size from \(bounds)."
      }, parse: { text in QuantityText.size(text).flatMap { range.contains($0) ? $0 : nil } })
  }
}

extension Scalar where T == Span64 {
  static func duration(_ range: ClosedRange<Span64>) -> Scalar {
    let bounds = "\(QuantityText.text(range.lowerBound)) to \(QuantityText.text(range.upperBound))"
    return Scalar(
      "a length of time from \(bounds)", example: "30 s",
      remedy: { text in
        QuantityText.duration(text) == nil
          ? "Write a number and a unit (ms, s, min, h, d), for example `30 s`." : "Choose a time from \(bounds)."
      }, parse: { text in QuantityText.duration(text).flatMap { range.contains($0) ? $0 : nil } })
  }
}

extension Scalar where T == Bool {
  static var boolean: Scalar {
    Scalar("true or false", example: "true") { text in
      switch text.lowercased() {
      case "true", "yes", "on": true
      case "false", "no", "off": false
      default: nil
      }
    }
  }
}

extension Scalar where T == ScaledInteger {
  static func decimal(_ expected: String, example: String, where accepts: @escaping @Sendable (ScaledInteger) -> Bool)
    -> Scalar
  {
    Scalar("\(expected)", example: example) { text in ScaledInteger(text).flatMap { accepts($0) ? $0 : nil } }
  }
}

extension Scalar where T == FieldPath {
  static var path: Scalar {
    Scalar(
      "the path of a payload field", example: "values.temperature",
      remedy: { _ in
        "Join the member names by dots: `values.temperature`, `readings.0.value`, `tags[name=temp].value`; a name with "
          + "dots or brackets of its own stands in single quotes."
      },
      parse: { text in FieldPath(text: text).flatMap { $0.list == nil ? $0 : nil } }
    )
  }

  /// Of an event's attribute: a list in the payload becomes a repeated attribute, and so do the members of its objects.
  static var attributePath: Scalar {
    Scalar(
      "the path of a payload field", example: "defects[*].code", remedy: Scalar.path.remedy,
      parse: FieldPath.init(text:))
  }
}

extension Scalar where T: RawRepresentable, T.RawValue == String {
  static func word(_ known: [T], noun: String) -> Scalar {
    let words = known.map(\.rawValue)
    return Scalar(
      "a \(noun)", example: words.first ?? "", remedy: { NearestWord.remedy($0, in: words, noun: noun) },
      parse: { text in known.first { $0.rawValue == text } })
  }
}
