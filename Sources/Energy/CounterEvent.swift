import Telemetry

/// Something unusual about a register, as it stands in the record of its window. Equal events in a row are one.
public struct CounterEvent: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case first = 0
    case normal = 1
    case implausible = 2
    case rollover = 3
    case reset = 4
    case dip = 5
    case replacement = 6
    /// Back at the level before a fall, which is thereby taken back. The fold turns it into `normal`.
    case returned = 7
    /// The n-th low reading in a row.
    case persistentLow = 8
    /// The n-th implausible reading in a row.
    case persistentHigh = 9
    /// Accepted again after implausible readings.
    case recovered = 10

    /// The word in records.
    public var word: String {
      switch self {
      case .first: "first"
      case .normal: "normal"
      case .implausible: "implausible"
      case .rollover: "rollover"
      case .reset: "reset"
      case .dip: "dip"
      case .replacement: "replacement"
      case .returned: "returned"
      case .persistentLow: "stuck-low"
      case .persistentHigh: "stuck-high"
      case .recovered: "recovered"
      }
    }
  }

  public var kind: Kind
  /// Of the first reading.
  public var time: Timestamp
  /// The level before, in units of the last digit.
  public var from: Int64
  /// The last reading.
  public var to: Int64
  /// How many readings in a row.
  public var count: Int

  public init(kind: Kind, time: Timestamp, from: Int64, to: Int64, count: Int = 1) {
    self.kind = kind
    self.time = time
    self.from = from
    self.to = to
    self.count = count
  }
}
