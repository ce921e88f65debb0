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

  /// Adds a day to those that a rule has judged, ascending, and forgets what is older than their retention.
  static func remember(
    _ day: Timestamp, in judged: inout [Timestamp], for retention: Span64, name: String, context: RuleContext
  ) {
    guard !judged.contains(day) else { return }
    judged.append(day)
    judged.sort()
    while let first = judged.first, first + retention < day {
      context.save(key(name, first), nil)
      judged.removeFirst()
    }
  }

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
