import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct RegisterTests {
  @Test(
    "a register keeps the digits of the payload",
    arguments: [
      (#"126238.29"#, -2, 12_623_829), (#""126238.29""#, -2, 12_623_829), ("1e3", -2, 100_000), ("1E+3", 0, 1000),
      ("1.5e-1", -2, 15), ("-0.01", -2, -1), ("0", -2, 0), ("-0", -2, 0), ("0.125", -2, 12), ("0.135", -2, 14),
      ("0.145", -2, 14), ("-0.125", -2, -12), ("-0.135", -2, -14), ("0.1250000000000000000000000001", -2, 13),
      ("0.12500000000000000000000000000000000000000000000000", -2, 12),
      ("126238.2900000000000000000000000000000000", -2, 12_623_829),
      ("0.1249999999999999999999999999999999999999999999", -2, 12),
      ("92233720368547758.07", -2, Int64.max), ("-92233720368547758.07", -2, -Int64.max), ("4.9e-30", -2, 0),
      ("1234567", 3, 1235), ("1234500", 3, 1234), (#"" 000123.4 ""#, -1, 1234), (#""+7""#, 0, 7), (#"".5""#, -1, 5),
      (#""12\u0033""#, 0, 123), ("1e-99999999999", -2, 0), ("0e99999999999", -2, 0),
    ] as [(String, Int8, Int64)])
  func digits(_ text: String, _ resolution: Int8, _ mantissa: Int64) {
    let sample = Bench.register(resolution: resolution).sample(#"{"v":\#(text)}"#)
    #expect(sample?.value == .scaled(ScaledInteger(mantissa, exponent: resolution)))
    #expect(sample?.quality == .uncertainUndated)
  }

  @Test(
    "a register is rounded once, after the exact conversion",
    arguments: [
      // Wh → kWh, MJ → kWh, and ratios that do not end.
      ("126238290", 1, 1000, "0", -2, 12_623_829), ("0.1", 1, 1000, "0", -4, 1), ("0.1", 5, 18, "0", -6, 27_778),
      ("3.6", 5, 18, "0", -2, 100), ("454458", 5, 18, "0", -2, 12_623_833),
      ("1", 1, 3, "0", -18, 333_333_333_333_333_333),
      ("2", 1, 3, "0", -2, 67), ("0.1", 3, 1, "0", -1, 3), ("0.5", 1, -1, "0", -1, -5), ("1", 1, 8, "0", -2, 12),
      ("3", 1, 8, "0", -2, 38), ("5", 1, 8, "0", -2, 62), ("-1", 1, 8, "0", -2, -12), ("10", 7, 7000, "0", -2, 1),
      ("32", 5, 9, "-17.5", -2, 28), ("0", 5, 9, "-17.5", -1, -175), ("-1", -1, 3, "0.25", -2, 58),
      ("99999999999999999999", 1, 1_000_000_000_000, "0", -2, 10_000_000_000),
      ("12345678901234567890123456789", 3, 10_000_000_000_000_000, "0", -2, 370_370_367_037_037),
    ] as [(String, Int64, Int64, String, Int8, Int64)])
  func conversion(
    _ text: String, _ numerator: Int64, _ denominator: Int64, _ offset: String, _ resolution: Int8, _ mantissa: Int64
  ) throws {
    let conversion = UnitConversion(
      numerator: numerator, denominator: denominator, offset: try #require(ScaledInteger(offset)))
    let sample = Bench.register(conversion: conversion, resolution: resolution).sample(#"{"v":\#(text)}"#)
    #expect(sample?.value == .scaled(ScaledInteger(mantissa, exponent: resolution)))
  }

  @Test("fast and exact ways agree", arguments: [UInt64(1), 2, 3])
  func agreement(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<5000 {
      let decimal = Decimal64(
        magnitude: random.next() >> UInt64.random(in: 0..<64, using: &random),
        exponent: Int32.random(in: -25...5, using: &random), isNegative: Bool.random(using: &random))
      let resolution = Int8.random(in: -9...3, using: &random)
      let scale = UnitScale(.identity)
      let fast = scale.mantissa(of: decimal, resolution: Int32(resolution))
      #expect(fast == scale.exactMantissa(of: Decimal128(decimal), resolution: Int(resolution)))
      // The ratio 3/3 must be reduced, 1/1 with a zero offset written oddly must not matter.
      let odd = UnitScale(UnitConversion(numerator: -70, denominator: -70, offset: ScaledInteger(0, exponent: -3)))
      #expect(odd.isShift && fast == odd.mantissa(of: decimal, resolution: Int32(resolution)))
    }
  }

  @Test(
    "what a register cannot hold is not a number",
    arguments: ["1e30", "92233720368547758.08", #""NaN""#, #""-Infinity""#, #""inf""#])
  func notANumber(_ text: String) {
    let sample = Bench.register().sample(#"{"v":\#(text)}"#)
    #expect(sample?.quality == .badDevice)
    guard case .double(let value) = sample?.value else { return #expect(Bool(false), "expected a double") }
    #expect(value.isNaN)
  }

  @Test("the physical range is compared in the register's digits")
  func range() {
    var bench = Bench()
    bench.add("v", .register(.activeEnergyImport), resolution: -2, minimum: 0.29, maximum: 999_999.99)
    for (text, quality) in [
      ("999999.99", Quality.uncertainUndated), ("1000000.00", .badOutOfRange), ("0.29", .uncertainUndated),
      ("0.28", .badOutOfRange), ("-1", .badOutOfRange),
    ] {
      #expect(bench.sample(#"{"v":\#(text)}"#)?.quality == quality, "\(text)")
    }
    #expect(DecodePlan.bound(1.005, -2, isUpper: true) == 100)
    #expect(DecodePlan.bound(1.005, -2, isUpper: false) == 101)
    #expect(DecodePlan.bound(-1.005, -2, isUpper: false) == -100)
    #expect(DecodePlan.bound(1e300, -2, isUpper: true) == .max)
  }
}
