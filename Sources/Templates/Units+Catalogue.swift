/// The units that the templates meet in practice, and the ways in which people and devices write them.
public enum UnitCatalogue {
  /// Listed for people; compound units of other parts are read by their structure.
  static let units: [Unit] = special + listed.compactMap { try? UnitParser.parse(compact($0)) }

  /// Those that stand for something else alone than in a compound, or that are no product of others.
  private static let special: [Unit] = [
    Unit("K", .temperature), Unit("°C", .temperature, shift: 27315),
    Unit("°F", .temperature, 5, over: 9, shift: 45967), Unit("ΔK", .temperatureDifference),
    Unit("kgf/cm²", .pressure, 196_133, over: 2), Unit("1", .ratio),
    Unit("g", Dimension((.length, 1), (.time, -2)), 980_665, over: 100_000),
    Unit("rpm", Dimension((.turn, 1), (.time, -1)), 1, over: 60),
    Unit("kgf·m", Dimension((.torque, 1)), 980_665, over: 100_000),
    Unit("lbf·ft", Dimension((.torque, 1)), 13_558_179_483_314_004, over: 10_000_000_000_000_000),
    Unit("S/m", Dimension((.conductivity, 1))), Unit("mS/cm", Dimension((.conductivity, 1)), 1, over: 10),
    Unit("µS/cm", Dimension((.conductivity, 1)), 1, over: 10_000),
  ]

  static let listed = [
    "J", "kJ", "MJ", "GJ", "Wh", "kWh", "MWh", "GWh", "W", "kW", "MW", "varh", "kvarh", "Mvarh", "var", "kvar", "Mvar",
    "VA", "kVA", "MVA", "V", "mV", "kV", "A", "mA", "kA", "Ah", "Ω", "kΩ", "MΩ", "Pa", "hPa", "kPa", "MPa", "mbar",
    "bar", "psi", "mm/s", "cm/s", "m/s", "in/s", "m/min", "m/s²", "r/s", "Hz", "kHz", "%", "‰", "ppm", "µm", "mm", "cm",
    "m", "in", "m²", "mL", "L", "m³", "Nm³", "Sm³", "L/min", "L/s", "L/h", "m³/h", "m³/min", "Nm³/h", "Nm³/min",
    "mg", "kg", "t", "kg/s", "kg/h", "t/h", "kg/m³", "N", "kN", "Nm", "kNm", "°", "s", "ms", "min", "h", "d", "lx",
    "dB",
    "pH", "pcs", "pcs/h", "kWh/t", "kWh/kg",
  ]

  /// Other spellings. Their case counts only where `m` and `M` would both make sense.
  private static let spellings: [(symbol: String, others: [String])] = [
    ("kWh", ["kW·h", "kW*h", "KWH", "KWh", "千瓦时", "度"]), ("Wh", ["W·h", "WH", "瓦时"]), ("MWh", ["MW·h", "兆瓦时"]),
    ("GJ", ["吉焦"]), ("MJ", ["兆焦"]), ("W", ["watt", "瓦"]), ("kW", ["千瓦"]), ("MW", ["兆瓦"]),
    ("kvarh", ["kVArh", "kvar·h", "千乏时"]), ("varh", ["VArh", "var·h"]), ("Mvarh", ["MVArh", "Mvar·h"]),
    ("kvar", ["kVAr", "千乏"]), ("var", ["VAr", "乏"]), ("Mvar", ["MVAr"]), ("kVA", ["千伏安"]),
    ("V", ["volt", "volts", "伏"]), ("kV", ["千伏"]), ("A", ["amp", "amps", "ampere", "安"]), ("mA", ["毫安"]),
    ("°C", ["℃", "C", "degC", "deg C", "celsius", "摄氏度", "º C", "ºC"]), ("K", ["kelvin", "°K"]),
    ("°F", ["℉", "F", "degF", "deg F", "fahrenheit"]), ("ΔK", ["∆K", "deltaK", "Kdiff", "Δ°C", "Δ℃", "ΔT"]),
    ("Pa", ["pascal", "帕"]), ("kPa", ["千帕"]), ("MPa", ["MPA", "兆帕"]), ("bar", ["bars", "barg", "bar(g)", "巴"]),
    ("mbar", ["millibar", "毫巴"]), ("kgf/cm²", ["kgf/cm2", "kg/cm2", "kg/cm²"]), ("psi", ["lbf/in²", "lbf/in2"]),
    ("mm/s", ["mm/sec", "mm·s-1", "mm s-1", "MM/S"]), ("m/s", ["m/sec"]), ("in/s", ["ips", "inch/s", "in/sec"]),
    ("m/s²", ["m/s2", "m/s^2", "m·s-2"]), ("g", ["gn", "重力加速度"]),
    ("rpm", ["r/min", "1/min", "min-1", "min⁻¹", "U/min", "rev/min", "转/分", "转/分钟"]), ("r/s", ["rps", "rev/s"]),
    ("Hz", ["hertz", "赫兹"]), ("%", ["percent", "pct", "％", "%RH", "%r·h·"]),
    ("1", ["-", "none", "ratio", "pu", "p.u."]), ("°", ["degree", "degrees"]), ("L/min", ["lpm", "l/min"]),
    ("kgf·m", ["kgfm"]), ("lbf·ft", ["ft·lb", "ft·lbf", "lb·ft"]), ("µS/cm", ["uS/cm", "μS/cm"]),
    ("h", ["hours"]), ("s", ["seconds"]), ("min", ["minutes"]),
  ]

