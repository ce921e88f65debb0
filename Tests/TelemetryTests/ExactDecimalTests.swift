import Testing

@testable import Telemetry

@Suite struct ExactDecimalTests {
  private func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text), "\(text)") }

  @Test(arguments: [
    ("0", "0"), ("-0", "0"), ("12.50", "12.5"), ("+3", "3"), ("-0.001", "-0.001"), ("100", "100"),
    ("1234567890123456789012345678901234567", "1234567890123456789012345678901234567"),
  ])
  func reads(text: String, canonical: String) throws { #expect(try decimal(text).description == canonical) }

  @Test(arguments: ["", "-", ".5", "5.", "1e3", "1,5", "0x10", " 1", "1..2", "12345678901234567890123456789012345678"])
  func refuses(text: String) { #expect(ExactDecimal(text) == nil) }

  /// The emission factor of diesel: multiply before dividing.
  @Test func knownProducts() throws {
    let product = try decimal("42.652") * decimal("0.02020") * decimal("0.98") * decimal("44")
    #expect(try (product / ExactDecimal(12)).description == "3.095909637333")
    #expect(try (decimal("126238.29") * decimal("0.5581")).description == "70453.589649")
    #expect(try (decimal("1") / decimal("3")).description == "0.333333333333")
    #expect(try (decimal("-2") / decimal("3")).description == "-0.666666666667")
  }

  @Test(arguments: [
    ("0.5", 0, "0", "1"), ("1.5", 0, "2", "2"), ("-0.5", 0, "0", "-1"), ("2.345", 2, "2.34", "2.35"),
    ("2.3450001", 2, "2.35", "2.35"), ("7", 3, "7", "7"), ("-2.55", 1, "-2.6", "-2.6"),
  ])
  func rounds(text: String, places: Int, even: String, up: String) throws {
    #expect(try decimal(text).rounded(to: places).description == even)
    #expect(try decimal(text).rounded(to: places, .halfUp).description == up)
  }

  @Test func printsPlaces() throws {
    #expect(try decimal("24502.4").text(places: 2) == "24502.40")
    #expect(try decimal("7").text(places: 2) == "7.00")
    #expect(try decimal("-0.005").text(places: 2) == "-0.01")
    #expect(try decimal("7.6").text(places: 0) == "8")
  }

  @Test func allocationSumsToTheWhole() throws {
    let shares = try decimal("100").allocated(by: ["1", "1", "1"].map(decimal), places: 2)
    #expect(shares.map { $0.text(places: 2) } == ["33.34", "33.33", "33.33"])
    var random = SplitMix64(seed: 7)
    for _ in 0..<500 {
      let whole = ExactDecimal(exactly: Int128(Int64.random(in: 0...1_000_000_000, using: &random)), places: 4)
      let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in
        ExactDecimal(Int.random(in: 0...50, using: &random) + 1)
      }
      let parts = try whole.allocated(by: weights, places: 3)
      #expect(try parts.reduce(.zero) { try $0 + $1 } == whole)
    }
    #expect(throws: DecimalError.self) { try ExactDecimal(1).allocated(by: [.zero]) }
    #expect(throws: DecimalError.self) { try ExactDecimal(1).allocated(by: [ExactDecimal(-1), ExactDecimal(2)]) }
  }

  /// Against 64-bit integers, where both can calculate.
  @Test func agreesWithIntegers() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<2000 {
      let a = Int.random(in: -1_000_000...1_000_000, using: &random)
      let b = Int.random(in: -1_000_000...1_000_000, using: &random)
      #expect(try ExactDecimal(a) + ExactDecimal(b) == ExactDecimal(a + b))
      #expect(try ExactDecimal(a) - ExactDecimal(b) == ExactDecimal(a - b))
      #expect(try ExactDecimal(a) * ExactDecimal(b) == ExactDecimal(a * b))
      #expect((ExactDecimal(a) < ExactDecimal(b)) == (a < b))
      let (small, finer) = (ExactDecimal(exactly: Int128(a), places: 3), ExactDecimal(exactly: Int128(b), places: 7))
      #expect((small < finer) == (a * 10_000 < b))
      guard b != 0 else { continue }
      #expect(try (ExactDecimal(a) * ExactDecimal(b)) / ExactDecimal(b) == ExactDecimal(a))
    }
  }

  @Test func whatDoesNotFitIsAnError() throws {
    let huge = try decimal("9999999999999999999999999999999999999")
    #expect(throws: DecimalError.self) { try huge * huge }
    #expect(throws: DecimalError.self) { try huge + decimal("0.000000000000000001") }
    #expect(throws: DecimalError.self) { try huge / decimal("0.000000000001") }
    #expect(throws: DecimalError.self) { try ExactDecimal(1) / .zero }
    #expect(try ExactDecimal(ScaledInteger(5, exponent: 3)) == ExactDecimal(5000))
    #expect(try ExactDecimal(ScaledInteger(12623829, exponent: -2)) == decimal("126238.29"))
  }

  @Test func survivesItsEncoding() throws {
    for text in ["0", "-1", "70453.589649", "-9999999999999999999999999999999999999", "0.0000000000000000001"] {
      var writer = ByteWriter()
      writer.decimal(try decimal(text))
      var reader = ByteReader(writer.bytes)
      #expect(try reader.decimal() == decimal(text))
      #expect(reader.isAtEnd)
    }
  }
}
