import Plant
import Telemetry

/// A leak shows at night: a flow that never comes to rest.
///
/// A fold over the windows of a meter (gas, water, compressed air, nitrogen) in time order. Each night's smallest flow is
/// remembered; if it stays above a share of the mean flow for so many nights in a row, a leak is suspected.
public struct LeakWatch: Hashable, Sendable {
  /// Product choices, from the configuration.
  public struct Settings: Hashable, Sendable {
    /// Hours of the local day, half-open: 1 ..< 5.
    public var night: Range<Int>
    /// Smallest flow of the night / mean flow of the day.
    public var share: Double
    public var nights: Int
    public init(night: Range<Int>, share: Double, nights: Int) {
      self.night = night
      self.share = share
      self.nights = nights
    }
  }

  public enum Change: Hashable, Sendable {
    case opened(Suspicion)
    case closed
  }

  public struct Suspicion: Hashable, Sendable {
    /// Start of the day of the first such night.
    public var since: Timestamp
    public var nights: Int
    /// The smallest flow of all these nights, per hour.
    public var flow: ExactDecimal
    /// What is lost in a day if it is a leak.
    public var perDay: ExactDecimal
  }

  public let settings: Settings
  public private(set) var open: Suspicion?
  private var day: Timestamp?
  private var total = ExactDecimal.zero
  private var covered: Int64 = 0
  private var minimum: ExactDecimal?
  private var minimumLength: Int64 = 0
  private var nightWindows = 0
  private var run = 0
  private var since: Timestamp?
  private var lowest: ExactDecimal?

  public init(settings: Settings) { self.settings = settings }

  /// - Parameter amount: nil = no data.
  public mutating func add(
    _ amount: ExactDecimal?, start: Timestamp, window: Span64, zone: PlantZone
  ) throws(DecimalError) -> Change? {
    let today = zone.startOfDay(containing: start)
    var change: Change?
    if let day, day != today { change = try endDay(day) }
    if day != today {
      day = today
      total = .zero
      covered = 0
      minimum = nil
      nightWindows = 0
    }
    guard let amount else { return change }
    total = try total + amount
    covered += window.nanoseconds
    let hour = Int((start - today).nanoseconds / Span64.hours(1).nanoseconds)
    if settings.night.contains(hour) {
      nightWindows += 1
      if minimum.map({ amount < $0 }) ?? true {
        minimum = amount
        minimumLength = window.nanoseconds
      }
    }
    return change
  }

  private mutating func endDay(_ day: Timestamp) throws(DecimalError) -> Change? {
    guard let minimum, nightWindows > 0, covered > 0 else { return nil }
    let hour = ExactDecimal(Int(Span64.hours(1).nanoseconds))
    let flow = try minimum * hour / ExactDecimal(Int(minimumLength))
    let mean = try total * hour / ExactDecimal(Int(covered))
    guard ExactDecimal.zero < flow, flow.doubleValue > settings.share * mean.doubleValue else {
      run = 0
      since = nil
      lowest = nil
      guard open != nil else { return nil }
      open = nil
      return .closed
    }
    run += 1
    if since == nil { since = day }
    if lowest.map({ flow < $0 }) ?? true { lowest = flow }
    guard run >= settings.nights, let since, let lowest else { return nil }
    let isNew = open == nil
    let suspicion = Suspicion(
      since: since, nights: run, flow: lowest, perDay: try lowest * ExactDecimal(24))
    open = suspicion
    return isNew ? .opened(suspicion) : nil
  }

  // MARK: Checkpoint

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(day ?? .distantPast)
    writer.decimal(total)
    writer.zigzag(covered)
    writer.boolean(minimum != nil)
    if let minimum { writer.decimal(minimum) }
    writer.zigzag(minimumLength)
    writer.varint(nightWindows)
    writer.varint(run)
    writer.timestamp(since ?? .distantPast)
    writer.boolean(lowest != nil)
    if let lowest { writer.decimal(lowest) }
    writer.boolean(open != nil)
    guard let open else { return }
    writer.timestamp(open.since)
    writer.varint(open.nights)
    writer.decimal(open.flow)
    writer.decimal(open.perDay)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    func time() throws(ByteReaderError) -> Timestamp? {
      let time = try reader.timestamp()
      return time == .distantPast ? nil : time
    }
    day = try time()
    total = try reader.decimal()
    covered = try reader.zigzag()
    minimum = try reader.boolean() ? try reader.decimal() : nil
    minimumLength = try reader.zigzag()
    nightWindows = try reader.integer()
    run = try reader.integer()
    since = try time()
    lowest = try reader.boolean() ? try reader.decimal() : nil
    open =
      try reader.boolean()
      ? Suspicion(
        since: try reader.timestamp(), nights: try reader.integer(), flow: try reader.decimal(),
        perDay: try reader.decimal()) : nil
  }
}
