import Telemetry

/// One machine over one window: all that learning and judging see of it.
public struct ConditionFrame: Hashable, Sendable {
  /// Half-open.
  public var start: Timestamp
  public var end: Timestamp
  public var run: MachineState
  /// Whether it did that all the time; not so in a minute in which a machine begins or ends to work.
  public var isWhole = true
  /// Mean by position in `MachineProfile.signals`; nil = no data, or data that is doubted.
  public var values: [Double?]
  /// Standard deviation within the window, by position as above; nil = fewer than two samples.
  public var spreads: [Double?]

  public init(start: Timestamp, end: Timestamp, run: MachineState, values: [Double?], spreads: [Double?] = []) {
    self.start = start
    self.end = end
    self.run = run
    self.values = values
    self.spreads = spreads.isEmpty ? Array(repeating: nil, count: values.count) : spreads
  }

  /// Whether it says anything of the machine's condition.
  public var isEmpty: Bool { !values.contains { $0 != nil } }
}
