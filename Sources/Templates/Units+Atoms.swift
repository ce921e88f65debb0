/// What compound units are made of: single units, with the prefixes that they take and the ways they are written.
struct UnitAtom {
  /// Without prefix, as the gateway writes it.
  var symbol: String
  var dimension: Dimension
  var ratio: UnitRatio
  /// Of `UnitAtom.prefixes`, besides none.
  var prefixes: String
  /// Other ways to write it, which take the same prefixes if they are not words.
  var others: [String]

  init(
    _ symbol: String, _ dimension: Dimension, _ numerator: Int128 = 1, over denominator: Int128 = 1,
    prefixes: String = "",
    or others: [String] = []
  ) {
    self.symbol = symbol
    self.dimension = dimension
    ratio = UnitRatio(numerator, denominator)
    self.prefixes = prefixes
    self.others = others
  }

  static let prefixes: [(symbol: Character, others: [String], ratio: UnitRatio)] = [
    ("T", ["太"], UnitRatio(1_000_000_000_000, 1)), ("G", ["吉"], UnitRatio(1_000_000_000, 1)),
    ("M", ["兆"], UnitRatio(1_000_000, 1)), ("k", ["千"], UnitRatio(1000, 1)), ("h", ["百"], UnitRatio(100, 1)),
    ("d", ["分"], UnitRatio(1, 10)), ("c", ["厘"], UnitRatio(1, 100)), ("m", ["毫"], UnitRatio(1, 1000)),
    ("µ", ["u", "微"], UnitRatio(1, 1_000_000)),
  ]

  /// kWh is 3.6 MJ, a tonne 1000 kg, an inch 25.4 mm, a US gallon 231 in³, a pound 0.45359237 kg: all by definition.
  static let all: [UnitAtom] = [
    UnitAtom("J", .energy, prefixes: "kMGT", or: ["焦", "焦耳"]),
    UnitAtom("Wh", .energy, 3600, prefixes: "kMGT", or: ["W·h", "瓦时"]),
    UnitAtom("W", .power, prefixes: "kMGT", or: ["瓦"]),
    UnitAtom("varh", .reactiveEnergy, 3600, prefixes: "kMG", or: ["VArh", "var·h", "乏时"]),
    UnitAtom("var", Dimension((.reactiveEnergy, 1), (.time, -1)), prefixes: "kMG", or: ["VAr", "乏"]),
    UnitAtom("VAh", Dimension((.apparentEnergy, 1)), 3600, prefixes: "kMG"),
    UnitAtom("VA", Dimension((.apparentEnergy, 1), (.time, -1)), prefixes: "kMG", or: ["伏安"]),
    UnitAtom("V", Dimension((.voltage, 1)), prefixes: "µmk", or: ["伏"]),
    UnitAtom("A", Dimension((.current, 1)), prefixes: "µmk", or: ["安"]),
    UnitAtom("Ah", Dimension((.current, 1), (.time, 1)), 3600, prefixes: "mk", or: ["A·h", "安时"]),
    UnitAtom("Ω", Dimension((.resistance, 1)), prefixes: "mkMG", or: ["Ω", "ohm", "Ohm", "欧"]),
    UnitAtom("Pa", .pressure, prefixes: "mhkMG", or: ["帕"]),
    UnitAtom("bar", .pressure, 100_000, prefixes: "m", or: ["巴"]),
    UnitAtom("psi", .pressure, 44_482_216_152_605, over: 6_451_600_000, or: ["lbf/in2"]),
    UnitAtom("atm", .pressure, 101_325),
    UnitAtom("mmH₂O", .pressure, 980_665, over: 100_000, or: ["mmH2O", "mmWC"]),
    UnitAtom("N", Dimension((.force, 1)), prefixes: "mkM", or: ["牛"]),
    UnitAtom("kgf", Dimension((.force, 1)), 980_665, over: 100_000),
    UnitAtom("Nm", Dimension((.torque, 1)), prefixes: "mkM", or: ["N·m", "牛米", "牛·米"]),
    UnitAtom("m", Dimension((.length, 1)), prefixes: "µmcdk", or: ["米"]),
    UnitAtom("in", Dimension((.length, 1)), 254, over: 10_000, or: ["inch"]),
    UnitAtom("ft", Dimension((.length, 1)), 3048, over: 10_000),
    UnitAtom("L", .volume, 1, over: 1000, prefixes: "mch", or: ["l", "升"]),
    UnitAtom("m³", .volume, or: ["m3", "立方米", "立方", "方"]),
    UnitAtom("gal", .volume, 473_176_473, over: 125_000_000_000),
    UnitAtom("Nm³", .normalVolume, or: ["Nm3", "m3(n)", "m3N", "标立方米", "标准立方米", "标方"]),
    UnitAtom("NL", .normalVolume, 1, over: 1000, prefixes: "m", or: ["Nl"]),
    UnitAtom("Sm³", .standardVolume, or: ["Sm3"]),
    UnitAtom("g", .mass, 1, over: 1000, prefixes: "kmµ", or: ["克"]),
    UnitAtom("t", .mass, 1000, prefixes: "kM", or: ["tonne", "吨"]),
    UnitAtom("lb", .mass, 45_359_237, over: 100_000_000),
    UnitAtom("s", Dimension((.time, 1)), prefixes: "mµ", or: ["sec", "秒"]),
    UnitAtom("min", Dimension((.time, 1)), 60, or: ["minute", "分", "分钟"]),
    UnitAtom("h", Dimension((.time, 1)), 3600, or: ["hr", "hour", "小时", "时"]),
    UnitAtom("d", Dimension((.time, 1)), 86_400, or: ["day", "天", "日"]),
    UnitAtom("r", Dimension((.turn, 1)), or: ["rev", "U", "转"]),
    UnitAtom("Hz", Dimension((.cycle, 1), (.time, -1)), prefixes: "mkMG", or: ["赫兹", "赫"]),
    // In a compound a degree is a difference: °C/min, kJ/(kg·K).
    UnitAtom("K", .temperatureDifference, or: ["°C", "ΔK", "摄氏度"]),
    UnitAtom("°F", .temperatureDifference, 5, over: 9),
    UnitAtom("°", Dimension((.angle, 1)), or: ["deg"]),
    UnitAtom("lx", Dimension((.illuminance, 1)), prefixes: "k", or: ["lux", "勒克斯"]),
    UnitAtom("dB", Dimension((.level, 1)), or: ["dB(A)", "dBA", "分贝"]),
    UnitAtom("pH", Dimension((.acidity, 1))),
    UnitAtom("cSt", Dimension((.length, 2), (.time, -1)), 1, over: 1_000_000),
    UnitAtom("pcs", Dimension((.piece, 1)), or: ["pc", "piece", "pieces", "ea", "件", "个", "只", "台", "Stk"]),
    UnitAtom("px", Dimension((.pixel, 1)), or: ["pixel", "像素"]),
    UnitAtom("¥", Dimension((.yuan, 1)), or: ["￥", "CNY", "RMB", "元"]),
    UnitAtom("€", Dimension((.euro, 1)), or: ["EUR"]),
    UnitAtom("$", Dimension((.dollar, 1)), or: ["USD"]),
    UnitAtom("%", .ratio, 1, over: 100, or: ["％"]),
    UnitAtom("‰", .ratio, 1, over: 1000),
    UnitAtom("ppm", .ratio, 1, over: 1_000_000),
    UnitAtom("ppb", .ratio, 1, over: 1_000_000_000),
  ]

