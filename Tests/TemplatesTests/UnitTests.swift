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

  @Test(
    "nonsense is refused",
    arguments: [
      "", "furlong", "kWhh", "°°", "mm/ss", "kWh/h/h", "m/", "/", "·", "kWh·", "m9", "m3/h3h", "bar bar", "kk",
      "Nm³³", "()", "1/", "h/()", "m/s/s", "W·h·h·h", "kµm", "hW", "GWhh", "3", "kWh/0",
    ])
  func unknown(word: String) {
    #expect(throws: UnitError.self) { try UnitCatalogue.unit(word) }
  }

  /// written, as the gateway writes it, dimension
  @Test(
    "compound units are read by their structure",
    arguments: [
      ("m3", "m³", "volume"), ("m^3", "m³", "volume"), ("立方米", "m³", "volume"), ("l", "L", "volume"),
      ("Nm3", "Nm³", "volume at normal conditions"), ("Nm³/h", "Nm³/h", "volume flow at normal conditions"),
      ("NM3/H", "Nm³/h", "volume flow at normal conditions"), ("m3/h", "m³/h", "volume flow"),
      ("M3/H", "m³/h", "volume flow"), ("l/min", "L/min", "volume flow"), ("LPM", "L/min", "volume flow"),
      ("立方米/小时", "m³/h", "volume flow"), ("标方/小时", "Nm³/h", "volume flow at normal conditions"),
      ("升/分钟", "L/min", "volume flow"), ("t/h", "t/h", "mass flow"), ("吨/小时", "t/h", "mass flow"),
      ("kg/h", "kg/h", "mass flow"), ("KG/H", "kg/h", "mass flow"), ("公斤", "kg", "mass"), ("千克", "kg", "mass"),
      ("g", "g", "acceleration"), ("g RMS", "g", "acceleration"), ("m/s2", "m/s²", "acceleration"),
      ("m·s⁻²", "m/s²", "acceleration"), ("mm/s RMS", "mm/s", "velocity"), ("毫米/秒", "mm/s", "velocity"),
      ("Nm", "Nm", "torque"), ("N·m", "Nm", "torque"), ("N.m", "Nm", "torque"), ("牛·米", "Nm", "torque"),
      ("kNm", "kNm", "torque"), ("kgf.m", "kgf·m", "torque"), ("°", "°", "angle"), ("deg", "°", "angle"),
      ("um", "µm", "length"), ("μm", "µm", "length"), ("毫米", "mm", "length"), ("ppm", "ppm", "ratio"),
      ("lux", "lx", "illuminance"), ("dB(A)", "dB", "level"), ("min", "min", "time"), ("小时", "h", "time"),
      ("个", "pcs", "number of pieces"), ("件/小时", "pcs/h", "rate of pieces"), ("元", "¥", "yuan"),
      ("¥/kWh", "¥/kWh", "yuan per energy"), ("kWh/t", "kWh/t", "specific energy"),
      ("kWh/pcs", "kWh/pcs", "energy per number of pieces"), ("kJ/(kg·K)", "kJ/(K·kg)", "energy per temperature"),
      ("℃/min", "K/min", "temperature difference per time"), ("W/m2", "W/m²", "energy per length^2 × time"),
      ("mPa·s", "mPa·s", "pressure × time"), ("mg/m3", "mg/m³", "density"), ("ΔK", "ΔK", "temperature difference"),
      ("Δ°C", "ΔK", "temperature difference"), ("兆帕", "MPa", "pressure"), ("uS/cm", "µS/cm", "conductivity"),
      ("%RH", "%", "ratio"), ("kA", "kA", "current"), ("MΩ", "MΩ", "resistance"), ("kWh/h", "kWh/h", "power"),
      ("Ah", "Ah", "electric charge"), ("/h", "1/h", "1 per time"),
    ])
  func structure(written: String, symbol: String, dimension: String) throws {
    let unit = try UnitCatalogue.unit(written)
    #expect(symbol == unit.symbol || symbol.count == unit.symbol.count && symbol.contains("("), "\(unit.symbol)")
    #expect(unit.dimension.rawValue.hasPrefix(dimension), "\(unit.dimension.rawValue)")
    // What is written into the journal must mean the same when it is read again.
    #expect(try UnitCatalogue.unit(unit.symbol) == unit)
  }

  /// from, to, value, expected: by the definitions of the units, worked by hand.
  @Test(
    "compound conversions",
    arguments: [
      ("m³/h", "L/min", 6.0, 100.0), ("L/s", "m³/h", 1, 3.6), ("t/h", "kg/s", 3.6, 1), ("kg/h", "t/h", 250, 0.25),
      ("Nm³/h", "Nm³/min", 90, 1.5), ("L", "m³", 1500, 1.5), ("g", "m/s²", 2, 19.6133), ("mm/s²", "g", 9806.65, 1),
      ("m/min", "mm/s", 6, 100), ("kWh/t", "kWh/kg", 450, 0.45), ("kWh/h", "kW", 5, 5), ("kJ/s", "kW", 5, 5),
      ("kgf·m", "Nm", 1, 9.80665), ("lbf·ft", "Nm", 1, 1.3558179483314004), ("mS/cm", "µS/cm", 1.4, 1400),
      ("h", "min", 1.5, 90), ("in", "mm", 1, 25.4), ("gal/min", "L/min", 1, 3.785411784), ("ppm", "%", 5000, 0.5),
      ("kg/m³", "mg/L", 0.001, 1), ("°F/h", "K/h", 9, 5), ("MWh", "GJ", 1, 3.6), ("mm²/s", "cSt", 46, 46),
    ])
  func compound(from: String, to: String, value: Double, expected: Double) throws {
    let conversion = try UnitConversion(from: UnitCatalogue.unit(from), to: UnitCatalogue.unit(to))
    let result = conversion.apply(value)
    #expect(abs(result - expected) <= expected.ulp.magnitude * 4 + 1e-13, "\(result)")
  }

  /// What looks like a conversion and is none, and the word of the remedy.
  @Test(
    "what needs more than a factor is refused with the reason",
    arguments: [
      ("m³", "Nm³", "pressure and temperature"), ("m³/h", "Nm³/h", "pressure and temperature"),
      ("Nm³", "Sm³", "pressure and temperature"), ("kg", "m³", "density"), ("t/h", "m³/h", "density"),
      ("°C", "ΔK", "ΔK"), ("kW", "kWh", "two signals"), ("bar", "°C", "Use one of"), ("Nm", "J", "Use one of"),
      ("Hz", "rpm", "Use one of"), ("¥", "€", "Use one of"),
    ])
  func refused(from: String, to: String, word: String) throws {
    let from = try UnitCatalogue.unit(from)
    let to = try UnitCatalogue.unit(to)
    #expect(throws: UnitError.dimensions(from, to)) { try UnitConversion(from: from, to: to) }
    #expect(UnitError.remedy(from: from, to: to).contains(word))
  }

  @Test("every listed unit is one, and its symbol is read as itself")
  func listed() throws {
    #expect(UnitCatalogue.units.count >= UnitCatalogue.listed.count)
    for symbol in UnitCatalogue.listed { #expect(try UnitCatalogue.unit(symbol).symbol == symbol) }
    for unit in UnitCatalogue.units { #expect(try UnitCatalogue.unit(unit.symbol) == unit) }
    #expect(Set(UnitCatalogue.units.map(\.symbol)).count == UnitCatalogue.units.count)
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
      ("", "*", true), ("", "", true), ("", "a", false), ("x", "**", true), ("press-123", "*-12", false),
      ("aXbXc", "a*b*c", true), ("a1c2b", "a*b*c", false), ("aaab", "*ab", true),
    ])
  func wildcards(text: String, pattern: String, matches: Bool) { #expect(Wildcard.matches(text, pattern) == matches) }
}
