import Factors
import Plant
import Telemetry
import Templates

/// Bodies of the records of production, as `RecordSchema+Production` describes them.
struct ProductionBody {
  let rule: ProductionRule
  let line: Int
  /// As they are saved; nil = none were made.
  var recalculations: [UInt8]?

  /// What `allocation` says in each footprint: how the windows are divided, in the order in which it is tried.
  static let rules = [
    "sub-meter: in a window in which the order had the line for itself, what the line's meters counted",
    "machine-time: by the time in which the line ran for the order; what it ran beside all orders is unallocated",
    "order-time, idle: in a window in which the line did not run, by the time for which the order was open",
    "pieces: where nothing tells whether the line ran, by the pieces of the order",
    "order-time: where nothing counts pieces either, by the time for which the order ran",
    "scrap: what scrapped pieces used is carried by the good ones",
  ]

  /// The id of the feed in the key of an order.
  func feed(_ key: String) -> String {
    let feeds = rule.lines[line].feeds.map { rule.site.assets[$0] }
    let feed =
      feeds.first { key.hasPrefix($0.id + "/") }
      ?? feeds.first { feed in feed.formerly.map { key.hasPrefix($0 + "/") } ?? false }
    return (feed ?? feeds[0]).id
  }

  func product(_ order: ProductionOrder) -> Product? {
    order.product.flatMap { name in rule.site.products.first { $0.id == name } }
  }

  private struct Output {
    var good: ExactDecimal
    var scrap: ExactDecimal
    var source: String
  }

  private func output(_ account: OrderAccount) throws -> Output {
    if !rule.lines[line].counters.isEmpty {
      return Output(good: account.good, scrap: account.scrap, source: "line")
    }
    guard let produced = account.order.produced else { return Output(good: .zero, scrap: .zero, source: "none") }
    return Output(
      good: try ExactDecimal(produced), scrap: try account.order.scrapped.map { try ExactDecimal($0) } ?? .zero,
      source: "order-feed")
  }

  // MARK: Orders

  func order(_ account: OrderAccount, _ key: String, start: Timestamp, end: Timestamp) throws -> JSONValue {
    var members = try common(account, key, start: start, end: end)
    members["intervals"] = .array(
      account.order.active.map { interval in
        ["start": time(interval.start), "end": interval.end.map(time) ?? .null]
      })
    members["reported_good"] = text(account.order.produced)
    members["reported_scrap"] = text(account.order.scrapped)
    return .object(members)
  }

  private func common(
    _ account: OrderAccount, _ key: String, start: Timestamp, end: Timestamp
  ) throws -> [String: JSONValue] {
    let order = account.order
    let output = try output(account)
    return [
      "asset": .string(feed(key)), "place": .string(rule.lines[line].place), "start": time(start), "end": time(end),
      "order": .string(order.id), "product": text(order.product), "product_name": text(product(order)?.name),
      "batch": text(order.batch), "operation": text(order.operation), "state": .string(order.state.word),
      "planned": text(order.planned), "good": text(output.good), "scrap": text(output.scrap),
      "pieces_source": .string(output.source), "order_seconds": try seconds(account.orderTime),
      "running_seconds": try seconds(account.runTime),
    ]
  }

  // MARK: Days

  func day(_ day: LineDay, end: Timestamp) throws -> JSONValue {
    var carriers: [String: JSONValue] = [:]
    for sum in day.sums {
      let unallocated = try sum.withoutOrder + sum.outside
      carriers[sum.carrier.name] = [
        "unit": .string(sum.carrier.quantity.unit), "metered": text(sum.metered),
        "orders": .object(sum.orders.mapValues { text($0) }), "unallocated": text(unallocated),
        "reasons": ["no-order": text(sum.withoutOrder), "outside-orders": text(sum.outside)],
      ]
    }
    var members: [String: JSONValue] = [
      "asset": .string(rule.site.assets[rule.lines[line].feeds[0]].id), "place": .string(rule.lines[line].place),
      "start": time(day.start), "end": time(end), "carriers": .object(carriers),
      "running_seconds": try seconds(day.runTime), "good": text(day.good), "scrap": text(day.scrap),
      "good_outside": text(day.goodOutside), "scrap_outside": text(day.scrapOutside),
      "windows": .integer(Int64(day.windows)),
    ]
    members["pieces"] = day.pieces.map { pieces in
      .object(pieces.mapValues { ["good": text($0.good), "scrap": text($0.scrap)] })
    }
    return .object(members)
  }

  // MARK: Footprints

