import Production
import Store
import Telemetry
import Templates

/// What orders took of each carrier, by the product that they made: from the records of the lines' days.
struct ProductUse {
  static let unknownProduct = "(product not known)"
  static let noOrder = "(no order)"

  private let names: AssetNames
  /// By name of the row.
  private(set) var rows: [String: [Carrier: ExactDecimal]] = [:]
  private(set) var total: [Carrier: ExactDecimal] = [:]

  init(names: AssetNames) { self.names = names }

  /// - Parameters:
  ///   - day: body of a `production-line`.
  ///   - products: by key of the order, with the ids of now; what is not there is not known.
  mutating func add(day: JSONValue, products: [String: String]) throws {
    guard case .object(let carriers)? = day["carriers"] else { return }
    for (name, body) in carriers.sorted(by: { $0.key < $1.key }) {
      guard let carrier = Self.carrier(name) else { continue }
      if case .object(let orders)? = body["orders"] {
        for (key, amount) in orders.sorted(by: { $0.key < $1.key }) {
          try add(amount, carrier, to: products[names.currentKey(key)] ?? Self.unknownProduct)
        }
      }
      if let rest = body["unallocated"] { try add(rest, carrier, to: Self.noOrder) }
    }
  }

  private mutating func add(_ value: JSONValue, _ carrier: Carrier, to row: String) throws {
    guard let amount = value.stringValue.flatMap({ ExactDecimal($0) }), !amount.isZero else { return }
    rows[row, default: [:]][carrier] = try (rows[row]?[carrier] ?? .zero) + amount
    total[carrier] = try (total[carrier] ?? .zero) + amount
  }

  /// `gas-volume-normal/natural_gas`
  private static func carrier(_ name: String) -> Carrier? {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    return parts.first.flatMap { Signal.Quantity(rawValue: $0) }.map {
      Carrier($0, fuel: parts.count > 1 ? parts[1] : nil)
    }
  }

  /// Products by name, then what belongs to none.
  var products: [String] {
    let last = [Self.unknownProduct, Self.noOrder]
    return rows.keys.filter { !last.contains($0) }.sorted() + last.filter { rows[$0] != nil }
  }
}
