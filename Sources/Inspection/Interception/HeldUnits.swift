import Rules
import Telemetry

/// Rejected units in parts, by the hash of their name.
///
/// Each part lies in the saved state under a key of its own. What was heard since it was written stands in a list, which
/// the rule's own state has; the part is written again when that list has grown to a share of it. So each visit is
/// written a few times, however many units are held.
struct HeldUnits {
  private static let parts = 64
  /// Visits of the units of one part. Of more, the units of which nothing was heard for longest are forgotten.
  static let mostVisits = 4096
  /// A list of so many visits is not a reason to write a part.
  private static let fewVisits = 4

  private struct Entry {
    var unit: String
    var visit: InterceptionWatch.Visit
  }
  /// What lies in the saved state, as far as it was needed.
  private var watches: [InterceptionWatch?] = Array(repeating: nil, count: parts)
  /// By part.
  private var unsaved: [[Entry]] = Array(repeating: [], count: parts)
  /// Hashes of stations' ids of now by those of ids that they had before.
  var renamed: [UInt64: UInt64] = [:]

  /// - Returns: whether anything is remembered or forgotten by it; units that were forgotten to make room.
  mutating func add(
    _ visit: InterceptionWatch.Visit, unit: String, _ context: RuleContext
  ) throws -> (isNews: Bool, forgotten: [String]) {
    let part = Self.part(of: unit)
    try load(part, context)
    guard watches[part]?.add(visit, unit: unit) == true else { return (false, []) }
    unsaved[part].append(Entry(unit: unit, visit: visit))
    let visits = watches[part]?.visits ?? 0
    if visits > Self.mostVisits {
      let forgotten = watches[part]?.forget(downTo: Self.mostVisits * 9 / 10) ?? []
      write(part, context)
      return (true, forgotten)
    }
    if unsaved[part].count > Self.fewVisits + visits / 4 { write(part, context) }
    return (true, [])
  }

  /// Of a unit of which something was just added.
  func escape(_ unit: String) -> InterceptionWatch.Escape? { watches[Self.part(of: unit)]?.escape(unit) }

  /// Forgets units of which nothing was heard since.
  mutating func forget(before time: Timestamp, _ context: RuleContext) throws -> [String] {
    var old: [String] = []
    for part in 0..<Self.parts {
      try load(part, context)
      let forgotten = watches[part]?.forget(before: time) ?? []
      if !forgotten.isEmpty { write(part, context) }
      old += forgotten
    }
    return old
  }

  // MARK: State

  static func part(of unit: String) -> Int {
    var hash = Hash64()
    hash.combine(unit)
    return Int(hash.value % UInt64(parts))
  }

  private static func key(_ part: Int) -> String { "interception/\(part)" }

  private mutating func load(_ part: Int, _ context: RuleContext) throws {
    guard watches[part] == nil else { return }
    var watch = InterceptionWatch()
    if let bytes = try context.load(Self.key(part)) {
      var reader = ByteReader(bytes)
      watch = try InterceptionWatch(from: &reader)
    }
    for entry in unsaved[part] { _ = watch.add(entry.visit, unit: entry.unit) }
    if !renamed.isEmpty { watch.rename(renamed) }
    watches[part] = watch
  }

  private mutating func write(_ part: Int, _ context: RuleContext) {
    guard let watch = watches[part] else { return }
    var writer = ByteWriter()
    watch.encode(into: &writer)
    context.save(Self.key(part), watch.count == 0 ? nil : writer.bytes)
    unsaved[part] = []
  }

  /// What the parts in the saved state do not have.
  func encode(into writer: inout ByteWriter) {
    writer.varint(unsaved.reduce(0) { $0 + $1.count })
    for entry in unsaved.joined() {
      writer.string(entry.unit)
      entry.visit.encode(into: &writer)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      let visit = try InterceptionWatch.Visit(from: &reader)
      unsaved[Self.part(of: unit)].append(Entry(unit: unit, visit: visit))
    }
  }
}
