import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct GaugeTests {
  @Test("doubles are correctly rounded", arguments: [UInt64(7), 8])
  func rounding(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<20_000 {
      let magnitude = random.next() >> UInt64.random(in: 0..<64, using: &random)
      let exponent = Int32.random(in: -40...40, using: &random)
      let decimal = Decimal64(magnitude: magnitude, exponent: exponent, isNegative: false)
      #expect(PowersOfTen.double(decimal, shift: 0) == Double("\(magnitude)e\(exponent)"))
    }
  }

  @Test("halfway cases go to the even neighbour")
  func ties() {
    let bases: [UInt64] = [1 << 53, 1 << 53 | 2, 1 << 60 | 128, 9_007_199_254_740_993, .max - 1]
    for exponent in Int32(-20)...20 {
      for base in bases {
        for magnitude in [base &- 1, base, base &+ 1] {
          let decimal = Decimal64(magnitude: magnitude, exponent: exponent)
          #expect(PowersOfTen.double(decimal, shift: 0) == Double("\(magnitude)e\(exponent)"))
        }
      }
    }
  }

  @Test(
    "texts of numbers",
    arguments: [
      "0", "-0.0", "71.25", "0.30000000000000004", "5e-324", "1.7976931348623157e308", "2.2250738585072014e-308",
      "123456789012345678901234567890", "0.1000000000000000055511151231257827021181583404541015625",
      "9007199254740993.00000000000000000000000001", "1e-400",
    ])
  func texts(_ text: String) {
    for form in [text, "\"\(text)\""] {
      #expect(Bench.gauge().sample(#"{"v":\#(form)}"#)?.value == .double(Double(text) ?? .nan))
    }
    // Minus zero would be another value than zero to a comparison of bits.
    if case .double(let value) = Bench.gauge().sample("{\"v\":\(text)}")?.value {
      #expect(value != 0 || value.sign == .plus)
    }
  }

  @Test("a shift of the decimal point is as exact as the text; other conversions are plain arithmetic")
  func conversion() {
    let milli = UnitConversion(numerator: 1, denominator: 1000, offset: .zero)
    #expect(Bench.gauge(conversion: milli).sample(#"{"v":1013.25}"#)?.value == .double(1.01325))
    #expect(
      Bench.gauge(conversion: milli).sample(#"{"v":"12345678901234567890.5"}"#)?.value
        == .double(12345678901234567.8905))
    let fahrenheit = UnitConversion(numerator: 5, denominator: 9, offset: ScaledInteger(-32, exponent: 0))
    #expect(Bench.gauge(conversion: fahrenheit).sample(#"{"v":90}"#)?.value == .double(18))
  }

  @Test("overflow and the words for no value are not a number", arguments: ["1e999", "-1e999", #""nan""#, #""+Inf""#])
  func notANumber(_ text: String) {
    let sample = Bench.gauge().sample(#"{"v":\#(text)}"#)
    #expect(sample?.quality == .badDevice)
    if case .double(let value) = sample?.value { #expect(value.isNaN) }
  }

  @Test("outside the physical range the sample travels as bad")
  func range() {
    var bench = Bench()
    bench.add("v", .gauge, minimum: -40, maximum: 200)
    #expect(bench.sample(#"{"v":-40}"#)?.quality == .uncertainUndated)
    #expect(bench.sample(#"{"v":200.00001}"#)?.quality == .badOutOfRange)
    #expect(bench.sample(#"{"v":200.00001}"#)?.value == .double(200.00001))
  }

  @Test("a field that is not required and has the wrong type is not a number, and the others stay")
  func optional() {
    var bench = Bench.gauge("a", required: false)
    bench.add("b", .gauge)
    let batch = bench.decode(#"{"a":"broken","b":2}"#)
    #expect(batch.samples.map(\.quality) == [.badDevice, .uncertainUndated])
    #expect(batch.counts.decoded == 1 && batch.quarantined.isEmpty)
    #expect(bench.decode(#"{"b":2}"#).samples.count == 1)
    #expect(bench.decode(#"{"a":null,"b":2}"#).samples.count == 1)
  }
}
