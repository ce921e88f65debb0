import Rules
import Telemetry

/// What a rule of the site issued for one day, by meter: so that only what differs is issued again, as the next revision.
struct IssuedDay {
  private struct Entry {
    var revision: Int
    var hash: UInt64
  }

  private let key: String
  private var entries: [UInt64: Entry] = [:]
  private var isChanged = false

  init(name: String, day: Timestamp, context: RuleContext) throws {
    key = Self.key(name, day)
    guard let bytes = try context.load(key) else { return }
    var reader = ByteReader(bytes)
    for _ in 0..<(try reader.count()) {
      let meter = try reader.fixed64()
      entries[meter] = Entry(revision: try reader.integer(), hash: try reader.fixed64())
    }
  }

  static func forget(name: String, day: Timestamp, context: RuleContext) { context.save(key(name, day), nil) }

  private static func key(_ name: String, _ day: Timestamp) -> String {
    "\(name)/issued/\(day.nanoseconds / 1_000_000_000)"
  }

  /// - Parameter draft: its revision and cause are set here.
  mutating func issue(_ draft: RecordDraft, meter: UInt64, cause: RevisionCause?, context: inout RuleContext) {
    var hasher = Hash64()
    draft.body.withUnsafeBytes { hasher.combine($0) }
    let old = entries[meter]
    guard old?.hash != hasher.value else { return }
    let revision = old.map { $0.revision + 1 } ?? 0
    entries[meter] = Entry(revision: revision, hash: hasher.value)
    isChanged = true
    var record = draft
    record.revision = revision
    record.cause = revision == 0 ? nil : cause
    context.emit(record)
  }

  func save(_ context: RuleContext) {
    guard isChanged else { return }
    var writer = ByteWriter()
    writer.varint(entries.count)
    for (meter, entry) in entries.sorted(by: { $0.key < $1.key }) {
      writer.fixed64(meter)
      writer.varint(entry.revision)
      writer.fixed64(entry.hash)
    }
    context.save(key, writer.bytes)
  }
}

/// Days that were judged and have changed since, each with when it is judged again and why.
struct LateDays: Hashable, Sendable {
  struct Late: Hashable, Sendable {
    var day: Timestamp
    var due: Timestamp
    var cause: RevisionCause
  }

  /// By day.
  private(set) var days: [Late] = []

  var deadline: Timestamp? { days.lazy.map(\.due).min() }

  mutating func add(_ day: Timestamp, due: Timestamp, cause: RevisionCause) {
    let place = days.firstIndex { day <= $0.day } ?? days.endIndex
    if place < days.endIndex, days[place].day == day { return }
    days.insert(Late(day: day, due: due, cause: cause), at: place)
  }

  mutating func take(_ now: Timestamp) -> [Late] {
    let due = days.filter { $0.due <= now }
    days.removeAll { $0.due <= now }
    return due
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(days.count)
    for late in days {
      writer.timestamp(late.day)
      writer.timestamp(late.due)
      writer.string(late.cause.asset)
      writer.string(late.cause.signal)
      writer.timestamp(late.cause.time)
      writer.string(late.cause.reason.rawValue)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    days = []
    for _ in 0..<(try reader.count()) {
      let day = try reader.timestamp()
      let due = try reader.timestamp()
      let asset = try reader.string()
      let signal = try reader.string()
      let time = try reader.timestamp()
      guard let reason = RevisionCause.Reason(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "the reason of a revision")
      }
      days.append(
        Late(day: day, due: due, cause: RevisionCause(asset: asset, signal: signal, time: time, reason: reason)))
    }
  }
}
