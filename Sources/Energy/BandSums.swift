import Factors
import Plant
import Telemetry

/// Energy and cost by band of the tariff: of a window, a day, a month.
struct BandSums: Hashable, Sendable {
  struct Band: Hashable, Sendable {
    /// kWh; nil = no data.
    var energy: ScaledInteger?
    /// Money, exact; nil = no data, or a tariff without this price.
    var cost: ExactDecimal?
  }

  /// A rule set and when it is valid, as it was used.
  struct Source: Hashable, Sendable {
    var ruleSet: String
    var validity: String
  }

  /// By position in `Tariff.Band.allCases`; nil where no window lay in the band.
  var bands: [Band?] = Array(repeating: nil, count: Tariff.Band.allCases.count)
  /// In the order of their first use.
  var sources: [Source] = []
  /// kWh while no rule set was valid.
  var unpriced: ScaledInteger?

  init() {}

  /// Of the window that starts at `start`.
  init(_ energy: ScaledInteger?, start: Timestamp, tariff: Tariff, zone: PlantZone) throws(DecimalError) {
    guard let rate = tariff.rate(at: start, zone: zone) else {
      unpriced = energy
      return
    }
    let period = tariff.periods[rate.period]
    sources = [Source(ruleSet: period.ruleSet.id, validity: period.validity)]
    var band = Band(energy: energy, cost: nil)
    if let energy, let price = rate.price { band.cost = try ExactDecimal(energy) * price }
    bands[rate.band.place] = band
  }

  mutating func add(_ other: BandSums) throws(DecimalError) {
    for (place, band) in other.bands.enumerated() {
      guard let band else { continue }
      guard let own = bands[place] else {
        bands[place] = band
        continue
      }
      bands[place] = Band(
        energy: EnergyFigures.sum(own.energy, band.energy), cost: try Self.sum(own.cost, band.cost))
    }
    for source in other.sources where !sources.contains(source) { sources.append(source) }
    unpriced = EnergyFigures.sum(unpriced, other.unpriced)
  }

  private static func sum(_ a: ExactDecimal?, _ b: ExactDecimal?) throws(DecimalError) -> ExactDecimal? {
    guard let a else { return b }
    guard let b else { return a }
    return try a + b
  }

  /// Of all bands; nil without any priced energy.
  func cost() throws(DecimalError) -> ExactDecimal? {
    var total: ExactDecimal?
    for band in bands { total = try Self.sum(total, band?.cost) }
    return total
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(bands.count { $0 != nil })
    for (place, band) in bands.enumerated() {
      guard let band else { continue }
      writer.string(Tariff.Band.allCases[place].rawValue)
      writer.boolean(band.energy != nil)
      if let energy = band.energy { writer.scaled(energy) }
      writer.boolean(band.cost != nil)
      if let cost = band.cost { writer.decimal(cost) }
    }
    writer.varint(sources.count)
    for source in sources {
      writer.string(source.ruleSet)
      writer.string(source.validity)
    }
    writer.boolean(unpriced != nil)
    if let unpriced { writer.scaled(unpriced) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      guard let band = Tariff.Band(rawValue: name) else {
        throw ByteReaderError(offset: reader.offset, expected: "a band of a tariff, found \(name)")
      }
      var own = Band()
      if try reader.boolean() { own.energy = try reader.scaled() }
      if try reader.boolean() { own.cost = try reader.decimal() }
      bands[band.place] = own
    }
    for _ in 0..<(try reader.count()) {
      let ruleSet = try reader.string()
      sources.append(Source(ruleSet: ruleSet, validity: try reader.string()))
    }
    if try reader.boolean() { unpriced = try reader.scaled() }
  }
}
