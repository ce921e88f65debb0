import Telemetry

/// The zone that a machine is said to be in: a worse or better one must last, and it is better again only clearly below
/// the boundary. A candidate that is interrupted is dropped.
public struct ZoneTracker: Hashable, Sendable {
  public private(set) var zone: VibrationZones.Zone?
  private var candidate: VibrationZones.Zone?
  private var since: Timestamp?

  public init() {}

  /// - Parameters:
  ///   - boundaries: ascending, in the unit of the value.
  ///   - hysteresis: below a boundary, in the unit of the value.
  public mutating func add(
    _ value: Double, at time: Timestamp, boundaries: [Double], hold: Span64, hysteresis: Double
  ) {
    let raw = VibrationZones.Row.zone(value, boundaries)
    guard let zone else {
      self.zone = raw
      return
    }
    let recovered = VibrationZones.Row.zone(value + hysteresis, boundaries)
    let next = raw > zone ? raw : recovered < zone ? recovered : zone
    guard next != zone else {
      candidate = nil
      since = nil
      return
    }
    if let candidate, (candidate > zone) == (next > zone) {
      // Of what it showed meanwhile, the nearest to what it was has lasted.
      self.candidate = next > zone ? min(candidate, next) : max(candidate, next)
    } else {
      candidate = next
      since = time
    }
    if let since, let candidate, time - since >= hold {
      self.zone = candidate
      self.candidate = nil
      self.since = nil
    }
  }

  /// A stopped machine has no zone; what it had is forgotten.
  public mutating func reset() { self = ZoneTracker() }

  func encode(into writer: inout ByteWriter) {
    writer.byte(zone.map { $0.rawValue + 1 } ?? 0)
    writer.byte(candidate.map { $0.rawValue + 1 } ?? 0)
    writer.timestamp(since ?? .distantPast)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    let now = try reader.byte()
    zone = now == 0 ? nil : VibrationZones.Zone(rawValue: now - 1)
    let next = try reader.byte()
    candidate = next == 0 ? nil : VibrationZones.Zone(rawValue: next - 1)
    let time = try reader.timestamp()
    since = time == .distantPast ? nil : time
  }
}
