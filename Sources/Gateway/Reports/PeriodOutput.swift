import Factors
import Plant
import Production
import Store
import Telemetry
import Templates

/// What the lines made in a period and what that is worth, order by order.
///
/// From the records of the lines' days: each order's pieces and its share of the electricity. Where nothing on the line
/// counts pieces, an order counts as a whole, by what its feed reported, in the period in which it began.
struct PeriodOutput {
  /// An order's part of a day, or a whole order.
  struct Part: Hashable {
    /// Nil for energy that fell to no order.
    var order: String?
    /// Whether its record is there.
    var isKnown: Bool
    var product: String?
    /// Position in `lines`.
    var line: Int
    /// Its local day.
    var day: CivilDate
    /// Nil where nobody counted.
    var good: ExactDecimal?
    /// kWh.
    var energy: ExactDecimal
  }

  let lines: [ProductionLine]
  private(set) var parts: [Part] = []
  /// Days whose records do not tell the pieces of the orders.
  private(set) var silentDays: Set<CivilDate> = []
  private let zone: PlantZone
  private let names: AssetNames
  private let lineOfFeed: [String: Int]

  init(_ site: Site, zone: PlantZone, names: AssetNames) {
    self.names = names
    lines = ProductionLine.lines(of: site)
    self.zone = zone
    var lineOfFeed: [String: Int] = [:]
    for (place, line) in lines.enumerated() {
      for feed in line.feeds { lineOfFeed[site.assets[feed].id] = place }
    }
    self.lineOfFeed = lineOfFeed
  }

  /// - Parameters:
  ///   - days: bodies of `production-line` that lie in the period.
  ///   - orders: bodies of `product-footprint` by key with the ids of now, of all orders that the days name or that began in the period.
  ///   - period: decides which orders count as a whole.
  mutating func add(days: [JSONValue], orders: [String: JSONValue], period: Range<Timestamp>) throws {
    for body in days {
      guard let line = body["asset"]?.stringValue.flatMap({ lineOfFeed[names.current($0)] }),
        let start = body["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
      else { continue }
      let day = CivilDate(of: start, in: zone)
      let carrier = body["carriers"]?[Signal.Quantity.activeEnergyImport.rawValue]
      let pieces = body["pieces"]
      if pieces == nil { silentDays.insert(day) }
      for key in Self.orders(of: body).sorted() {
        let current = names.currentKey(key)
        let order = orders[current]
        if Self.isReported(order) { continue }
        parts.append(
          Part(
            order: current, isKnown: order != nil, product: order?["product"]?.stringValue, line: line, day: day,
            good: pieces.map { Self.decimal($0[key]?["good"]) ?? .zero },
            energy: Self.decimal(carrier?["orders"]?[key]) ?? .zero))
      }
      if let rest = Self.decimal(carrier?["unallocated"]), !rest.isZero {
        parts.append(Part(order: nil, isKnown: true, product: nil, line: line, day: day, good: nil, energy: rest))
      }
    }
    for (key, order) in orders.sorted(by: { $0.key < $1.key }) where Self.isReported(order) {
      guard let line = order["asset"]?.stringValue.flatMap({ lineOfFeed[names.current($0)] }),
        let start = order["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }), period.contains(start)
      else { continue }
      let electricity = (order["energy"]?.arrayValue ?? []).first {
        $0["carrier"]?.stringValue == Signal.Quantity.activeEnergyImport.rawValue
      }
      let isCounted = order["pieces_source"] == "order-feed"
      parts.append(
        Part(
          order: key, isKnown: true, product: order["product"]?.stringValue, line: line,
          day: CivilDate(of: start, in: zone), good: isCounted ? Self.decimal(order["good"]) : nil,
          energy: Self.decimal(electricity?["amount"]) ?? .zero))
    }
  }

  /// Keys of the orders that a line's day names, as the record has them.
  private static func orders(of day: JSONValue) -> Set<String> {
    keys(day["carriers"]?[Signal.Quantity.activeEnergyImport.rawValue]?["orders"]).union(keys(day["pieces"]))
  }

  /// Nothing on its line counts its pieces.
  private static func isReported(_ order: JSONValue?) -> Bool {
    guard let source = order?["pieces_source"]?.stringValue else { return false }
    return source != "line"
  }

  private static func keys(_ table: JSONValue?) -> Set<String> {
    guard case .object(let members)? = table else { return [] }
    return Set(members.keys)
  }

  private static func decimal(_ value: JSONValue?) -> ExactDecimal? { value?.stringValue.flatMap { ExactDecimal($0) } }
}

/// What was made, and what it is worth by the prices that people entered.
struct OutputValue: Hashable {
  /// kWh.
  private(set) var energy = ExactDecimal.zero
  /// Nil where nobody counted.
  private(set) var good: ExactDecimal?
  /// Money; nil without output, or where a price of some of it is missing.
  private(set) var value: ExactDecimal?
  /// Why good pieces have no price.
  private(set) var unpriced: Set<String> = []
  private(set) var isUncounted = false

  mutating func add(_ part: PeriodOutput.Part, _ products: [Product]) throws {
    energy = try energy + part.energy
    guard let pieces = part.good else {
      isUncounted = isUncounted || part.order != nil
      return
    }
    good = try (good ?? .zero) + pieces
    guard !pieces.isZero else { return }
    guard part.isKnown else {
      unpriced.insert("the footprint of \(part.order ?? "") is not in the store, so its product is not known")
      return
    }
    guard let name = part.product else {
      unpriced.insert("the order \(part.order ?? "") names no product")
      return
    }
    guard let product = products.first(where: { $0.id == name }), !product.prices.isEmpty else {
      unpriced.insert("\(name) has no price")
      return
    }
    guard let price = product.price(on: part.day) else {
      unpriced.insert("\(name) has no price before \(product.prices.first?.from?.description ?? "")")
      return
    }
    value = try (value ?? .zero) + pieces * price
  }

  /// All of the output has a price.
  var isWhole: Bool { unpriced.isEmpty && !isUncounted }
  /// Money, only of what is known as a whole.
  var known: ExactDecimal? { isWhole ? value : nil }

  /// kWh for each 1,000 of the currency; nil without a value.
  func energyIntensity(of energy: ExactDecimal) throws -> ExactDecimal? {
    guard let known, !known.isZero else { return nil }
    return try energy * ExactDecimal(1000) / known
  }
}
