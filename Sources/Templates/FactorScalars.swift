import Factors
import Telemetry

extension Scalar where T == ExactDecimal {
  static var notNegative: Scalar { exact("a number of 0 or more", example: "0.5581") { !$0.isNegative } }
  static var positive: Scalar { exact("a number above 0", example: "0.84") { !$0.isNegative && !$0.isZero } }
  static var share: Scalar {
    exact("a share from 0 to 1", example: "0.98") { !$0.isNegative && $0 <= .one }
  }
}

extension Scalar where T == CivilDate {
  static var date: Scalar {
    Scalar("a date", example: "2026-01-31", remedy: { _ in "Write year, month and day: `2026-01-31`." }) {
      CivilDate($0)
    }
  }
}

extension Scalar where T == String {
  /// ISO 3166-1 country (`CN`), or 3166-2 subdivision (`CN-CQ`).
  static var subdivision: Scalar {
    Scalar(
      "an ISO 3166-2 code", example: "CN-CQ",
      remedy: { text in
        let capitals = text.uppercased()
        return PactValidator.isCode(capitals, subdivision: true) || PactValidator.isCode(capitals, subdivision: false)
          ? "Write it in capitals: `\(capitals)`."
          : "Write country and subdivision, for example `CN-CQ` for Chongqing; `CN` alone asks for the national average."
      }
    ) { text in
      PactValidator.isCode(text, subdivision: true) || PactValidator.isCode(text, subdivision: false) ? text : nil
    }
  }

  /// A text that says something.
  static func words(_ what: String, example: String) -> Scalar {
    Scalar(what, example: example) { text in text.contains { !$0.isWhitespace } ? text : nil }
  }

  /// RFC 8141, as PACT takes it.
  static var urn: Scalar {
    Scalar(
      "a URN", example: "urn:company:example:product:X200",
      remedy: { _ in "Write a URN: `urn:company:example:product:X200`; a GTIN has a key of its own, `gtin:`." }
    ) { text in
      let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "urn", parts[1].utf8.count >= 2, !parts[2].isEmpty,
        parts[1].utf8.allSatisfy({
          (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
        }), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { return nil }
      return text
    }
  }
}
