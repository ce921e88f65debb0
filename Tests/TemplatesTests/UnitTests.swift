import Telemetry
import Testing

@testable import Templates

@Suite("Units")
struct UnitTests {
  /// from, to, value, expected; expected values by the definitions of the units, worked by hand.
  @Test(
    "gauges",
    arguments: [
      ("Wh", "kWh", 1500.0, 1.5), ("MWh", "kWh", 1.5, 1500), ("MJ", "kWh", 3.6, 1), ("GJ", "kWh", 3.6, 1000),
      ("kWh", "MJ", 1, 3.6), ("W", "kW", 250, 0.25), ("MW", "kW", 0.5, 500), ("kvarh", "varh", 2, 2000),
      ("Mvarh", "kvarh", 2, 2000), ("kV", "V", 0.4, 400), ("mA", "A", 4, 0.004), ("°C", "K", 0, 273.15),
      ("K", "°C", 300, 26.850000000000023), ("°F", "°C", 212, 100), ("°F", "°C", 32, 0), ("°F", "°C", -40, -40),
      ("°C", "°F", 100, 212), ("°F", "K", 32, 273.15), ("bar", "kPa", 6, 600), ("MPa", "bar", 0.6, 6),
      ("Pa", "bar", 100_000, 1),
      ("mbar", "bar", 1013, 1.013), ("in/s", "mm/s", 0.1, 2.54), ("m/s", "mm/s", 0.0045, 4.5), ("%", "1", 93, 0.93),
      ("1", "%", 0.5, 50), ("r/s", "rpm", 25, 1500), ("psi", "bar", 100, 6.894757293168361),
    ])
  func gauge(from: String, to: String, value: Double, expected: Double) throws {
    let conversion = try UnitConversion(from: UnitCatalogue.unit(from), to: UnitCatalogue.unit(to))
    let result = conversion.apply(value)
    #expect(abs(result - expected) <= expected.ulp.magnitude * 4 + 1e-13, "\(result)")
  }

  @Test(
    "registers are exact",
    arguments: [
      ("Wh", "123456789", Int8(-3), "123456.789"), ("MWh", "126.23829", -2, "126238.29"), ("MJ", "18", -3, "5.000"),
      ("GJ", "1", -2, "277.78"), ("kWh", "3.10", -2, "3.10"), ("Wh", "25", -1, "0.0"), ("Wh", "50", -1, "0.0"),
      ("Wh", "150", -1, "0.2"), ("Wh", "-150", -1, "-0.2"),
    ])
  func register(from: String, digits: String, resolution: Int8, expected: String) throws {
    let conversion = try UnitConversion(from: UnitCatalogue.unit(from), to: UnitCatalogue.unit("kWh"))
    let value = try #require(ScaledInteger(digits))
    #expect(conversion.apply(value, resolution: resolution)?.description == expected)
  }

  @Test("there and back is the identity", arguments: Dimension.allCases)
  func inverse(dimension: Dimension) throws {
    for a in UnitCatalogue.symbols(of: dimension) {
      for b in UnitCatalogue.symbols(of: dimension) {
        let there = try UnitConversion(from: UnitCatalogue.unit(a), to: UnitCatalogue.unit(b))
        let back = try UnitConversion(from: UnitCatalogue.unit(b), to: UnitCatalogue.unit(a))
        #expect(there.numerator == back.denominator && there.denominator == back.numerator)
        #expect(abs(back.apply(there.apply(12.5)) - 12.5) < 1e-9, "\(a) \(b)")
      }
    }
  }

  @Test(
    "spellings",
    arguments: [
      ("℃", "°C"), ("degC", "°C"), ("° C", "°C"), ("c", "°C"), ("℉", "°F"), ("KWH", "kWh"), ("kwh", "kWh"),
      ("kW·h", "kWh"), ("kW.h", "kWh"), ("kW h", "kWh"), ("度", "kWh"), ("千瓦时", "kWh"), ("wh", "Wh"), ("kVArh", "kvarh"),
      ("KVARH", "kvarh"), ("kw", "kW"), ("KPA", "kPa"), ("Bar", "bar"), ("BAR", "bar"), ("kv", "kV"), ("MM/S", "mm/s"),
      ("ips", "in/s"), ("RPM", "rpm"), ("r/min", "rpm"), ("1/min", "rpm"), ("％", "%"), ("-", "1"), ("Volts", "V"),
    ])
  func spelling(written: String, meant: String) throws {
    #expect(try UnitCatalogue.unit(written).symbol == meant)
  }

  @Test("milli and mega are never guessed", arguments: ["mw", "mwh", "ma", "mpa", "MBAR", "mvarh"])
  func ambiguous(word: String) {
    do {
      _ = try UnitCatalogue.unit(word)
      Issue.record("\(word) was accepted")
    } catch {
      guard case .ambiguous = error else {
        Issue.record("\(word): \(error)")
        return
      }
    }
  }

  @Test("nonsense is refused", arguments: ["", "furlong", "kWhh", "°", "mm/ss", "kWh/h/h"])
  func unknown(word: String) {
    #expect(throws: UnitError.self) { try UnitCatalogue.unit(word) }
  }

  @Test("other dimensions are refused")
  func dimensions() throws {
    let bar = try UnitCatalogue.unit("bar")
    let celsius = try UnitCatalogue.unit("°C")
    #expect(throws: UnitError.dimensions(bar, celsius)) { try UnitConversion(from: bar, to: celsius) }
  }

  @Test(
    "lengths of time and sizes",
    arguments: [
      ("20 ms", Int64(20_000_000)), ("15min", 900_000_000_000), ("0.5 h", 1_800_000_000_000),
      ("45 d", 3_888_000_000_000_000),
      ("0", 0), ("2 minutes", 120_000_000_000), ("3 天", 259_200_000_000_000), ("5 µs", 5000),
    ])
  func durations(text: String, nanoseconds: Int64) throws {
    let span = try #require(QuantityText.duration(text))
    #expect(span.nanoseconds == nanoseconds)
    #expect(QuantityText.duration(QuantityText.text(span)) == span)
  }

  @Test("no lengths of time", arguments: ["", "5", "-1 s", "1 fortnight", "0.5 ns", "1e30 d", "s"])
  func noDurations(text: String) { #expect(QuantityText.duration(text) == nil) }

  @Test(
    "sizes",
    arguments: [("256 MB", 256_000_000), ("1 GiB", 1 << 30), ("1.5 KB", 1500), ("4gb", 4_000_000_000), ("0", 0)])
  func sizes(text: String, bytes: Int) {
    #expect(QuantityText.size(text) == bytes)
    #expect(QuantityText.size(QuantityText.text(bytes: bytes)) == bytes)
  }

  @Test(
    "patterns of allow-lists",
    arguments: [
      ("meter-1", "meter-*", true), ("meter-1", "*", true), ("meter-1", "*-1", true), ("meter-1", "m*r*1", true),
      ("meter-1", "meter", false), ("meter-12", "meter-?2", false), ("a", "a*", true), ("ab", "*a", false),
      ("", "*", true),
      ("aXbXc", "a*b*c", true), ("aaab", "*ab", true),
    ])
  func wildcards(text: String, pattern: String, matches: Bool) { #expect(Wildcard.matches(text, pattern) == matches) }
}
