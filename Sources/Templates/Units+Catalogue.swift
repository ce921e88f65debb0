/// The units that the templates meet in practice, and the ways in which people and devices write them.
public enum UnitCatalogue {
  /// First of each dimension: its base.
  static let units: [Unit] = [
    Unit("J", .energy), Unit("kJ", .energy, 1000), Unit("MJ", .energy, 1_000_000), Unit("GJ", .energy, 1_000_000_000),
    Unit("Wh", .energy, 3600), Unit("kWh", .energy, 3_600_000), Unit("MWh", .energy, 3_600_000_000),
    Unit("GWh", .energy, 3_600_000_000_000),
    Unit("W", .power), Unit("kW", .power, 1000), Unit("MW", .power, 1_000_000),
    Unit("varh", .reactiveEnergy), Unit("kvarh", .reactiveEnergy, 1000), Unit("Mvarh", .reactiveEnergy, 1_000_000),
    Unit("var", .reactivePower), Unit("kvar", .reactivePower, 1000), Unit("Mvar", .reactivePower, 1_000_000),
    Unit("VA", .apparentPower), Unit("kVA", .apparentPower, 1000), Unit("MVA", .apparentPower, 1_000_000),
    Unit("V", .voltage), Unit("mV", .voltage, 1, over: 1000), Unit("kV", .voltage, 1000),
    Unit("A", .current), Unit("mA", .current, 1, over: 1000), Unit("kA", .current, 1000),
    Unit("K", .temperature), Unit("°C", .temperature, shift: 27315),
    Unit("°F", .temperature, 5, over: 9, shift: 45967),
    Unit("Pa", .pressure), Unit("hPa", .pressure, 100), Unit("kPa", .pressure, 1000),
    Unit("MPa", .pressure, 1_000_000), Unit("mbar", .pressure, 100), Unit("bar", .pressure, 100_000),
    Unit("kgf/cm²", .pressure, 196_133, over: 2), Unit("psi", .pressure, 44_482_216_152_605, over: 6_451_600_000),
    Unit("mm/s", .velocity), Unit("cm/s", .velocity, 10), Unit("m/s", .velocity, 1000),
    Unit("in/s", .velocity, 254, over: 10),
    Unit("m/s²", .acceleration), Unit("mm/s²", .acceleration, 1, over: 1000),
    Unit("g", .acceleration, 980_665, over: 100_000),
    Unit("rpm", .rotationalSpeed), Unit("r/s", .rotationalSpeed, 60),
    Unit("Hz", .frequency), Unit("kHz", .frequency, 1000),
    Unit("1", .ratio), Unit("%", .ratio, 1, over: 100), Unit("‰", .ratio, 1, over: 1000),
  ]

  /// Other spellings. Their case counts only where `m` and `M` would both make sense.
  private static let spellings: [(symbol: String, others: [String])] = [
    ("kWh", ["kW·h", "kW*h", "KWH", "KWh", "千瓦时", "度"]), ("Wh", ["W·h", "WH", "瓦时"]), ("MWh", ["MW·h", "兆瓦时"]),
    ("GJ", ["吉焦"]), ("MJ", ["兆焦"]), ("W", ["watt", "瓦"]), ("kW", ["千瓦"]), ("MW", ["兆瓦"]),
    ("kvarh", ["kVArh", "kvar·h", "千乏时"]), ("varh", ["VArh", "var·h"]), ("Mvarh", ["MVArh", "Mvar·h"]),
    ("kvar", ["kVAr", "千乏"]), ("var", ["VAr", "乏"]), ("Mvar", ["MVAr"]), ("kVA", ["千伏安"]),
    ("V", ["volt", "volts", "伏"]), ("kV", ["千伏"]), ("A", ["amp", "amps", "ampere", "安"]), ("mA", ["毫安"]),
    ("°C", ["℃", "C", "degC", "deg C", "celsius", "摄氏度", "º C", "ºC"]), ("K", ["kelvin", "°K"]),
    ("°F", ["℉", "F", "degF", "deg F", "fahrenheit"]),
    ("Pa", ["pascal", "帕"]), ("kPa", ["千帕"]), ("MPa", ["MPA", "兆帕"]), ("bar", ["bars", "巴"]),
    ("mbar", ["millibar", "毫巴"]), ("kgf/cm²", ["kgf/cm2", "kg/cm2", "kg/cm²"]), ("psi", ["lbf/in²", "lbf/in2"]),
    ("mm/s", ["mm/sec", "mm·s-1", "mm s-1", "MM/S", "mm/s RMS"]), ("m/s", ["m/sec"]),
    ("m/s²", ["m/s2", "m/s^2", "m/s/s"]), ("mm/s²", ["mm/s2", "mm/s^2"]), ("g", ["gn", "g0", "gee"]),
    ("in/s", ["ips", "inch/s", "in/sec"]),
    ("rpm", ["r/min", "1/min", "min-1", "min⁻¹", "U/min", "rev/min", "转/分"]), ("r/s", ["rps", "rev/s"]),
    ("Hz", ["hertz", "赫兹"]), ("%", ["percent", "pct", "％"]), ("1", ["-", "none", "ratio", "pu", "p.u."]),
  ]

  private static let exact: [String: Unit] = {
    var table: [String: Unit] = [:]
    for unit in units { table[compact(unit.symbol)] = unit }
    for (symbol, others) in spellings {
      for other in others { table[compact(other)] = table[symbol] }
    }
    return table
  }()

  /// By folded spelling; nil where only the case of the prefix tells two meanings apart.
  private static let folded: [String: Unit?] = {
    var table: [String: Unit?] = [:]
    // Sorted: the table must not depend on the order of a dictionary.
    for (spelling, unit) in exact.sorted(by: { $0.key < $1.key }) {
      let key = spelling.lowercased()
      let caseCarriesPrefix = "mM".contains(unit.symbol.prefix(1)) && unit.symbol.count > 1 && unit.symbol != "mm/s"
      if caseCarriesPrefix || (table[key] ?? unit) != unit { table[key] = .some(nil) } else { table[key] = unit }
    }
    return table
  }()

  /// The unit that a spelling means.
  /// - Throws: `unknown` with the nearest spelling, or `ambiguous` (`mw`: milliwatt or megawatt).
  public static func unit(_ spelling: String) throws(UnitError) -> Unit {
    let key = compact(spelling)
    if let unit = exact[key] { return unit }
    if let unit = folded[key.lowercased()] {
      if let unit { return unit }
      let meant = exact.keys.sorted().first { $0.lowercased() == key.lowercased() }
      throw .ambiguous(spelling, meant: meant.flatMap { exact[$0]?.symbol } ?? spelling)
    }
    throw .unknown(spelling, nearest: NearestWord.of(spelling, in: units.map(\.symbol)))
  }

  /// All units of a dimension, as the gateway writes them.
  public static func symbols(of dimension: Dimension) -> [String] {
    units.filter { $0.dimension == dimension }.map(\.symbol)
  }

  /// Blanks never carry meaning in a unit, and the multiplication dot is written in several ways.
  private static func compact(_ spelling: String) -> String {
    String(
      spelling.unicodeScalars.compactMap { scalar -> Character? in
        switch scalar {
        case " ", "\t", "\u{A0}", "_": nil
        case ".", "*", "⋅", "∙", "・": "·"
        default: Character(scalar)
        }
      })
  }
}
