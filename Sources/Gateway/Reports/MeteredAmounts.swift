import Store
import Telemetry
import Templates

/// What the assets counted in a period, summed from their energy records.
struct MeteredAmounts {
  /// By position of the asset.
  private(set) var amounts: [Int: [Signal.Quantity: ExactDecimal]] = [:]
  private(set) var records = 0
  /// Positions of assets of which a part of the time was estimated or doubted.
  private(set) var guessed: Set<Int> = []
  private let places: [String: Int]

  init(_ assets: [Asset]) { places = Self.places(assets) }

  /// Positions of assets by id: that of now, as the Store reads records.
  static func places(_ assets: [Asset]) -> [String: Int] {
    Dictionary(assets.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func add(_ record: StoredBody) throws {
    guard places[record.asset] != nil else { return }
    try add(try JSONValue(parsing: record.body), of: record.asset)
  }

  /// - Parameter body: of an energy record of the asset.
  mutating func add(_ body: JSONValue, of asset: String) throws {
    guard let place = places[asset] else { return }
    records += 1
    let shares = body["quality_share"]
    let isGuess = ["estimated", "uncertain"].contains { name in
      shares?[name]?.stringValue.flatMap { ExactDecimal($0) }.map { !$0.isZero } ?? false
    }
    if isGuess { guessed.insert(place) }
    try add(body["energy_kwh"], .activeEnergyImport, place)
    try add(body["reactive_lagging_kvarh"], .reactiveEnergyLagging, place)
    try add(body["reactive_leading_kvarh"], .reactiveEnergyLeading, place)
    guard case .object(let others)? = body["amounts"] else { return }
    for quantity in Signal.Quantity.allCases { try add(others[quantity.rawValue]?["value"], quantity, place) }
  }

  private mutating func add(_ value: JSONValue?, _ quantity: Signal.Quantity, _ place: Int) throws {
    guard let amount = value?.stringValue.flatMap({ ExactDecimal($0) }) else { return }
    amounts[place, default: [:]][quantity] = try (amounts[place]?[quantity] ?? .zero) + amount
  }
}
