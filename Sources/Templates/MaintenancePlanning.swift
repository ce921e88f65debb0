import Telemetry

/// Into which stops of the plant work is put, and what an unplanned stop costs. Lengths of time are the product's choices,
/// costs are entered by the plant or unknown.
public struct MaintenancePlanning: Hashable, Sendable {
  /// What an unplanned stop of machines costs, as somebody of the plant has entered it.
  public struct DowntimeCost: Hashable, Sendable {
    /// Patterns of asset ids.
    public var assets: [String]
    /// Only what stands there; nil = anywhere.
    public var place: String?
    /// Of an hour, in `currency`.
    public var hourly: ExactDecimal
    public var currency: String
    /// How long an unplanned stop usually lasts; nil = not said.
    public var stop: Span64?
    /// Where the figure is from; empty = not said.
    public var source: String

    public init(
      assets: [String], place: String?, hourly: ExactDecimal, currency: String, stop: Span64?, source: String
    ) {
      self.assets = assets
      self.place = place
      self.hourly = hourly
      self.currency = currency
      self.stop = stop
      self.source = source
    }
  }

  /// Shortest stop of the plant that work is put into.
  public var work = Span64.hours(1)
  /// How much earlier than it must work is done for the sake of other work on the same machine or line.
  public var bundling = Span64.days(7)
  /// The first one that an asset is in holds.
  public var costs: [DowntimeCost] = []

  public init() {}

  /// What an unplanned stop of an asset costs; nil = nobody has said.
  public func cost(of asset: Asset) -> DowntimeCost? {
    costs.first { cost in
      cost.place.map { asset.place == $0 || asset.place.hasPrefix($0 + "/") } ?? true
        && cost.assets.contains { Wildcard.matches(asset.id, $0) }
    }
  }
}

/// Reads the keys of planning in `maintenance:`.
struct MaintenancePlanningReader {
  static let keys = ["work", "bundling", "downtime-cost"]
  static let costKeys = ["assets", "place", "cost", "stop", "source"]

  private let section: Section
  private let assets: [Asset]

  init(_ section: Section, assets: [Asset]) {
    self.section = section
    self.assets = assets
  }

  func planning() -> MaintenancePlanning {
    var planning = MaintenancePlanning()
    planning.work = section.read("work", .duration(.minutes(1)...(.days(30))), default: planning.work)
    planning.bundling = section.read("bundling", .duration(.zero...(.days(365))), default: planning.bundling)
    guard let node = section["downtime-cost"], !node.isNothing else { return planning }
    guard let items = node.items else {
      section.report(
        node.position, "\"downtime-cost\" must be a list, found \(node.description)",
        remedy: "Write each cost behind a dash: `- { place: cq1/hall-1, cost: 12000 CNY/h }`.")
      return planning
    }
    planning.costs = items.compactMap { item in
      section.section(item, "downtime-cost", keys: Self.costKeys).flatMap(cost)
    }
    if let first = planning.costs.first, let other = planning.costs.first(where: { $0.currency != first.currency }) {
      section.report(
        node.position, "costs of stops are in \(first.currency) and in \(other.currency)",
        remedy: "Write all of them in one currency, so that they can be compared.")
    }
    return planning
  }

  private func cost(_ entry: Section) -> MaintenancePlanning.DowntimeCost? {
    let patterns = entry.assetPatterns(of: assets.map(\.id))
    let place = entry.place(of: assets)
    let stop = entry.read("stop", .duration(.minutes(1)...(.days(365))))
    let amount = entry.require(
      "cost", Self.hourly, remedy: "Add what an hour of an unplanned stop costs: `cost: 12000 CNY/h`.")
    guard let amount else { return nil }
    return MaintenancePlanning.DowntimeCost(
      assets: patterns, place: place, hourly: amount.value, currency: amount.currency, stop: stop,
      source: entry.read("source", .text, default: ""))
  }

  private struct Hourly {
    var value: ExactDecimal
    var currency: String
  }

  private static let hourly = Scalar<Hourly>(
    "money for an hour", example: "12000 CNY/h", remedy: { _ in "Write for example `12000 CNY/h`." }
  ) { text in
    guard text.hasSuffix("/h") else { return nil }
    let money = text.dropLast(2)
    let currency = String(money.reversed().prefix { $0.isASCII && $0.isUppercase }.reversed())
    guard currency.count == 3,
      let value = ExactDecimal(money.dropLast(3).filter { !$0.isWhitespace }), !value.isNegative
    else { return nil }
    return Hourly(value: value, currency: currency)
  }
}

extension MaintenancePlanning {
  func write(to writer: inout CanonicalWriter) {
    writer.field("work", QuantityText.text(work))
    writer.field("bundling", QuantityText.text(bundling))
    guard !costs.isEmpty else { return }
    writer.list("downtime-cost") { writer in
      for cost in costs {
        writer.object { writer in
          writer.list("assets", cost.assets)
          writer.field("place", cost.place)
          writer.field("cost", "\(cost.hourly) \(cost.currency)/h")
          writer.field("stop", cost.stop.map { QuantityText.text($0) })
          writer.field("source", cost.source.isEmpty ? nil : cost.source)
        }
      }
    }
  }
}

extension ConfigurationSchema {
  /// At the top.
  static let maintenance = group(
    "How maintenance is planned.", MaintenanceReader.keys,
    [
      "horizons": list(
        "How near a predicted failure is urgent, to be repaired soon, to be planned, on the list.",
        of: duration("A length of time.", "48 h")),
      "notice": duration("How long before a failure a prediction must be told to count as told in time.", "48 h"),
      "services": services,
    ].merging(planning) { $1 })

  /// Keys of `maintenance:` that say how work is planned.
  static let planning: [String: JSONValue] = [
    "work": duration("Shortest stop of the plant that work is put into.", "1 h"),
    "bundling": duration("How much earlier than it must work is done together with other work.", "7 d"),
    "downtime-cost": list(
      "What an unplanned stop costs, entered by the plant; the first that an asset is in holds.",
      of: group(
        "A cost.", MaintenancePlanningReader.costKeys,
        [
          "assets": list("Patterns of asset ids; default: all.", of: text("A pattern.", "press-*")),
          "place": text("Only what stands there.", "cq1/hall-1/line-1"),
          "cost": text("Money for an hour.", "12000 CNY/h"),
          "stop": duration("How long an unplanned stop usually lasts.", "6 h"),
          "source": text("Where the figure is from.", "controlling, 2026"),
        ], required: ["cost"])),
  ]
}
