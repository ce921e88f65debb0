import Telemetry
import Templates

/// What is known of a station with one version of its recognition model.
struct VersionWatch: OfPhase {
  /// Of one kind, more names than this are not compared.
  private static let mostSuspects = 50

  var phase: StationWatch.Phase
  private(set) var rates: [String: RateWatch] = [:]
  private(set) var measures: [String: MeasureWatch] = [:]
  private(set) var confidence = LevelWatch()
  private(set) var accuracy = AccuracyTest()
  private(set) var inaccurate: AccuracyTest?
  private(set) var inaccurateSince: Timestamp?
  private var windows = 0
  /// Parts since the evidence of more rejects began to grow: all, and those with something in common.
  private var suspects: [String: InspectionTally.Group] = [:]
  private var suspected = InspectionTally.Group()

  init(_ phase: StationWatch.Phase) { self.phase = phase }

  /// Names that parts have in common since the evidence began to grow.
  var suspectNames: Int { suspects.count }

  func associations(others: Int) -> [Association] {
    Association.strongest(
      suspects, inspected: suspected.inspected, rejected: suspected.rejected, others: others)
  }

  mutating func add(_ tally: InspectionTally, start: Timestamp, end: Timestamp, plan: InspectionPlan) {
    if tally.inspected > 0 { addRates(tally, start: start, end: end, plan) }
    phase.add(tally, tally.models)
    for (name, measure) in tally.measures.sorted(by: { $0.key < $1.key }) {
      measures[name, default: MeasureWatch()].add(measure, start: start, plan: plan)
    }
    if tally.confidences > 0 {
      // The windows' own scatter is the measure: images of neighbouring parts have much in common.
      confidence.add(
        mean: tally.confidence / Double(tally.confidences), values: 1, start: start, least: plan.settings.windows,
        plan: plan)
    }
    review(tally, start: start, plan)
  }

  private mutating func addRates(_ tally: InspectionTally, start: Timestamp, end: Timestamp, _ plan: InspectionPlan) {
    var room = plan.settings.classes - rates.keys.count { $0 != StationWatch.rejects && $0 != StationWatch.manual }
    let codes = tally.defective.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    // A rate is one of all parts of the windows; the phase counts its own only.
    let rejects = rates[StationWatch.rejects]
    let pace = rejects.map { $0.windows > 0 ? Double($0.units) / Double($0.windows) : 0 } ?? 0
    let before = max(phase.inspected, Int((pace * Double(windows)).rounded()))
    for (code, _) in codes where rates[code] == nil && room > 0 {
      rates[code] = RateWatch(unitsBefore: before, windowsBefore: windows)
      room -= 1
    }
    if rates[StationWatch.rejects] == nil { rates[StationWatch.rejects] = RateWatch() }
    // A station that is always sure has no such rate.
    if rates[StationWatch.manual] == nil, tally.unsure > 0 {
      rates[StationWatch.manual] = RateWatch(unitsBefore: before, windowsBefore: windows)
    }
    for name in rates.keys.sorted() {
      let count =
        switch name {
        case StationWatch.rejects: tally.rejected
        case StationWatch.manual: tally.unsure
        default: tally.defective[name] ?? 0
        }
      rates[name]?.add(
        AttributeBaseline.Point(count: count, size: tally.inspected), start: start, end: end, plan: plan)
    }
    windows += 1
    compare(tally)
  }

  private mutating func compare(_ tally: InspectionTally) {
    guard rates[StationWatch.rejects]?.since != nil else {
      suspects = [:]
      suspected = InspectionTally.Group()
      return
    }
    suspected.inspected += tally.inspected
    suspected.rejected += tally.rejected
    for (kind, groups) in [
      ("model", tally.models), ("recipe", tally.recipes), ("supplier", tally.suppliers), ("product", tally.products),
    ] {
      var known = suspects.keys.count { $0.hasPrefix("\(kind) ") }
      for (name, group) in groups.sorted(by: { $0.key < $1.key }) where !name.isEmpty {
        let key = "\(kind) \(name)"
        if suspects[key] == nil { known += 1 }
        guard known <= Self.mostSuspects else { continue }
        suspects[key, default: InspectionTally.Group()].inspected += group.inspected
        suspects[key, default: InspectionTally.Group()].rejected += group.rejected
      }
    }
  }

  private mutating func review(_ tally: InspectionTally, start: Timestamp, _ plan: InspectionPlan) {
    guard let recognition = phase.reviewed(tally, tally.models), recognition.reviews > 0 else { return }
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

  func encode(into writer: inout ByteWriter) {
    phase.encode(into: &writer)
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
    writer.boolean(inaccurateSince != nil)
    if let inaccurateSince { writer.timestamp(inaccurateSince) }
    for count in [windows, suspected.inspected, suspected.rejected, suspects.count] { writer.varint(count) }
    for (name, group) in suspects.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      writer.varint(group.inspected)
      writer.varint(group.rejected)
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    phase = try StationWatch.Phase(from: &reader)
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      rates[name] = try RateWatch(from: &reader)
    }
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      measures[name] = try MeasureWatch(from: &reader)
    }
    confidence = try LevelWatch(from: &reader)
    accuracy = AccuracyTest(reviews: try reader.integer(), wrong: try reader.integer())
    let proof = AccuracyTest(reviews: try reader.integer(), wrong: try reader.integer())
    if try reader.boolean() {
      inaccurateSince = try reader.timestamp()
      inaccurate = proof
    }
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
}
