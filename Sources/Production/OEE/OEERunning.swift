import Plant
import Telemetry

/// What machines have done so far in the shifts under way, or in the day where there are no shifts. It is no record:
/// people are shown it, and it is saved for that under one key.
public struct OEERunning: Hashable, Sendable {
  public static let stateKey = "oee-running"

  public struct Span: Hashable, Sendable {
    public var asset: String
    /// Nil = a day.
    public var shift: String?
    public var start: Timestamp
    public var end: Timestamp
    /// What was told up to here counts.
    public var through: Timestamp
    public var elements: OEEElements
  }

  /// By (asset, start).
  public private(set) var spans: [Span] = []

  public init() {}

  public init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    for _ in 0..<(try reader.count()) {
      spans.append(
        Span(
          asset: try reader.string(), shift: try reader.boolean() ? try reader.string() : nil,
          start: try reader.timestamp(), end: try reader.timestamp(), through: try reader.timestamp(),
          elements: try OEEElements(from: &reader)))
    }
    // What an older version has saved ends here.
    guard !reader.isAtEnd else { return }
    for place in spans.indices {
      spans[place].elements.idle = try reader.zigzag()
      spans[place].elements.outsideIdle = try reader.zigzag()
      spans[place].elements.hasPlannedRunTime = try reader.boolean()
    }
  }

  public var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.varint(spans.count)
    for span in spans {
      writer.string(span.asset)
      writer.boolean(span.shift != nil)
      if let shift = span.shift { writer.string(shift) }
      writer.timestamp(span.start)
      writer.timestamp(span.end)
      writer.timestamp(span.through)
      span.elements.encode(into: &writer)
    }
    for span in spans {
      writer.zigzag(span.elements.idle)
      writer.zigzag(span.elements.outsideIdle)
      writer.boolean(span.elements.hasPlannedRunTime)
    }
    return writer.bytes
  }

  /// Puts the newest of a machine in the place of the old.
  mutating func set(_ asset: String, _ newest: [Span]) {
    spans.removeAll { $0.asset == asset }
    spans += newest
    spans.sort { ($0.asset, $0.start, $0.shift ?? "") < ($1.asset, $1.start, $1.shift ?? "") }
  }

  /// Leaves out what has records by now.
  mutating func forget(endedBy time: Timestamp) { spans.removeAll { $0.end <= time } }
}

extension OEEElements {
  /// All but what `OEERunning` has at its end.
  func encode(into writer: inout ByteWriter) {
    for value in [planned, plannedStops, production] + lost { writer.zigzag(value) }
    for value in [good, scrap, rework, startupScrap, unrated, outsideProduction, outsideGood, outsideScrap] {
      writer.zigzag(value)
    }
    for value in [plannedRun, plannedRunGood, plannedRunStartup] { writer.decimal(value) }
    writer.boolean(energy != nil)
    if let energy { writer.decimal(energy) }
    writer.boolean(countsPieces)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    planned = try reader.zigzag()
    plannedStops = try reader.zigzag()
    production = try reader.zigzag()
    for place in lost.indices { lost[place] = try reader.zigzag() }
    good = try reader.zigzag()
    scrap = try reader.zigzag()
    rework = try reader.zigzag()
    startupScrap = try reader.zigzag()
    unrated = try reader.zigzag()
    outsideProduction = try reader.zigzag()
    outsideGood = try reader.zigzag()
    outsideScrap = try reader.zigzag()
    plannedRun = try reader.decimal()
    plannedRunGood = try reader.decimal()
    plannedRunStartup = try reader.decimal()
    energy = try reader.boolean() ? try reader.decimal() : nil
    countsPieces = try reader.boolean()
  }
}
