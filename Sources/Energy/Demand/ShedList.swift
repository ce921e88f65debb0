import Telemetry
import Templates

/// What to switch off so that a demand stays below its limit.
public struct ShedList: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    /// Position in `Site.assets`.
    public var asset: Int
    /// kW at present.
    public var power: Double
    public init(asset: Int, power: Double) {
      self.asset = asset
      self.power = power
    }
  }

  /// Largest first; of equal ones in the order of the configuration.
  public var entries: [Entry]
  /// kW that is asked for.
  public var required: Double
  /// kW of all entries.
  public var total: Double { entries.reduce(0) { $0 + $1.power } }
  public var suffices: Bool { total >= required }

  /// The assets below a meter that may be switched off, by present power, until there is enough.
  ///
  /// Only assets that the configuration calls `essential: no` are proposed. One that feeds an asset which is not
  /// proposable is left out as well: switching it off would switch off that one. What is below a proposed asset is in
  /// its power already.
  ///
  /// - Parameters:
  ///   - meter: position of the meter whose demand it is.
  ///   - power: kW of an asset at present; nil = not known, so it is not proposed.
  public init(
    meter: Int, required: Double, assets: [Asset], topology: MeterTopology, power: (Int) -> Double?
  ) {
    var candidates: [Entry] = []
    func visit(_ place: Int) {
      for child in topology.fed[place] {
        if Self.canGo(child, assets, topology), let value = power(child), value > 0 {
          candidates.append(Entry(asset: child, power: value))
        } else {
          visit(child)
        }
      }
    }
    visit(meter)
    candidates.sort { ($1.power, $0.asset) < ($0.power, $1.asset) }
    var chosen: [Entry] = []
    var sum = 0.0
    for candidate in candidates where sum < required {
      chosen.append(candidate)
      sum += candidate.power
    }
    entries = chosen
    self.required = required
  }

  /// It and everything below it may be switched off.
  static func canGo(_ place: Int, _ assets: [Asset], _ topology: MeterTopology) -> Bool {
    assets[place].metering.isSheddable && assets[place].criticality != .safety
      && topology.fed[place].allSatisfy { isNotEssential($0, assets, topology) }
  }

  private static func isNotEssential(_ place: Int, _ assets: [Asset], _ topology: MeterTopology) -> Bool {
    assets[place].metering.essential != true && assets[place].criticality != .safety
      && topology.fed[place].allSatisfy { isNotEssential($0, assets, topology) }
  }
}
