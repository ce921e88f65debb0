import Telemetry

/// When a projected demand becomes a warning, and when the warning is over.
public struct DemandWatch: Hashable, Sendable {
  /// Product choices.
  public struct Settings: Hashable, Sendable {
    /// Before so much of the window has passed, a projection says little.
    public var settles: Span64
    /// An open warning is over below this share of the limit.
    public var clearShare: Double
    public init(settles: Span64 = .minutes(3), clearShare: Double = 0.97) {
      self.settles = settles
      self.clearShare = clearShare
    }
  }

  /// What is to be told.
  public enum Change: Hashable, Sendable {
    case opened(DemandProjection)
    /// It cannot be avoided any more.
    case worsened(DemandProjection)
    /// Below the limit again, or the window is over (then without a projection).
    case closed(DemandProjection?)
  }

  public let settings: Settings
  /// The warned window; nil = no warning.
  public private(set) var window: Timestamp?
  public private(set) var isUnavoidable = false

  public init(settings: Settings = Settings()) { self.settings = settings }

  /// - Parameter projection: nil where nothing is known: an open warning stays until its window ends.
  public mutating func judge(_ projection: DemandProjection?, now: Timestamp, length: Span64) -> Change? {
    if let open = window, open + length <= now || projection.map({ $0.start != open }) ?? false {
      window = nil
      isUnavoidable = false
      return .closed(nil)
    }
    guard let projection else { return nil }
    if window != nil {
      if projection.projected <= settings.clearShare * projection.limit {
        window = nil
        isUnavoidable = false
        return .closed(projection)
      }
      guard !projection.isAvoidable, !isUnavoidable else { return nil }
      isUnavoidable = true
      return .worsened(projection)
    }
    guard projection.projected > projection.limit,
      projection.measuredTo - projection.start >= settings.settles || !projection.isAvoidable
    else { return nil }
    window = projection.start
    isUnavoidable = !projection.isAvoidable
    return .opened(projection)
  }

  public func encode(into writer: inout ByteWriter) {
    writer.timestamp(window ?? .distantPast)
    writer.boolean(isUnavoidable)
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    let open = try reader.timestamp()
    window = open == .distantPast ? nil : open
    isUnavoidable = try reader.boolean()
  }
}
