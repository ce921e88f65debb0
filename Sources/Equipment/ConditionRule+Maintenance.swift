import Rules
import Telemetry

/// What work on the machine ends, and what a correction of its record takes back.
extension ConditionRule {
  /// What is usual counts for so long (`LearningSettings.memory`): of a machine of which nobody knows since when it was
  /// learnt, everything is younger.
  private static let memory = Span64.days(45)

  /// Whether everything that is known was learnt after the work of a record: then it is of the machine as it is now.
  func isLearntBehind(_ work: Timestamp, since: Timestamp?, clock: Timestamp) -> Bool {
    guard let since else { return false }
    guard since != .distantPast else { return work <= (lastMinute?.end ?? clock) - Self.memory }
    return work <= since
  }

  /// After work on the machine what was usual for it is learnt anew.
  mutating func renew(for record: MaintenanceRecord, _ context: inout RuleContext) {
    setAside(for: record.id, context)
    assessor.reset()
    brief.reset()
    run.renew()
    setEfficiency(EfficiencyWatch(), context)
    outlook = nil
    outlookTime = nil
    last = nil
    learntSince = nil
    for place in failing.indices { failing[place] = 0 }
    let time = max(context.clock, record.time)
    endAll(at: time, &context) {
      "\($0): maintenance was recorded by \(record.person) (\(record.kind.rawValue)); it is learnt anew."
    }
    keep(context)
    report = makeReport()
    tellFigures(time, context)
  }

  private mutating func setEfficiency(_ watch: EfficiencyWatch, _ context: RuleContext) {
    efficiency = watch
    // What was saved would come back with the next start.
    if hasEfficiency { context.save(Self.efficiencyKey, efficiency.bytes) }
  }

  /// What the work of a record has ended: the record may be corrected.
  private struct Before {
    var record: String
    var signals: UInt64
    var rows: [UInt8]
    var frame: [UInt8]
    var learntSince: Timestamp?
    var efficiency: [UInt8]?

    var bytes: [UInt8] {
      var writer = ByteWriter()
      writer.string(record)
      writer.fixed64(signals)
      writer.blob(rows)
      writer.blob(frame)
      writer.optional(learntSince)
      writer.boolean(efficiency != nil)
      if let efficiency { writer.blob(efficiency) }
      return writer.bytes
    }

    init(record: String, signals: UInt64, rows: [UInt8], frame: [UInt8], learntSince: Timestamp?, efficiency: [UInt8]) {
      (self.record, self.signals, self.rows, self.frame) = (record, signals, rows, frame)
      (self.learntSince, self.efficiency) = (learntSince, efficiency)
    }

    init(_ bytes: [UInt8]) throws(ByteReaderError) {
      var reader = ByteReader(bytes)
      record = try reader.string()
      signals = try reader.fixed64()
      rows = Array(try reader.blob())
      frame = Array(try reader.blob())
      // It was kept without them once.
      guard !reader.isAtEnd else {
        learntSince = .distantPast
        return
      }
      learntSince = try reader.optionalTimestamp()
      if try reader.boolean() { efficiency = Array(try reader.blob()) }
    }
  }

  /// Keeps what was learnt before the work of a record, until the next one.
  private mutating func setAside(for record: String, _ context: RuleContext) {
    let before = Before(
      record: record, signals: signalsHash, rows: assessor.model.takeRows(), frame: frameBytes,
      learntSince: learntSince, efficiency: efficiency.bytes)
    context.save(Self.beforeKey, before.bytes)
  }

  /// Of a record that corrects another: what that one had ended goes on, if the machine was not changed after all, or before
  /// anything was learnt of it.
  ///
  /// - Returns: false if that one had ended nothing here.
  mutating func takeBack(
    _ old: String, _ record: MaintenanceRecord, isMine: Bool, _ context: inout RuleContext
  ) throws -> Bool {
    guard let bytes = try context.load(Self.beforeKey),
      case .success(var before) = Result(catching: { () throws(ByteReaderError) in try Before(bytes) }),
      before.record == old, before.signals == signalsHash
    else { return false }
    if isMine, record.renews, !isLearntBehind(record.time, since: before.learntSince, clock: context.clock) {
      // It was changed all the same: only the name of the record is another.
      before.record = record.id
      context.save(Self.beforeKey, before.bytes)
      return true
    }
    var copy = self
    copy.assessor.reset()
    guard (try? copy.readFrame(before.frame, rows: before.rows)) != nil else { return false }
    self = copy
    isOfOtherFaults = false
    learntSince = before.learntSince
    if let bytes = before.efficiency {
      var reader = ByteReader(bytes)
      if let watch = try? EfficiencyWatch(from: &reader) { setEfficiency(watch, context) }
    }
    // What was learnt since belongs to it, too; but it is little, and nobody can tell how much of it.
    isKept = false
    context.save(Self.beforeKey, nil)
    keep(context)
    report = makeReport()
    tellFigures(max(context.clock, record.time), context)
    return true
  }
}
