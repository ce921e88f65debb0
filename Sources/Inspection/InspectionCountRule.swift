import Plant
import Rules
import Telemetry
import Templates

/// Verdicts and defect codes of an inspection station per window, counted once per result whatever is sent twice.
public struct InspectionCountRule: AssetRule {
  /// Counts of one window; order-free, so a late result is simply added.
  struct Counts: Hashable {
    var results = 0
    var verdicts: [String: Int] = [:]
    var defects: [String: Int] = [:]
    /// −1 until revision 0 is issued.
    var revision = -1
    var cause: RevisionCause?
  }

  private let asset: Asset
  private let zone: PlantZone
  private let window: Span64
  private let lateness: Span64
  private let signal: Int
  private var closedThrough: Timestamp?
  /// Not yet issued, or to be issued again at the next mark.
  private var pending: [Timestamp: Counts] = [:]

  /// Nil for an asset without an event signal.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard let signal = asset.signals.firstIndex(where: { $0.kind == .event }),
      let horizon = site.horizons[.inspectionCount]
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.signal = signal
    window = site.energy.window
    lateness = horizon.lateness
  }

  public func interest(in signal: Int) -> SignalInterest { signal == self.signal ? .count : .none }

  public var deadline: Timestamp? {
    var earliest: Timestamp?
    for (start, counts) in pending {
      let due = counts.revision >= 0 || start < closedThrough ?? .distantPast ? .distantPast : start + window + lateness
      earliest = min(earliest ?? due, due)
    }
    return earliest
  }

  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    let start = event.time.windowStart(window)
    var counts = try pending[start] ?? load(start, context: context)
    counts.results += 1
    counts.verdicts[event.first("verdict") ?? "unknown", default: 0] += 1
    for defect in event.all("defect") { counts.defects[defect, default: 0] += 1 }
    if start < closedThrough ?? .distantPast {
      context.newlyUsed += 1
      if counts.revision >= 0, counts.cause == nil {
        counts.cause = RevisionCause(
          asset: asset.id, signal: asset.signals[signal].name, time: event.time, reason: .late)
      }
    }
    pending[start] = counts
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for start in pending.keys.sorted() {
      guard var counts = pending[start] else { continue }
      let isLate = start < closedThrough ?? .distantPast
      guard isLate || start + window + lateness <= now else { continue }
      pending[start] = nil
      if !isLate { context.newlyUsed += counts.results }
      counts.revision += 1
      context.emit(
        RecordDraft(
          kind: .inspectionCount, key: "\(asset.id)/\(start.rfc3339UTC)", revision: counts.revision,
          asset: asset.id, start: start, end: start + window, body: body(start, counts).canonicalBytes(),
          cause: counts.revision > 0 ? counts.cause : nil))
      counts.cause = nil
      var writer = ByteWriter()
      encode(counts, into: &writer)
      context.save(key(start), writer.bytes)
    }
    let passed = (now - lateness).windowStart(window)
    if passed > closedThrough ?? .distantPast { closedThrough = passed }
  }

  private func body(_ start: Timestamp, _ counts: Counts) -> JSONValue {
    [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(start)),
      "end": .string(zone.rfc3339(start + window)), "results": .integer(Int64(counts.results)),
      "verdicts": .object(counts.verdicts.mapValues { .integer(Int64($0)) }),
      "defects": .object(counts.defects.mapValues { .integer(Int64($0)) }),
    ]
  }

  // MARK: State

  private func key(_ start: Timestamp) -> String { "inspection/\(start.nanoseconds / 1_000_000_000)" }

  private func load(_ start: Timestamp, context: RuleContext) throws -> Counts {
    guard start < closedThrough ?? .distantPast, let bytes = try context.load(key(start)) else { return Counts() }
    var reader = ByteReader(bytes)
    return try decode(from: &reader)
  }

  private func encode(_ counts: Counts, into writer: inout ByteWriter) {
    writer.varint(counts.results)
    writer.zigzag(Int64(counts.revision))
    for table in [counts.verdicts, counts.defects] {
      writer.varint(table.count)
      for (word, count) in table.sorted(by: { $0.key < $1.key }) {
        writer.string(word)
        writer.varint(count)
      }
    }
    writer.boolean(counts.cause != nil)
    if let cause = counts.cause { writer.timestamp(cause.time) }
  }

  private func decode(from reader: inout ByteReader) throws -> Counts {
    var counts = Counts()
    counts.results = try reader.integer()
    counts.revision = Int(try reader.zigzag())
    for _ in 0..<(try reader.count()) { counts.verdicts[try reader.string()] = try reader.integer() }
    for _ in 0..<(try reader.count()) { counts.defects[try reader.string()] = try reader.integer() }
    if try reader.boolean() {
      counts.cause = RevisionCause(
        asset: asset.id, signal: asset.signals[signal].name, time: try reader.timestamp(), reason: .late)
    }
    return counts
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(closedThrough ?? .distantPast)
    writer.varint(pending.count)
    for (start, counts) in pending.sorted(by: { $0.key < $1.key }) {
      writer.timestamp(start)
      encode(counts, into: &writer)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let closed = try reader.timestamp()
    closedThrough = closed == .distantPast ? nil : closed
    pending = [:]
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      pending[start] = try decode(from: &reader)
    }
  }
}
