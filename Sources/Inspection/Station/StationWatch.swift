import Telemetry
import Templates

/// What is known of an inspection station: a fold over its windows in the order of time.
///
/// A phase belongs to one version of the recognition model, since a new model is a new process: with the next version all
/// baselines are learnt again, and the figures of the version before are kept for comparison.
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

  public private(set) var phase: Phase?
  public private(set) var before: Phase?
  /// By `NG`, `unsure` and the defect codes.
  public private(set) var rates: [String: RateWatch] = [:]
  public private(set) var measures: [String: MeasureWatch] = [:]
  public private(set) var confidence = DriftWatch()
  public private(set) var accuracy = AccuracyTest()
  /// The series that has proved the accuracy to be below the limit; nil while none has, or since a later one held.
  public private(set) var inaccurate: AccuracyTest?
  public private(set) var inaccurateSince: Timestamp?
  /// End of the last window.
  public private(set) var end: Timestamp?
  private var windows = 0
  /// Parts since the evidence of more rejects began to grow: all, and those with something in common.
  public private(set) var suspects: [String: InspectionTally.Group] = [:]
  public private(set) var suspected = InspectionTally.Group()
  /// More names than this are not compared.
  static let mostSuspects = 200

  public init() {}

  /// What the rejected parts of the present rise have in common.
  public var associations: [Association] {
    Association.strongest(suspects, inspected: suspected.inspected, rejected: suspected.rejected)
  }

  /// - Parameter tally: of the window [start, end), which begins after all before it.
  public mutating func add(_ tally: InspectionTally, start: Timestamp, end: Timestamp, plan: InspectionPlan) {
    let version = tally.model ?? phase?.version ?? ""
    if phase == nil {
      phase = Phase(version: version, start: start)
    } else if let model = tally.model, model != phase?.version {
      begin(version: model, at: start)
    }
    self.end = end
    if tally.inspected > 0 { addRates(tally, start: start, end: end, plan) }
    phase?.inspected += tally.inspected
    phase?.rejected += tally.rejected
    phase?.unsure += tally.unsure
    for (name, measure) in tally.measures.sorted(by: { $0.key < $1.key }) {
      measures[name, default: MeasureWatch()].add(measure, start: start)
    }
    if tally.confidences > 0 {
      confidence.add(tally.confidence / Double(tally.confidences), start: start, plan: plan)
    }
    review(tally, start: start, plan)
  }

  /// Everything is learnt again: another version, or a person said so.
  public mutating func begin(version: String? = nil, at start: Timestamp) {
    let version = version ?? phase?.version ?? ""
    before = phase
    phase = Phase(version: version, start: start)
    rates = [:]
    measures = [:]
    confidence = DriftWatch()
    accuracy = AccuracyTest()
    inaccurate = nil
    inaccurateSince = nil
    suspects = [:]
    suspected = InspectionTally.Group()
    windows = 0
  }

  private mutating func addRates(_ tally: InspectionTally, start: Timestamp, end: Timestamp, _ plan: InspectionPlan) {
    var room = plan.settings.classes - rates.keys.count { $0 != Self.rejects && $0 != Self.manual }
    let codes = tally.defective.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    for (code, _) in codes where rates[code] == nil && room > 0 {
      rates[code] = RateWatch(unitsBefore: phase?.inspected ?? 0, windowsBefore: windows)
      room -= 1
    }
    if rates[Self.rejects] == nil { rates[Self.rejects] = RateWatch() }
    // A station that is always sure has no such rate.
    if rates[Self.manual] == nil, tally.unsure > 0 {
      rates[Self.manual] = RateWatch(unitsBefore: phase?.inspected ?? 0, windowsBefore: windows)
    }
    for name in rates.keys.sorted() {
      let count =
        switch name {
        case Self.rejects: tally.rejected
        case Self.manual: tally.unsure
        default: tally.defective[name] ?? 0
        }
      rates[name]?.add(
        AttributeBaseline.Point(count: count, size: tally.inspected), start: start, end: end, plan: plan)
    }
    windows += 1
    compare(tally)
  }

  private mutating func compare(_ tally: InspectionTally) {
    guard rates[Self.rejects]?.since != nil else {
      suspects = [:]
      suspected = InspectionTally.Group()
      return
    }
    suspected.inspected += tally.inspected
    suspected.rejected += tally.rejected
    for (kind, groups) in [("model", tally.models), ("recipe", tally.recipes), ("supplier", tally.suppliers)] {
      for (name, group) in groups.sorted(by: { $0.key < $1.key }) where !name.isEmpty {
        let key = "\(kind) \(name)"
        guard suspects[key] != nil || suspects.count < Self.mostSuspects else { continue }
        suspects[key, default: InspectionTally.Group()].inspected += group.inspected
        suspects[key, default: InspectionTally.Group()].rejected += group.rejected
      }
    }
  }

  /// Reviews of the phase's own version only: what another one did says nothing of it.
  private mutating func review(_ tally: InspectionTally, start: Timestamp, _ plan: InspectionPlan) {
    guard let version = phase?.version,
      let recognition = tally.models[version]?.recognition ?? (tally.model == nil ? tally.recognition : nil),
      recognition.reviews > 0
    else { return }
    phase?.recognition += recognition
    switch accuracy.add(reviews: recognition.reviews, wrong: recognition.wrong, plan.accuracy) {
    case .open: break
    case .held:
      inaccurate = nil
      inaccurateSince = nil
      accuracy = AccuracyTest()
    case .below:
      inaccurate = accuracy
      if inaccurateSince == nil { inaccurateSince = start }
      accuracy = AccuracyTest()
    }
  }

  // MARK: Coding

  public func encode(into writer: inout ByteWriter) {
    for phase in [phase, before] {
      writer.boolean(phase != nil)
      guard let phase else { continue }
      writer.string(phase.version)
      writer.timestamp(phase.start)
      for count in [phase.inspected, phase.rejected, phase.unsure] { writer.varint(count) }
      phase.recognition.encode(into: &writer)
    }
    writer.varint(rates.count)
    for (name, rate) in rates.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      rate.encode(into: &writer)
    }
    writer.varint(measures.count)
    for (name, measure) in measures.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      measure.encode(into: &writer)
    }
    confidence.encode(into: &writer)
    for test in [accuracy, inaccurate ?? AccuracyTest()] {
      writer.varint(test.reviews)
      writer.varint(test.wrong)
    }
    for time in [inaccurateSince, end] {
      writer.boolean(time != nil)
      if let time { writer.timestamp(time) }
    }
    writer.varint(windows)
    writer.varint(suspected.inspected)
    writer.varint(suspected.rejected)
    writer.varint(suspects.count)
    for (name, group) in suspects.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      writer.varint(group.inspected)
      writer.varint(group.rejected)
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    phase = try Self.phase(&reader)
    before = try Self.phase(&reader)
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      rates[name] = try RateWatch(from: &reader)
    }
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      measures[name] = try MeasureWatch(from: &reader)
    }
    confidence = try DriftWatch(from: &reader)
    accuracy = AccuracyTest(reviews: try reader.integer(), wrong: try reader.integer())
    let proof = AccuracyTest(reviews: try reader.integer(), wrong: try reader.integer())
    if try reader.boolean() {
      inaccurateSince = try reader.timestamp()
      inaccurate = proof
    }
    if try reader.boolean() { end = try reader.timestamp() }
    windows = try reader.integer()
    suspected.inspected = try reader.integer()
    suspected.rejected = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      var group = InspectionTally.Group()
      group.inspected = try reader.integer()
      group.rejected = try reader.integer()
      suspects[name] = group
    }
  }

  private static func phase(_ reader: inout ByteReader) throws(ByteReaderError) -> Phase? {
    guard try reader.boolean() else { return nil }
    var phase = Phase(version: try reader.string(), start: try reader.timestamp())
    phase.inspected = try reader.integer()
    phase.rejected = try reader.integer()
    phase.unsure = try reader.integer()
    phase.recognition = try Recognition(from: &reader)
    return phase
  }
}
