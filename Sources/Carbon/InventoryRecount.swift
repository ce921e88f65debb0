import Factors
import Plant
import Telemetry
import Templates

/// What a recalculation makes of months of the inventory that were issued, from their records alone: for the question
/// before it, and for the difference that people are shown.
public struct InventoryRecount {
  /// One month, by the methods of the site.
  public struct Month: Hashable, Sendable {
    public var start: Timestamp
    /// kg; nil where there was or will be no figure.
    public var old: [ExactDecimal?]
    public var new: [ExactDecimal?]
    public var problems: [String]
    /// By method: it is counted by the hour, so that only the record that will be issued has the new figure.
    public var isLater: [Bool]

    /// Whether the recalculation has a figure by any method, as far as that can be told here.
    public var hasFigure: Bool { new.contains { $0 != nil } || isLater.contains(true) }
  }

  public let methods: [InventoryMethod]
  private let site: Site
  private let zone: PlantZone
  private let factors: FactorsInForce

  /// Nil without `carbon:` in the configuration.
  public init?(site: Site, zone: PlantZone) throws {
    guard let settings = site.carbon else { return nil }
    factors = try FactorsInForce(settings)
    methods = settings.methods
    self.site = site
    self.zone = zone
  }

  /// - Parameters:
  ///   - bodies: of all months that are known, since certificates are used up month by month.
  ///   - entries: in force, by id.
  /// - Returns: the months that the recalculation covers, by time.
  /// - Throws: if the configuration's tables do not have what it chooses.
  public func months(
    _ bodies: [JSONValue], entries: [String: EnteredActivity], _ recalculation: Recalculation
  ) throws -> [Month] {
    let calculator = try EmissionCalculator(factors.configured.settings.applying(recalculation.change))
    let choice = FactorsInForce.Choice(calculator: calculator, recalculation: recalculation)
    var known: [(start: Timestamp, end: Timestamp, body: JSONValue, inventory: Inventory?, problems: [String])] = []
    for body in bodies {
      guard let start = body["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
        let end = body["end"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
      else { continue }
      let (inventory, problems) = try self.inventory(body, entries)
      known.append((start, end, body, inventory, problems))
    }
    known.sort { $0.start < $1.start }
    let shares = try CertificateBook.allocate(
      calculator.settings.certificates,
      to: known.map { month in
        CertificateBook.Demand(
          from: CivilDate(of: month.start, in: zone), to: CivilDate(lastDayBefore: month.end, in: zone),
          kilowattHours: try month.inventory?.electricity() ?? .zero)
      })
    return try zip(known, shares).compactMap { month, shares in
      guard recalculation.covers(month.start) else { return nil }
      let old = methods.map {
        month.body["methods"]?[$0.rawValue]?["total_kg"]?.stringValue.flatMap { ExactDecimal($0) }
      }
      var result = Month(
        start: month.start, old: old, new: methods.map { _ in nil }, problems: month.problems,
        isLater: methods.map { calculator.settings.hourlySeries?.series(for: $0) != nil })
      guard let inventory = month.inventory else { return result }
      let emissions = try inventory.emissions(
        choice, lastDay: CivilDate(lastDayBefore: month.end, in: zone), certificates: shares)
      result.new = methods.indices.map { method in
        result.isLater[method] ? nil : EmissionText.total(emissions.map { $0[method] })
      }
      if result.isLater.contains(true) {
        result.problems.append("it is counted by the hour: its new figure is in the record that will be issued")
      }
      result.problems += Set(emissions.flatMap { $0 }.compactMap { $0.problem.map { "\($0)" } }).sorted()
      return result
    }
  }

  private func inventory(
    _ body: JSONValue, _ entries: [String: EnteredActivity]
  ) throws -> (Inventory?, problems: [String]) {
    var sources: [Inventory.Source] = []
    for source in body["sources"]?.arrayValue ?? [] {
      guard let id = source["asset"]?.stringValue,
        let quantity = source["quantity"]?.stringValue.flatMap({ Signal.Quantity(rawValue: $0) }),
        let amount = source["amount"]?.stringValue.flatMap({ ExactDecimal($0) })
      else { continue }
      let asset = site.assets.first { $0.id == id || $0.formerly == id }
      guard let kind = try MeteredActivity.kind(quantity, asset?.metering ?? Asset.Metering()) else { continue }
      sources.append(
        Inventory.Source(
          asset: id, quantity: quantity, activity: Activity(kind, amount, quantity.unit),
          record: Inventory.RecordReference(kind: .energyMonth, key: "", revision: 0)))
    }
    var parts: [Inventory.EntryPart] = []
    for entry in body["entries"]?.arrayValue ?? [] {
      guard let id = entry["entry"]?.stringValue,
        let amount = entry["amount"]?.stringValue.flatMap({ ExactDecimal($0) })
      else { continue }
      guard let known = entries[id] else {
        return (nil, ["the record of the entry \(id) is no longer in the store: what it will be cannot be shown here"])
      }
      parts.append(Inventory.EntryPart(entry: known, amount: amount))
    }
    return (Inventory(sources: sources, entries: parts), [])
  }
}
