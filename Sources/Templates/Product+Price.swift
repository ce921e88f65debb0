import Factors
import Telemetry

extension Product {
  /// What a good piece is worth from a day on, as a person entered it. Prices stand in no record: they stay in the plant.
  public struct Price: Hashable, Sendable {
    /// The first local day; nil = always before the next one.
    public var from: CivilDate?
    /// Money for a good piece, in the tariff's currency.
    public var amount: ExactDecimal

    public init(from: CivilDate? = nil, amount: ExactDecimal) {
      self.from = from
      self.amount = amount
    }
  }

  /// What a good piece is worth on a local day; nil if nobody has said it.
  public func price(on day: CivilDate) -> ExactDecimal? {
    prices.last { $0.from.map { $0 <= day } ?? true }?.amount
  }

  func writePrices(currency: String?, to writer: inout CanonicalWriter) {
    let unit = currency ?? ""
    if prices.count == 1, let only = prices.first, only.from == nil {
      writer.field("price", "\(only.amount) \(unit)")
    } else if !prices.isEmpty {
      writer.list("price") { writer in
        for price in prices {
          writer.object { writer in
            writer.field("from", price.from?.description)
            writer.field("amount", "\(price.amount) \(unit)")
          }
        }
      }
    }
  }
}

/// Reads `price:` of a product: one, or a list with the day from which each holds.
struct ProductPriceReader {
  static let keys = ["from", "amount"]

  /// Of the tariff; nil without one.
  let currency: String?

  func prices(_ section: Section) -> [Product.Price] {
    guard let node = section["price"], !node.isNothing else { return [] }
    guard let items = node.items else {
      return money(section, node, "\"price\" in \(section.name)").map { [Product.Price(amount: $0)] } ?? []
    }
    var prices: [Product.Price] = []
    for item in items {
      guard let inner = section.section(item, "price of \(section.name)", keys: Self.keys) else { continue }
      let from = inner.read("from", .date)
      guard let value = inner["amount"] else {
        inner.missing("amount", remedy: "Add what a good piece is worth from that day on: `amount: 412.50 CNY`.")
        continue
      }
      guard let amount = money(inner, value, "\"amount\" in \(inner.name)"), from != nil || !inner.has("from") else {
        continue
      }
      // A key that is written wrong was told already.
      guard inner.all.allSatisfy({ Self.keys.contains($0.key) }) else { continue }
      if let last = prices.last, from.map({ (last.from ?? CivilDate(days: .min)) < $0 }) != true {
        inner.report(
          inner["from"]?.position ?? inner.position,
          "this price of \(section.name) does not begin after the one before it",
          remedy: "Write the prices by day, each but the first with `from:`, for example `from: 2026-07-01`.")
        continue
      }
      prices.append(Product.Price(from: from, amount: amount))
    }
    return prices
  }

  private func money(_ section: Section, _ node: YAMLNode, _ what: String) -> ExactDecimal? {
    let example = "412.50 \(currency ?? "CNY")"
    let scalar = Scalar<(value: ExactDecimal, unit: String)>(
      "money for a good piece, with its currency", example: example
    ) { text in
      guard let (_, unit) = QuantityText.split(text), !unit.isEmpty,
        let value = Scalar.price("of a piece", example: example).parse(
          String(text.dropLast(unit.count).filter { !$0.isWhitespace }))
      else { return nil }
      return (value, unit)
    }
    guard let price = section.value(node, what, scalar) else { return nil }
    guard price.unit == currency else {
      section.report(
        node.position, "\(what) is in \(price.unit), which nothing is counted in",
        remedy: currency.map { "Money is counted in \($0), the currency of `tariff:`: `\(price.value) \($0)`." }
          ?? "Without `tariff:` there is no money: add for example `tariff: { table: none, currency: CNY, prices: { flat: "
          + "0.60 } }`, or leave the price out.")
      return nil
    }
    return price.value
  }
}
