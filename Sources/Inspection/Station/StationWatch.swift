import Telemetry
import Templates

/// What is known of an inspection station: a fold over its windows in the order of time.
///
/// A phase belongs to one version of the recognition model, since a new model is a new process: with the next version all
/// baselines are learnt again, and the figures of the version before are kept for comparison. Where versions take turns (a
/// model for each kind of engine) each has its own, and the last ones are kept.
public struct StationWatch: Hashable, Sendable {
  /// What a version of the model has done.
  public struct Phase: Hashable, Sendable {
    /// Of the model; "" where results name none.
    public var version = ""
    public var start: Timestamp
    public var inspected = 0
    public var rejected = 0
    public var unsure = 0
    public var recognition = Recognition()
    public init(version: String, start: Timestamp) {
      self.version = version
      self.start = start
    }
  }

  /// Rates that every station has beside those of its defect codes.
  public static let rejects = "NG"
  public static let manual = "unsure"
  /// So many versions wait for their turn.
  static let parkedVersions = 7

  /// What is known of the version that is at work.
  private var now: VersionWatch?
  /// The others, the last one used at the end.
  private var parked: [VersionWatch] = []
  /// The version that one which is new has replaced.
  public private(set) var before: Phase?
  /// End of the last window.
  public private(set) var end: Timestamp?

  public init() {}

  public var phase: Phase? { now?.phase }
  /// By `NG`, `unsure` and the defect codes.
  public var rates: [String: RateWatch] { now?.rates ?? [:] }
  public var measures: [String: MeasureWatch] { now?.measures ?? [:] }
  /// Mean confidence of the windows.
  public var confidence: LevelWatch { now?.confidence ?? LevelWatch() }
  public var accuracy: AccuracyTest { now?.accuracy ?? AccuracyTest() }
  /// The series that has proved the accuracy to be below the limit; nil while none has, or since a later one held.
  public var inaccurate: AccuracyTest? { now?.inaccurate }
  public var inaccurateSince: Timestamp? { now?.inaccurateSince }
  /// What the rejected parts of the present rise have in common.
  public var associations: [Association] { now?.associations ?? [] }

  /// - Parameter tally: of the window [start, end), which begins after all before it.
  public mutating func add(_ tally: InspectionTally, start: Timestamp, end: Timestamp, plan: InspectionPlan) {
    if let old = now {
      // While both are at work the old one counts.
      if let model = tally.model, model != old.phase.version, tally.models[old.phase.version]?.inspected ?? 0 == 0 {
        change(to: model, at: start)
      }
    } else {
      now = VersionWatch(Phase(version: tally.model ?? "", start: start))
    }
    self.end = end
    now?.add(tally, start: start, end: end, plan: plan)
  }

  private mutating func change(to version: String, at start: Timestamp) {
    guard let old = now else { return }
    parked.append(old)
    if let known = parked.firstIndex(where: { $0.phase.version == version }) {
      now = parked.remove(at: known)
      before = nil
    } else {
      now = VersionWatch(Phase(version: version, start: start))
      before = old.phase
    }
    if parked.count > Self.parkedVersions { parked.removeFirst(parked.count - Self.parkedVersions) }
  }

  /// Everything is learnt again: a person said so.
  public mutating func begin(at start: Timestamp) {
    let version = phase?.version ?? ""
    now = VersionWatch(Phase(version: version, start: start))
    parked = []
    before = nil
  }

  // MARK: Coding

  public func encode(into writer: inout ByteWriter) {
    writer.boolean(end != nil)
    if let end { writer.timestamp(end) }
    writer.boolean(before != nil)
    if let before { before.encode(into: &writer) }
    writer.varint(parked.count + (now == nil ? 0 : 1))
    for version in parked + [now].compactMap(\.self) { version.encode(into: &writer) }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    if try reader.boolean() { end = try reader.timestamp() }
    if try reader.boolean() { before = try Phase(from: &reader) }
    for _ in 0..<(try reader.count()) { parked.append(try VersionWatch(from: &reader)) }
    now = parked.popLast()
  }
}

extension StationWatch.Phase {
  func encode(into writer: inout ByteWriter) {
    writer.string(version)
    writer.timestamp(start)
    for count in [inspected, rejected, unsure] { writer.varint(count) }
    recognition.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init(version: try reader.string(), start: try reader.timestamp())
    inspected = try reader.integer()
    rejected = try reader.integer()
    unsure = try reader.integer()
    recognition = try Recognition(from: &reader)
  }
}
