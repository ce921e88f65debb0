import Factors
import Telemetry

extension Scalar where T == ExactDecimal {
  /// A plain decimal number that passes a test, of at most 12 places and below a million millions, so that what is
  /// calculated with it stays far within the digits of an exact decimal.
  static func exact(
    _ expected: String, example: String, where accepts: @escaping @Sendable (ExactDecimal) -> Bool = { _ in true }
  ) -> Scalar {
    Scalar(expected, example: example) { text in
      ExactDecimal(text).flatMap { value in
        let isUsual = value.rounded(to: 12) == value && value.magnitude < ExactDecimal(1_000_000_000_000)
        return isUsual && accepts(value) ? value : nil
      }
    }
  }

  /// Money; currency and unit are those of the section.
  static func price(_ of: String, example: String) -> Scalar {
    exact("a price \(of), in digits", example: example) { !$0.isNegative }
  }

  /// A power in `base` (`kW`, `kVA`), also with the prefix M.
  static func power(_ base: String) -> Scalar {
    let example = "600 \(base)"
    return Scalar("a number and \(base)", example: example) { text in
      guard let (number, unit) = QuantityText.split(text), number.mantissa > 0 else { return nil }
      let factors = [base: 0, "M" + base.dropFirst(): 3]
      guard let shift = factors[unit], let exponent = Int8(exactly: Int(number.exponent) + shift) else { return nil }
      return try? ExactDecimal(ScaledInteger(number.mantissa, exponent: exponent))
    }
  }

  /// `0.5 %` as 0.5.
  static func percent(_ what: String, example: String, where accepts: @escaping @Sendable (ExactDecimal) -> Bool)
    -> Scalar
  {
    Scalar(what, example: example) { text in
      guard let (number, unit) = QuantityText.split(text), unit == "%", let value = try? ExactDecimal(number),
        accepts(value)
      else { return nil }
      return value
    }
  }
}

extension Scalar where T == Int {
  /// `08:30` as minutes of the day; `24:00` is its end.
  static var clock: Scalar {
    Scalar(
      "a time of the day", example: "08:30",
      remedy: { _ in "Write hours and minutes in quotes: `\"08:30\"`; `\"24:00\"` is the day's end." }
    ) { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.map(\.utf8.count) == [2, 2], let hours = Int(parts[0]), let minutes = Int(parts[1]),
        (0..<60).contains(minutes), (0...1440).contains(hours * 60 + minutes), hours >= 0
      else { return nil }
      return hours * 60 + minutes
    }
  }
}