  private static let exact: [String: Unit] = {
    var table: [String: Unit] = [:]
    for unit in units { table[compact(unit.symbol)] = unit }
    for (symbol, others) in spellings {
      for other in others { table[compact(other)] = table[compact(symbol)] }
    }
    return table
  }()

  /// By folded spelling; nil where only the case of the prefix tells two meanings apart.
  private static let folded: [String: Unit?] = {
    var table: [String: Unit?] = [:]
    // Sorted: the table must not depend on the order of a dictionary.
    for (spelling, unit) in exact.sorted(by: { $0.key < $1.key }) {
      let key = spelling.lowercased()
      let caseCarriesPrefix = bothPrefixes.contains(unit.symbol)
      if caseCarriesPrefix || (table[key] ?? unit) != unit { table[key] = .some(nil) } else { table[key] = unit }
    }
    return table
  }()

  /// Units whose milli and mega are both met, or whose wrong one would be taken for the other.
  private static let bothPrefixes: Set<String> = [
    "MJ", "MWh", "MW", "Mvarh", "Mvar", "MVA", "mV", "mA", "MPa", "mbar", "MΩ", "mg",
  ]

  /// The unit that a spelling means.
  /// - Throws: `unknown` with the nearest spelling, or `ambiguous` (`mw`: milliwatt or megawatt).
  public static func unit(_ spelling: String) throws(UnitError) -> Unit {
    let key = withoutStatistic(compact(spelling))
    if let unit = exact[key] { return unit }
    if let unit = folded[key.lowercased()] {
      if let unit { return unit }
      let meant = exact.keys.sorted().first { $0.lowercased() == key.lowercased() }
      throw .ambiguous(spelling, meant: meant.flatMap { exact[$0]?.symbol } ?? spelling)
    }
    do {
      return try UnitParser.parse(key)
    } catch .ambiguous(let meant) {
      throw .ambiguous(spelling, meant: meant)
    } catch {
      throw .unknown(spelling, nearest: NearestWord.of(spelling, in: units.map(\.symbol)))
    }
  }

  /// All listed units of a dimension, as the gateway writes them.
  public static func symbols(of dimension: Dimension) -> [String] {
    units.filter { $0.dimension == dimension }.map(\.symbol)
  }

  /// Blanks and carets never carry meaning in a unit; dots, raised digits and the micro sign are written in several
  /// ways.
  private static func compact(_ spelling: String) -> String {
    // One character in Unicode for two, so that `℃/min` is read like `°C/min`.
    let spelling = spelling.replacing("℃", with: "°C").replacing("℉", with: "°F")
    return String(
      spelling.unicodeScalars.compactMap { scalar -> Character? in
        switch scalar {
        case " ", "\t", "\u{A0}", "_", "^": nil
        case "¹": "1"
        case "²": "2"
        case "³": "3"
        case "⁴": "4"
        case "⁻", "−": "-"
        case "μ": "µ"
        case ".", "*", "⋅", "∙", "・", "×": "·"
        default: Character(scalar)
        }
      })
  }

  /// `mm/s RMS` is mm/s: how a value was averaged is no part of its unit.
  private static func withoutStatistic(_ spelling: String) -> String {
    for word in ["RMS", "rms", "(RMS)", "(rms)"] where spelling.hasSuffix(word) && spelling.count > word.count {
      return String(spelling.dropLast(word.count))
    }
    return spelling
  }
}