  /// One unit with its prefix.
  struct Value: Hashable {
    var symbol: String
    var dimension: Dimension
    var ratio: UnitRatio
  }

  /// Every spelling with every prefix.
  static let exact: [String: Value] = {
    var table: [String: Value] = [:]
    for atom in all {
      for spelling in [atom.symbol] + atom.others {
        table[spelling] = Value(symbol: atom.symbol, dimension: atom.dimension, ratio: atom.ratio)
        for prefix in prefixes where atom.prefixes.contains(prefix.symbol) {
          guard let ratio = atom.ratio.times(prefix.ratio) else { continue }
          let value = Value(symbol: "\(prefix.symbol)\(atom.symbol)", dimension: atom.dimension, ratio: ratio)
          for word in [String(prefix.symbol)] + prefix.others {
            // A Chinese prefix goes with a Chinese name.
            let fits = word.utf8.count < 3 || spelling.utf8.first.map { $0 >= 0xE3 } == true
            if fits, table[word + spelling] == nil { table[word + spelling] = value }
          }
        }
      }
    }
    table["公斤"] = table["kg"]
    return table
  }()

  /// By spelling without regard to case; nil where that leaves two meanings.
  static let folded: [String: Value?] = {
    var table: [String: Value?] = [:]
    for (spelling, value) in exact.sorted(by: { $0.key < $1.key }) {
      let key = spelling.lowercased()
      table[key] = .some((table[key] ?? value) == value ? value : nil)
    }
    return table
  }()
}

/// A ratio of integers in its lowest terms.
struct UnitRatio: Hashable, Sendable {
  let numerator: Int128
  let denominator: Int128

  init(_ numerator: Int128, _ denominator: Int128) {
    var a = numerator
    var b = denominator
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / a
    self.denominator = denominator / a
  }

  static let one = UnitRatio(1, 1)

  /// Nil if it does not fit.
  func times(_ other: UnitRatio) -> UnitRatio? {
    let top = numerator.multipliedReportingOverflow(by: other.numerator)
    let bottom = denominator.multipliedReportingOverflow(by: other.denominator)
    return top.overflow || bottom.overflow ? nil : UnitRatio(top.partialValue, bottom.partialValue)
  }

  func power(_ exponent: Int) -> UnitRatio? {
    let base = exponent < 0 ? UnitRatio(denominator, numerator) : self
    var product: UnitRatio? = .one
    for _ in 0..<exponent.magnitude { product = product?.times(base) }
    return product
  }
}
