import Plant
import Telemetry
import Templates

/// What is known of one energy window of a line: what its meters and machines told, and what was made of it.
struct LineWindow: Hashable, Sendable {
  /// What one asset counted.
  struct Amount: Hashable, Sendable {
    var asset: String
    var quantity: Signal.Quantity
    var value: ScaledInteger
    /// The readings behind it were bridged or doubted.
    var isEstimated: Bool
  }

  struct Activity: Hashable, Sendable {
    var asset: String
    var run: [RunSpan]
    var pieces: [PieceStep]
  }

  var start: Timestamp
  /// By (asset, quantity).
  var amounts: [Amount] = []
  /// By asset.
  var activities: [Activity] = []
  /// Keys of the orders that may have been open in it, sorted.
  var orders: [String] = []
  /// What the accounts hold of it; nil before its first closing.
  var accounted: WindowAllocation?

  init(start: Timestamp) { self.start = start }

  /// Puts the newest amounts of an asset in the place of the old ones, whatever it was called then.
  mutating func set(_ amounts: [Amount], of ids: [String]) {
    self.amounts.removeAll { ids.contains($0.asset) }
    self.amounts = (self.amounts + amounts).sorted {
      ($0.asset, $0.quantity.rawValue) < ($1.asset, $1.quantity.rawValue)
    }
  }

  mutating func set(_ activity: Activity, of ids: [String]) {
    activities.removeAll { ids.contains($0.asset) }
    activities.append(activity)
    activities.sort { $0.asset < $1.asset }
  }

  mutating func add(order key: String) {
    guard !orders.contains(key) else { return }
    orders.append(key)
    orders.sort()
  }
}
