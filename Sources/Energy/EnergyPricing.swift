import Factors
import Telemetry
import Templates

/// What of tariff and standard coal concerns one asset.
struct EnergyPricing: Sendable {
  /// Out of line, so that an asset without a tariff pays nothing for it.
  private indirect enum Storage: Sendable { case tariff(TariffSettings) }
  private var storage: Storage?
  /// Nil: none, or the asset has no electricity that is bought.
  var tariff: TariffSettings? { if case .tariff(let tariff)? = storage { tariff } else { nil } }
  /// The meter stands at the boundary to the grid: its months have a bill.
  var isBilled = false
  var standardCoal: StandardCoalTable?
  var fuel: String?
  /// Of the tariff, so that sums of another one are not taken for sums of this one.
  var tariffHash: UInt64 = 0

  static let none = EnergyPricing()

  private init() {}

  init(_ asset: Asset, _ site: Site, registers: [EnergyRegister]) {
    standardCoal = site.energy.standardCoal
    fuel = asset.metering.fuel
    let buys = registers.contains { $0.quantity == .activeEnergyImport }
    switch asset.metering.role {
    case .gridExport, .generation: break
    case .gridImport, .storage, .distribution, .consumption:
      guard buys, let tariff = site.tariff else { break }
      storage = .tariff(tariff)
      isSliding = tariff.demandMethod == .sliding
      isBilled = asset.metering.role == .gridImport
      var hash = Hash64()
      for period in tariff.tariff.periods {
        hash.combine("\(period.ruleSet.id) \(period.validity) \(period.ruleSet.boundaries)")
        for band in Tariff.Band.allCases { hash.combine(period.prices[band]?.description ?? "-") }
      }
      tariffHash = hash.value
    }
  }

  /// Maximum demand is measured in windows that slide.
  private(set) var isSliding = false
  /// Whether there is a tariff.
  var hasTariff: Bool { storage != nil }
}