  func footprint(
    _ account: OrderAccount, _ key: String, _ supplied: [String: ProductionRule.Supplied], start: Timestamp,
    end: Timestamp, isDone: Bool
  ) throws -> JSONValue {
    var members = try common(account, key, start: start, end: end)
    let product = product(account.order)
    let output = try output(account)
    let unit = product?.declaredUnit ?? .piece
    let units: ExactDecimal? =
      switch unit {
      case .piece: output.good
      case .kilogram: try product?.mass.map { try output.good * $0 }
      }
    var contributions: [DataQuality.Contribution] = []
    var energy: [JSONValue] = []
    var whole: ExactDecimal? = .zero
    var electricity = ExactDecimal.zero
    for sum in account.sums {
      let amount = try sum.total()
      if amount.isZero, sum.byBasis.allSatisfy(\.isZero) { continue }
      if sum.carrier.quantity == .activeEnergyImport { electricity = try electricity + amount }
      let emission =
        rule.factors?.emission(
          of: sum.carrier, amount: amount, start: start, end: end, recalculations: recalculations)
        ?? FootprintEmission(
          kilograms: nil, problem: "no factors: add `carbon:` with the plant's subdivision to the configuration")
      if let kilograms = emission.kilograms {
        whole = try whole.map { try $0 + kilograms }
        contributions += try metered(sum, amount, emission, kilograms)
      } else {
        whole = nil
      }
      energy.append(self.energy(sum, amount, emission))
    }
    let materials = try FootprintMaterials(product: product, supplied: supplied, end: end, rule: rule)
      .list(pieces: try output.good + output.scrap)
    contributions += materials.contributions
    members["status"] = .string(isDone ? "final" : "provisional")
    members["boundary"] = "gate-to-gate"
    members["declared_unit"] = .string(unit.rawValue)
    members["declared_units"] = text(units)
    members["mass_kg"] = text(product?.mass)
    members["identifiers"] = .array((product?.identifiers ?? []).map { .string($0) })
    members["energy"] = .array(energy)
    members["materials"] = .array(materials.list)
    members["kgco2e"] = text(whole)
    members["kgco2e_upstream"] = text(materials.kilograms)
    if !materials.uptake.isZero { members["biogenic_uptake_kg"] = text(materials.uptake) }
    members["kgco2e_by_unit"] = text(try Self.quotient(whole, units))
    members["kgco2e_upstream_by_unit"] = text(try Self.quotient(materials.kilograms, units))
    members["kwh_by_unit"] = text(try Self.quotient(electricity, units))
    let quality = whole == nil || materials.kilograms == nil ? nil : try DataQuality(contributions)
    members["primary_data_share"] = text(quality?.primaryShare)
    members["data_quality"] =
      quality.map {
        [
          "technological": text($0.technological), "geographical": text($0.geographical),
          "temporal": text($0.temporal),
        ]
      } ?? .null
    members["allocation"] = .array(Self.rules.map { .string($0) })
    return .object(members)
  }

  private func energy(_ sum: OrderAccount.Sum, _ amount: ExactDecimal, _ emission: FootprintEmission) -> JSONValue {
    var bases: [String: JSONValue] = [:]
    for basis in WindowAllocation.Basis.allCases where !sum.byBasis[Int(basis.rawValue)].isZero {
      bases[basis.word] = text(sum.byBasis[Int(basis.rawValue)])
    }
    var members: [String: JSONValue] = [
      "carrier": .string(sum.carrier.name), "amount": text(amount), "unit": .string(sum.carrier.quantity.unit),
      "by_basis": .object(bases), "idle": text(sum.idle), "estimated": text(sum.estimated),
      "kgco2e": text(emission.kilograms),
    ]
    members["factor"] = emission.factor.map { .string($0) }
    members["factor_source"] = emission.source.map { .string($0) }
    members["formula"] = emission.formula.map { .string($0) }
    members["problem"] = emission.problem.map { .string($0) }
    if !emission.warnings.isEmpty { members["warnings"] = .array(emission.warnings.map { .string($0) }) }
    return .object(members)
  }

  /// Metered at the process itself; what was bridged or doubted is rated as that, whatever the factor.
  private func metered(
    _ sum: OrderAccount.Sum, _ amount: ExactDecimal, _ emission: FootprintEmission, _ kilograms: ExactDecimal
  ) throws -> [DataQuality.Contribution] {
    let sure = try amount - sum.estimated
    guard !sum.estimated.isZero, ExactDecimal.zero < sure else {
      let ratings = sum.estimated.isZero ? emission.ratings : estimated(emission.ratings)
      return [DataQuality.Contribution(kilograms: kilograms, isPrimary: true, ratings: ratings)]
    }
    let parts = try kilograms.allocated(by: [sure, sum.estimated])
    return [
      DataQuality.Contribution(kilograms: parts[0], isPrimary: true, ratings: emission.ratings),
      DataQuality.Contribution(kilograms: parts[1], isPrimary: true, ratings: estimated(emission.ratings)),
    ]
  }

  private func estimated(_ ratings: DataQuality.Ratings) -> DataQuality.Ratings {
    let floor = ExactDecimal((rule.site.footprint ?? FootprintSettings()).ratings.estimated)
    var rated = ratings
    rated.technological = max(rated.technological, floor)
    return rated
  }

  private static func quotient(_ whole: ExactDecimal?, _ units: ExactDecimal?) throws -> ExactDecimal? {
    guard let whole, let units, ExactDecimal.zero < units else { return nil }
    return try whole / units
  }

  // MARK: Values

  private func time(_ time: Timestamp) -> JSONValue { .string(rule.zone.rfc3339(time)) }
  private func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
  private func text(_ value: ExactDecimal?) -> JSONValue { value.map { .string($0.description) } ?? .null }
  private func text(_ value: ScaledInteger?) -> JSONValue { value.map { .string($0.description) } ?? .null }
  private func seconds(_ nanoseconds: Int64) throws -> JSONValue {
    text(try ExactDecimal(ScaledInteger(nanoseconds, exponent: -9)))
  }
}
