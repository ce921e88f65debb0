import Telemetry
import Templates

/// A load that advice may use: an asset and what is declared of it.
public struct FlexibleLoad: Hashable, Sendable {
  /// Position in `Site.assets`.
  public var asset: Int
  public var flexibility: Asset.Flexibility

  public init(asset: Int, flexibility: Asset.Flexibility) {
    self.asset = asset
    self.flexibility = flexibility
  }

  /// The flexible loads of a site. Whatever is essential, or feeds what is, is none.
  public static func all(_ assets: [Asset], topology: MeterTopology) -> [FlexibleLoad] {
    assets.indices.compactMap { place in
      guard let flexibility = assets[place].metering.flexible, ShedList.canGo(place, assets, topology) else {
        return nil
      }
      return FlexibleLoad(asset: place, flexibility: flexibility)
    }
  }
}

/// Something that people can do with one load, and what it brings. The figures hold if the proposals before it in the
/// list are followed too.
public struct AdviceProposal: Hashable, Sendable {
  public var load: FlexibleLoad
  /// Local day since 1970-01-01 of its window.
  public var day: Int
  /// What it changes, ascending by slot.
  public var change: [AdviceChange]
  /// When the load is lower.
  public var relieved: Range<Timestamp>
  /// When it is higher instead: the moved run, the storage's charge. Nil for a shedding.
  public var loaded: Range<Timestamp>?
  /// kWh that are moved, left out or given back.
  public var energy: ExactDecimal
  /// Money of the bill before less that after; nil without prices.
  public var saving: ExactDecimal?
  /// Of it, what the month's demand charge falls.
  public var demandSaving: ExactDecimal?
  /// kg less; negative: more. Nil without factors.
  public var emissions: ExactDecimal?
  /// kWh less above the demand's limit; nil without limit or forecast.
  public var excess: ExactDecimal?
  /// The highest price of the slots that are relieved, and the lowest of those that are loaded instead.
  public var priceBefore: ExactDecimal?
  public var priceAfter: ExactDecimal?

  public init(
    load: FlexibleLoad, day: Int, change: [AdviceChange], relieved: Range<Timestamp>, loaded: Range<Timestamp>?,
    energy: ExactDecimal, saving: ExactDecimal?, demandSaving: ExactDecimal?, emissions: ExactDecimal?,
    excess: ExactDecimal?, priceBefore: ExactDecimal?, priceAfter: ExactDecimal?
  ) {
    self.load = load
    self.day = day
    self.change = change
    self.relieved = relieved
    self.loaded = loaded
    self.energy = energy
    self.saving = saving
    self.demandSaving = demandSaving
    self.emissions = emissions
    self.excess = excess
    self.priceBefore = priceBefore
    self.priceAfter = priceAfter
  }

  /// It keeps the demand lower where that would exceed the limit.
  public var holdsLimit: Bool { excess.map { ExactDecimal.zero < $0 } ?? false }
  /// It saves money or holds the limit, and emits more.
  public var raisesEmissions: Bool { emissions?.isNegative ?? false }
}
