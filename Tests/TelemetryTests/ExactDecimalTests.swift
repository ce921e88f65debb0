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

  /// The product of a division into parts may be longer than any exact decimal.
  @Test func allocatesWhatIsLong() throws {
    // 172 MWh with twelve places by their factor, divided by energies with twelve places.
    let kilograms = try decimal("172000.123456789012") * decimal("0.5777")
    let parts = try kilograms.allocated(by: [decimal("151000.000000000001"), decimal("21000.123456789011")])
    #expect(parts[0].description == "87232.7000000000002324")
    #expect(parts[1].description == "12131.771320987012")
    #expect(try parts[0] + parts[1] == kilograms)
    // An entry in kJ by the nanoseconds of January and February.
    let months = try decimal("120000000000").allocated(
      by: [2_678_400, 2_419_200].map { try decimal("\($0)000000000") })
    #expect(months.map(\.description) == ["63050847457.627118644068", "56949152542.372881355932"])
    let huge = try decimal("9999999999999999999999999999999999999")
    #expect(try huge.allocated(by: [huge], places: 0) == [huge])
    #expect(try (huge / huge) == ExactDecimal(1))
    #expect(try decimal("171600000000000.1234567890123") / decimal("3") == decimal("57200000000000.041152263004"))
  }

  /// Against long division digit by digit, of any length.
  @Test func quotientsOfAnyLength() throws {
    var random = SplitMix64(seed: 11)
    func number(_ digits: Int) -> Int128 {
      (0..<Int.random(in: 1...digits, using: &random)).reduce(0) { value, _ in
        value * 10 + Int128(Int.random(in: 0...9, using: &random))
      }
    }
    for _ in 0..<3000 {
      let whole = number(25) * (Bool.random(using: &random) ? 1 : -1)
      let fine = ExactDecimal(exactly: whole, places: Int.random(in: 0...20, using: &random))
      let weights = [number(30), number(30) + 1].map { ExactDecimal(exactly: $0, places: 0) }
      let places = Int.random(in: 0...12, using: &random)
      let sum = try weights[0] + weights[1]
      let parts = try fine.allocated(by: weights, places: places)
      #expect(try parts[0] + parts[1] == fine)
      // The largest part carries what rounding leaves: the other one is rounded by itself.
      let smaller = weights[0] < weights[1] ? 0 : 1
      #expect(parts[smaller] == LongDivision.quotient(fine, weights[smaller], sum, places: places))
      let divisor = ExactDecimal(exactly: number(30) + 1, places: Int.random(in: 0...12, using: &random))
      let quotient = LongDivision.quotient(fine, .one, divisor, places: places)
      if let quotient { #expect(try fine.divided(by: divisor, places: places) == quotient) }
    }
  }

  /// one × other ÷ divisor by the way of school.
  private enum LongDivision {
    private static func digits(_ value: Int128) -> [Int] { String(value.magnitude).map { $0.wholeNumberValue ?? 0 } }

    /// Half-even; nil if the quotient has more than 37 digits.
    static func quotient(
      _ one: ExactDecimal, _ other: ExactDecimal, _ divisor: ExactDecimal, places: Int
    ) -> ExactDecimal? {
      var product = [Int](repeating: 0, count: 80)
      for (i, a) in digits(one.mantissa).reversed().enumerated() {
        for (j, b) in digits(other.mantissa).reversed().enumerated() { product[i + j] += a * b }
      }
      for place in 0..<79 {
        product[place + 1] += product[place] / 10
        product[place] %= 10
      }
      // In units of 10^−places: so many zeros behind the product, or behind the divisor.
      let shift = places + divisor.places - one.places - other.places
      let numerator = product.reversed() + [Int](repeating: 0, count: max(0, shift))
      var result: [Int] = []
      var rest: UInt128 = 0
      let denominator = divisor.mantissa.magnitude
      for digit in numerator {
        rest = rest * 10 + UInt128(digit)
        result.append(Int(rest / denominator))
        rest %= denominator
      }
      let dropped = max(0, -shift)
      let lost = result.suffix(dropped)
      let kept = result.dropLast(dropped).drop { $0 == 0 }
      guard kept.count < 37 else { return nil }
      var value = kept.reduce(Int128(0)) { $0 * 10 + Int128($1) }
      let isUp: Bool
      let isTie: Bool
      if dropped == 0 {
        isUp = rest * 2 > denominator
        isTie = rest * 2 == denominator
      } else {
        let first = lost.first ?? 0
        let isMore = lost.dropFirst().contains { $0 > 0 } || rest > 0
        isUp = first > 5 || (first == 5 && isMore)
        isTie = first == 5 && !isMore
      }
      if isUp || (isTie && value % 2 != 0) { value += 1 }
      let isNegative = (one.mantissa < 0) != (other.mantissa < 0)
      return ExactDecimal(exactly: isNegative ? -value : value, places: places)
    }
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
    #expect(throws: DecimalError.self) { try huge.allocated(by: [ExactDecimal(1), ExactDecimal(2)]) }
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
