import Telemetry

/// The mean confidence of a station's windows: a baseline of windows, then an EWMA of the distances from it.
public struct DriftWatch: Hashable, Sendable {
  /// λ 0.1 with 2.814σ: one false alarm in 500 windows (Lucas and Saccucci 1990, table 3).
  static let lambda = 0.1
  static let width = 2.814

  private var learnt: [Double] = []
  public private(set) var mean: Double?
  /// Of the windows' means, from their moving range.
  public private(set) var sigma = 0.0
  public private(set) var ewma = 0.0
  public private(set) var windows = 0
  public private(set) var since: Timestamp?
  public private(set) var isDrifting = false
  public private(set) var last: Double?

  public init() {}

  mutating func add(_ value: Double, start: Timestamp, plan: InspectionPlan) {
    last = value
    guard let mean else {
      learnt.append(value)
      if learnt.count >= plan.settings.windows, let baseline = MeasurementBaseline(values: learnt), baseline.sigma > 0 {
        self.mean = baseline.mean
        sigma = baseline.sigma
        learnt = []
      } else if learnt.count > 10 * plan.settings.windows {
        // A station that always says the same has nothing to drift; it may begin to.
        learnt.removeFirst(learnt.count / 2)
      }
      return
    }
    windows += 1
    ewma = Self.lambda * (value - mean) / sigma + (1 - Self.lambda) * ewma
    let limit = Self.width * (Self.lambda / (2 - Self.lambda)).squareRoot()
    if abs(ewma) > limit {
      if !isDrifting { since = start }
      isDrifting = true
    } else if isDrifting, abs(ewma) < limit / 2 {
      isDrifting = false
      since = nil
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(learnt.count)
    for value in learnt { writer.double(value) }
    writer.boolean(mean != nil)
    for value in [mean ?? 0, sigma, ewma] { writer.double(value) }
    writer.varint(windows)
    writer.boolean(since != nil)
    if let since { writer.timestamp(since) }
    writer.boolean(isDrifting)
    writer.boolean(last != nil)
    writer.double(last ?? 0)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) { learnt.append(try reader.double()) }
    let isKnown = try reader.boolean()
    let value = try reader.double()
    mean = isKnown ? value : nil
    sigma = try reader.double()
    ewma = try reader.double()
    windows = try reader.integer()
    if try reader.boolean() { since = try reader.timestamp() }
    isDrifting = try reader.boolean()
    let hasLast = try reader.boolean()
    let newest = try reader.double()
    last = hasLast ? newest : nil
  }
}
