import Rules
import Telemetry

/// The clock of a device against the plant clock: what it is ahead or behind, told apart from delivery.
///
/// A message is received at its device time − skew + delivery. Delivery is never negative, so the smallest difference
/// (receive time − device time) of a window of plant time is −skew plus the shortest delivery; the usual delivery is the
/// median beyond it. The receive time is the plant clock of the batch, so what is told is good to about a second.
struct ClockMonitor: Hashable, Sendable {
  /// Windows of plant time over which the smallest difference is taken.
  static let window = Span64.minutes(10)
  /// So many windows in a row must agree.
  static let windows: UInt8 = 2

  private var windowStart: Int64 = .min
  private var smallest: Int64 = .max
  private(set) var messages: Int32 = 0
  /// Of the last whole window.
  private var difference: Int64?
  /// Follows the median: up and down by steps that shrink (Ma, Muthukrishnan and Sandler 2013, "Frugal streaming").
  private var median: Int64 = 0
  private var stride: Int64 = 1_000_000_000
  private var lastTime: Int64 = .min
  private var wrongWindows: UInt8 = 0
  private(set) var opened: Timestamp?
  private(set) var openedAhead: Int64 = 0

  enum Change: Hashable, Sendable {
    case opened(ahead: Span64)
    case closed(ahead: Span64)
  }

  /// A fresh message of the device: its time and the plant clock.
  @inline(__always)
  mutating func note(_ time: Int64, plant: Int64, tolerance: Int64) -> Change? {
    // One message has many samples.
    guard time != lastTime else { return nil }
    lastTime = time
    return note(difference: plant &- time, plant: plant, tolerance: tolerance)
  }

  private mutating func note(difference found: Int64, plant: Int64, tolerance: Int64) -> Change? {
    var change: Change?
    if windowStart == .min || plant &- windowStart >= Self.window.nanoseconds {
      if windowStart != .min { change = close(at: plant, tolerance: tolerance) }
      windowStart = plant
      smallest = .max
    }
    smallest = min(smallest, found)
    if messages == 0 { median = found }
    if messages < .max { messages += 1 }
    if found > median { median &+= stride } else if found < median { median &-= stride }
    stride = max(10_000_000, stride - stride / 16)
    return change
  }

  private mutating func close(at plant: Int64, tolerance: Int64) -> Change? {
    difference = smallest
    let isWrong = smallest > tolerance || smallest < -tolerance
    if opened != nil {
      guard !isWrong else { return nil }
      opened = nil
      wrongWindows = 0
      return .closed(ahead: Span64(nanoseconds: -smallest))
    }
    wrongWindows = isWrong ? min(Self.windows, wrongWindows + 1) : 0
    guard wrongWindows >= Self.windows else { return nil }
    opened = Timestamp(nanoseconds: plant)
    openedAhead = -smallest
    return .opened(ahead: Span64(nanoseconds: -smallest))
  }

  var report: DeviceClock? {
    guard messages > 0 else { return nil }
    let floor = min(difference ?? smallest, smallest)
    guard floor != .max else { return nil }
    return DeviceClock(
      ahead: Span64(nanoseconds: -floor), delay: Span64(nanoseconds: max(0, median &- floor)), messages: Int(messages))
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(Int(messages))
    guard messages > 0 else { return }
    writer.zigzag(windowStart)
    writer.zigzag(smallest)
    writer.boolean(difference != nil)
    writer.zigzag(difference ?? 0)
    writer.zigzag(median)
    writer.zigzag(stride)
    writer.zigzag(lastTime)
    writer.byte(wrongWindows)
    writer.timestamp(opened ?? .distantPast)
    writer.zigzag(openedAhead)
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    messages = Int32(truncatingIfNeeded: try reader.integer())
    guard messages > 0 else { return }
    windowStart = try reader.zigzag()
    smallest = try reader.zigzag()
    let isKnown = try reader.boolean()
    let known = try reader.zigzag()
    difference = isKnown ? known : nil
    median = try reader.zigzag()
    stride = try reader.zigzag()
    lastTime = try reader.zigzag()
    wrongWindows = try reader.byte()
    let since = try reader.timestamp()
    opened = since == .distantPast ? nil : since
    openedAhead = try reader.zigzag()
  }
}
