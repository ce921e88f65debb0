import Telemetry
import Testing

@Suite struct ScaledIntegerTests {
  @Test(
    arguments: [
      ("126238.29", 12_623_829, -2, "126238.29"), ("-0.05", -5, -2, "-0.05"), ("3e3", 3, 3, "3000"),
      ("1.5E-2", 15, -3, "0.015"), ("0", 0, 0, "0"), ("+7", 7, 0, "7"), ("0.00", 0, -2, "0.00"), (".5", 5, -1, "0.5"),
    ] as [(String, Int64, Int8, String)])
  func readsAndPrintsDigits(text: String, mantissa: Int64, exponent: Int8, printed: String) throws {
    let number = try #require(ScaledInteger(text))
    #expect(number == ScaledInteger(mantissa, exponent: exponent))
    #expect(number.description == printed)
  }

  @Test(arguments: ["", "-", ".", "1.2.3", "12a", "1e", "1e+", "99999999999999999999", "0x10", " 1", "1e999999", "NaN"])
  func refusesWhatIsNoNumber(text: String) {
    #expect(ScaledInteger(text) == nil)
  }

  @Test(
    arguments: [
      ("2.345", -2, "2.34"), ("2.355", -2, "2.36"), ("-2.345", -2, "-2.34"), ("-2.3451", -2, "-2.35"),
      ("7", -3, "7.000"),
      ("0.5", 0, "0"), ("1.5", 0, "2"), ("0.0000000001", -2, "0.00"),
    ] as [(String, Int8, String)])
  func roundsHalfToEven(text: String, exponent: Int8, expected: String) throws {
    #expect(try #require(ScaledInteger(text)).rounded(to: exponent)?.description == expected)
  }

  @Test func addsWithoutBinaryFloats() throws {
    var sum = ScaledInteger.zero
    for _ in 0..<1_000_000 { sum = try #require(sum.adding(ScaledInteger(1, exponent: -1))) }
    #expect(sum.description == "100000.0")
  }

  @Test func overflowIsNilAndNeverATrap() {
    let large = ScaledInteger(.max, exponent: 0)
    #expect(large.adding(ScaledInteger(1)) == nil)
    #expect(ScaledInteger(.min).subtracting(ScaledInteger(1)) == nil)
    #expect(large.rescaled(to: -2) == nil)
    #expect(ScaledInteger(5, exponent: -1).rescaled(to: 0) == nil)
  }

  @Test func orderIsByValue() throws {
    let texts = ["-1000000000000000000", "-3e30", "-2.5", "-0.1", "0", "0.00", "0.1", "1.49", "1.5", "1.50", "3e30"]
    let numbers = try texts.map { try #require(ScaledInteger($0)) }
    for a in numbers {
      for b in numbers where abs(a.doubleValue - b.doubleValue) > 1e-9 {
        #expect((a < b) == (a.doubleValue < b.doubleValue), "\(a) < \(b)")
      }
    }
    #expect(try #require(ScaledInteger("1.50")).isEqual(to: try #require(ScaledInteger("1.5"))))
  }
}

/// Doubles as texts.
@Suite struct RoundingTests {
  @Test(
    arguments: [
      (12.345, 1, "12.3"), (0.05, 1, "0.1"), (-0.05, 1, "-0.1"), (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (7, 3, "7.000"),
      (1e15, 3, "1000000000000000.000"), (2.5, 0, "3"),
    ] as [(Double, Int, String)])
  func roundsHalfAwayFromZero(value: Double, places: Int, expected: String) {
    #expect(ScaledInteger(rounding: value, places: places)?.description == expected)
    #expect(FigureText.text(value, places: places) == expected)
  }

  @Test(arguments: [.nan, .infinity, -.infinity, 1e16, -1e300] as [Double])
  func whatDoesNotFitIsNilAndNeverATrap(value: Double) {
    #expect(ScaledInteger(rounding: value, places: 3) == nil)
    #expect(FigureText.text(value, places: 3) == "\(value)")
    #expect(ScaledInteger(rounding: 1, places: -1) == nil && ScaledInteger(rounding: 1, places: 19) == nil)
  }

  @Test func whatIsLeftOutOfAListIsCounted() {
    #expect(FigureText.list(["a", "b"]) == "a, b")
    #expect(FigureText.list(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d and 2 others")
    #expect(FigureText.list(["a", "b", "c", "d", "e"]) == "a, b, c, d and 1 other")
  }
}
