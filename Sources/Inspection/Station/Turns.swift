import Telemetry

/// What is kept of one version of a model, or of one recipe.
protocol OfPhase: Hashable, Sendable {
  var phase: StationWatch.Phase { get }
  init(_ phase: StationWatch.Phase)
  func encode(into writer: inout ByteWriter)
  init(from reader: inout ByteReader) throws(ByteReaderError)
}

/// Versions of a model, or recipes, that follow one another. Where they take turns (one for each kind of engine) each has
/// its own, and the last ones are kept.
struct Turns<Item: OfPhase>: Hashable, Sendable {
  /// What is at work.
  private(set) var now: Item?
  /// The others, the last one used at the end.
  private var parked: [Item] = []
  /// What a new one has replaced; nil after a known one has come back.
  private(set) var before: StationWatch.Phase?

  init() {}

  /// - Parameters:
  ///   - name: of most parts of the window; nil: none is named.
  ///   - groups: parts of the window by name. While both are at work the old one counts.
  ///   - most: so many wait for their turn.
  mutating func see(_ name: String?, _ groups: [String: InspectionTally.Group], at start: Timestamp, most: Int) {
    guard let old = now else {
      now = Item(StationWatch.Phase(version: name ?? "", start: start))
      return
    }
    guard let name, name != old.phase.version, groups[old.phase.version]?.inspected ?? 0 == 0 else { return }
    parked.append(old)
    if let known = parked.firstIndex(where: { $0.phase.version == name }) {
      now = parked.remove(at: known)
      before = nil
    } else {
      now = Item(StationWatch.Phase(version: name, start: start))
      before = old.phase
    }
    if parked.count > most { parked.removeFirst(parked.count - most) }
  }

  mutating func update(_ change: (inout Item) -> Void) {
    guard var item = now else { return }
    now = nil
    change(&item)
    now = item
  }

  /// Everything is learnt again.
  mutating func begin(at start: Timestamp) {
    let version = now?.phase.version ?? ""
    self = Turns()
    now = Item(StationWatch.Phase(version: version, start: start))
  }

  // MARK: Coding

  func encode(into writer: inout ByteWriter) {
    writer.boolean(before != nil)
    before?.encode(into: &writer)
    writer.varint(parked.count + (now == nil ? 0 : 1))
    for item in parked { item.encode(into: &writer) }
    now?.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    if try reader.boolean() { before = try StationWatch.Phase(from: &reader) }
    for _ in 0..<(try reader.count()) { parked.append(try Item(from: &reader)) }
    now = parked.popLast()
  }
}

/// What a recipe has done.
struct RecipeWatch: OfPhase {
  var phase: StationWatch.Phase
  private(set) var windows = 0

  init(_ phase: StationWatch.Phase) { self.phase = phase }

  mutating func add(_ tally: InspectionTally) {
    windows += 1
    phase.add(tally, tally.recipes)
  }

  func encode(into writer: inout ByteWriter) {
    phase.encode(into: &writer)
    writer.varint(windows)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    phase = try StationWatch.Phase(from: &reader)
    windows = try reader.integer()
  }
}
