import Telemetry

/// Recognises a device whose clock has lost its time: times far in the past that go on at the speed of the plant clock,
/// or that stand still.
struct ClockReset: Hashable, Sendable {
  /// So long by the plant clock, and so many messages, before it is believed.
  static let patience = Span64.seconds(60)
  static let messages: Int32 = 3

  enum Pace: UInt8, Hashable, Sendable {
    case running = 0
    case standing = 1
  }

  private var firstDevice: Int64 = 0
  private var firstPlant: Int64 = 0
  private(set) var lastDevice: Int64 = 0
  private(set) var lastPlant: Int64 = .min
  private(set) var messages: Int32 = 0
  private(set) var opened: Timestamp?
  private(set) var pace = Pace.running

  /// A sample that is too old for every horizon. True when this settles that the clock was reset.
  mutating func note(_ device: Int64, plant: Int64) -> Bool {
    guard plant != lastPlant || messages == 0 else { return false }
    let elapsed = plant &- lastPlant
    let advanced = device &- lastDevice
    let isSame = messages > 0 && (advanced == 0 || Self.isNormal(advanced, elapsed))
    if !isSame {
      firstDevice = device
      firstPlant = plant
      messages = 0
    }
    lastDevice = device
    lastPlant = plant
    if messages < .max { messages += 1 }
    guard opened == nil, messages >= Self.messages, plant &- firstPlant >= Self.patience.nanoseconds else {
      return false
    }
    if device == firstDevice {
      pace = .standing
    } else if Self.isNormal(device &- firstDevice, plant &- firstPlant) {
      pace = .running
    } else {
      return false
    }
    opened = Timestamp(nanoseconds: plant)
    return true
  }

  /// About as fast as the plant clock: samples that are sent again after long come much faster.
  private static func isNormal(_ advanced: Int64, _ elapsed: Int64) -> Bool {
    advanced > 0 && (advanced &- elapsed).magnitude <= UInt64(elapsed.magnitude / 4 + 2_000_000_000)
  }

  /// A sample with a right time: true if that closes the finding.
  mutating func sound() -> Bool {
    let wasOpen = opened != nil
    self = ClockReset()
    return wasOpen
  }

  /// What such a clock shows, in words.
  static func explanation(device: Timestamp, plant: Timestamp) -> String {
    for epoch in epochs {
      let since = device - epoch.time
      if since >= .zero, since < .days(400) {
        return "\(epoch.name): the device lost its time (empty clock battery, or a start without network)"
      }
    }
    // Exactly 1024 weeks: the week number of GPS has ten bits.
    let behind = plant - device
    let rollover = Span64.days(7 * 1024)
    for count in Int64(1)...2 {
      let error = behind.nanoseconds - count * rollover.nanoseconds
      if error.magnitude < UInt64(Span64.days(1).nanoseconds) {
        return "\(1024 * count) weeks behind: the week number of its GPS receiver has rolled over"
      }
    }
    return "the device lost its time, or its year was set wrongly"
  }

  /// Where clocks begin that have lost their time.
  private static let epochs: [(time: Timestamp, name: String)] = [
    (0, "it counts from 1970, the epoch of Unix"),
    (315_532_800, "it counts from 1980, the first year of many real-time clocks and of GPS"),
    (946_684_800, "it counts from 2000, the first year of many real-time clocks"),
    (978_307_200, "it counts from 2001, the epoch of some controllers"),
    (1_072_915_200, "it counts from 2004, the first year of some controllers"),
    (1_262_304_000, "it counts from 2010, the first year of some controllers"),
    (1_420_070_400, "it counts from 2015, the first year of some controllers"),
  ].map { (Timestamp(seconds: $0.0), $0.1) }

  func encode(into writer: inout ByteWriter) {
    writer.varint(Int(messages))
    guard messages > 0 else { return }
    writer.zigzag(firstDevice)
    writer.zigzag(firstPlant)
    writer.zigzag(lastDevice)
    writer.zigzag(lastPlant)
    writer.timestamp(opened ?? .distantPast)
    writer.byte(pace.rawValue)
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    messages = Int32(truncatingIfNeeded: try reader.integer())
    guard messages > 0 else { return }
    firstDevice = try reader.zigzag()
    firstPlant = try reader.zigzag()
    lastDevice = try reader.zigzag()
    lastPlant = try reader.zigzag()
    let since = try reader.timestamp()
    opened = since == .distantPast ? nil : since
    pace = Pace(rawValue: try reader.byte()) ?? .running
  }
}
