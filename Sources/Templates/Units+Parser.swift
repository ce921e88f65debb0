/// Reads compound units by their structure: `kWh/t`, `m³/h`, `Nm3/h`, `kJ/(kg·K)`, `mg/m^3`, `min⁻¹`.
///
/// One fraction of at most three factors each; a factor is a unit of `UnitAtom` with a prefix and an exponent.
struct UnitParser {
  enum Failure: Error, Hashable {
    case unknown
    /// The case of a prefix would decide; the reading with the larger prefix.
    case ambiguous(meant: String)
  }

  private var ignoresCase: Bool
  private var dimension = Dimension.ratio
  private var ratio = UnitRatio.one

  /// - Parameter text: as `UnitCatalogue.compact` leaves it: without blanks and raised digits, with `·` as the dot.
  static func parse(_ text: String) throws(Failure) -> Unit {
    do {
      var parser = UnitParser(ignoresCase: false)
      return try parser.unit(text)
    } catch {
      var parser = UnitParser(ignoresCase: true)
      return try parser.unit(text)
    }
  }

  private init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

  private mutating func unit(_ text: String) throws(Failure) -> Unit {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let top = parts.first else { throw .unknown }
    // `1/h` and `/h`: an amount that is only counted.
    let hasTop = !(parts.count == 2 && (top.isEmpty || top == "1"))
    var symbol = hasTop ? try factors(top, sign: 1) : "1"
    if parts.count == 2 {
      var bottom = parts[1]
      if bottom.hasPrefix("("), bottom.hasSuffix(")") { bottom = bottom.dropFirst().dropLast() }
      let below = try factors(bottom, sign: -1)
      symbol += below.contains("·") ? "/(\(below))" : "/\(below)"
    }
    guard let numerator = Int64(exactly: ratio.numerator), let denominator = Int64(exactly: ratio.denominator) else {
      throw .unknown
    }
    return Unit(symbol, dimension, numerator, over: denominator)
  }

  private mutating func factors(_ text: Substring, sign: Int) throws(Failure) -> String {
    if let whole = try atom(String(text)) { return try take(whole, exponent: sign, written: 1) }
    let words = text.split(separator: "·", omittingEmptySubsequences: false)
    guard (1...3).contains(words.count) else { throw .unknown }
    var symbols: [String] = []
    for word in words {
      if let plain = try atom(String(word)) {
        symbols.append(try take(plain, exponent: sign, written: 1))
        continue
      }
      let split = Self.exponent(word)
      // A cubic metre has its exponent already.
      guard let base = try atom(String(split.base)), split.exponent != 1, base.symbol.last != "³" else {
        throw .unknown
      }
      symbols.append(try take(base, exponent: sign * split.exponent, written: split.exponent))
    }
    return symbols.joined(separator: "·")
  }

  private mutating func take(
    _ atom: UnitAtom.Value, exponent: Int, written: Int
  ) throws(Failure) -> String {
    guard let factor = atom.ratio.power(exponent), let product = ratio.times(factor) else { throw .unknown }
    ratio = product
    dimension = dimension.times(atom.dimension, power: Int8(exponent))
    let powers = [2: "²", 3: "³", 4: "⁴", -1: "⁻¹", -2: "⁻²", -3: "⁻³"]
    return atom.symbol + (powers[written] ?? "")
  }

  private func atom(_ word: String) throws(Failure) -> UnitAtom.Value? {
    if let value = UnitAtom.exact[word] { return value }
    guard ignoresCase, let value = UnitAtom.folded[word.lowercased()] else { return nil }
    if let value { return value }
    let both = UnitAtom.exact.filter { $0.key.lowercased() == word.lowercased() }.map(\.value.symbol)
    throw .ambiguous(meant: both.min() ?? word)
  }

  /// `m3` → m and 3, `s-1` → s and −1.
  private static func exponent(_ word: Substring) -> (base: Substring, exponent: Int) {
    guard let digit = word.last.flatMap({ Int(String($0)) }), (1...4).contains(digit) else { return (word, 1) }
    let rest = word.dropLast()
    if rest.last == "-" { return (rest.dropLast(), -digit) }
    return (rest, digit)
  }
}
