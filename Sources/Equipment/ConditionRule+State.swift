import Rules
import Telemetry
import Templates

/// The state lies in three parts, by how often they change: what a minute changes, which is written with every checkpoint;
/// what a frame changes (`frameKey`); and the rows of what is usual, which are large (`rowsKey`).
///
/// Each part says of what it is the state. What a change of the configuration takes the ground from begins anew, and only
/// that: run hours, starts and open findings are the machine's, whatever its signals are; limits go by their names, what
/// was learnt by the signals. Nothing that cannot be read puts the rule out of service: it begins anew, and says so.
extension ConditionRule {
  /// What a state of this form begins with; one that is older begins with the hash of its signals.
  private static let form: UInt64 = 0x5745_4952_4D41_0004

  public func encodeState(into writer: inout ByteWriter) {
    if let unread {
      for byte in unread { writer.byte(byte) }
      return
    }
    writer.fixed64(Self.form)
    writer.fixed64(signalsHash)
    writer.fixed64(layoutHash)
    writer.part { encodeMachine(into: &$0) }
    writer.part { run.encode(into: &$0) }
    writer.part { limits.encode(into: &$0) }
    writer.part { gatherer.encode(into: &$0) }
    writer.part { brief.encode(into: &$0) }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let bytes = Array(reader.bytes[reader.offset...])
    reader.offset = reader.bytes.count
    unread = bytes
    var own = ByteReader(bytes)
    do {
      let first = try own.fixed64()
      if first == Self.form { try readState(&own) } else { try readOldState(&own, signals: first) }
    } catch {
      lose("\(error)")
    }
    report = preview()
  }

  // MARK: What a minute changes

  /// What is the machine's, whatever is measured of it.
  private func encodeMachine(into writer: inout ByteWriter) {
    writer.byte(state.rawValue)
    writer.boolean(day != nil)
    day?.encode(into: &writer)
    writer.boolean(isDayOver)
    writer.optional(lastDay)
    writer.boolean(isKept)
    writer.boolean(hasEfficiency)
    runHours.encode(into: &writer)
    told.encode(into: &writer)
    writer.fixed64(figuresHash)
    writer.optional(figuresDay)
    writer.optional(learntSince)
    // What people see until the rest is read.
    writer.optional(lastMinute?.end)
    if let lastMinute {
      writer.varint(lastMinute.values.count)
      for value in lastMinute.values { writer.double(value ?? .nan) }
    }
    let evidence = assessor.model.evidence
    writer.double(evidence.hours)
    writer.varint(evidence.regimes)
    writer.double(last?.score ?? .nan)
    writer.double(health?.value ?? .nan)
  }

  private mutating func readMachine(_ reader: inout ByteReader) throws(ByteReaderError) {
    state = MachineState(rawValue: try reader.byte()) ?? .unknown
    day = try reader.boolean() ? try DayHealth(from: &reader) : nil
    isDayOver = try reader.boolean()
    lastDay = try reader.optionalTimestamp()
    isKept = try reader.boolean()
    hasEfficiency = try reader.boolean()
    runHours = try RunHours(from: &reader)
    told = try ToldFindings(from: &reader)
    figuresHash = try reader.fixed64()
    figuresDay = try reader.optionalTimestamp()
    learntSince = try reader.optionalTimestamp()
    if let end = try reader.optionalTimestamp() {
      var values: [Double?] = []
      for _ in 0..<(try reader.count()) {
        let value = try reader.double()
        values.append(value.isNaN ? nil : value)
      }
      lastMinute = ConditionFrame(start: end - SignalSummaryRule.window, end: end, run: state, values: values)
    }
    let hours = try reader.double()
    let regimes = try reader.integer()
    let score = try reader.double()
    let health = try reader.double()
    seen = Seen(hours: hours, regimes: regimes, score: score, health: health)
  }

  private mutating func readState(_ reader: inout ByteReader) throws(ByteReaderError) {
    let (signals, layout) = (try reader.fixed64(), try reader.fixed64())
    try readPart(&reader) { (rule, part) throws(ByteReaderError) in try rule.readMachine(&part) }
    if signals != signalsHash { beginAnew() }
    try readPart(&reader) { (rule, part) throws(ByteReaderError) in try rule.run.restore(from: &part) }
    try readPart(&reader) { (rule, part) throws(ByteReaderError) in rule.left = try rule.limits.restore(from: &part) }
    guard layout == layoutHash else { return }
    try readPart(&reader) { (rule, part) throws(ByteReaderError) in try rule.gatherer.restore(from: &part) }
    try readPart(&reader) { (rule, part) throws(ByteReaderError) in try rule.brief.restore(from: &part) }
  }

  /// A part that cannot be read leaves the rule as it was before.
  private mutating func readPart(
    _ reader: inout ByteReader, _ body: (inout Self, inout ByteReader) throws(ByteReaderError) -> Void
  ) throws(ByteReaderError) {
    var part = ByteReader(Array(try reader.blob()))
    var copy = self
    do throws(ByteReaderError) {
      try body(&copy, &part)
      self = copy
    } catch {
      lose("\(error)")
    }
  }

  /// Of the form in which one part followed the other, with the signals in front.
  private mutating func readOldState(_ reader: inout ByteReader, signals: UInt64) throws(ByteReaderError) {
    state = MachineState(rawValue: try reader.byte()) ?? .unknown
    day = try reader.boolean() ? try DayHealth(from: &reader) : nil
    isDayOver = try reader.boolean()
    lastDay = try reader.optionalTimestamp()
    isKept = try reader.boolean()
    hasEfficiency = try reader.boolean()
    learntSince = .distantPast
    if signals != signalsHash { beginAnew() }
    try run.restoreLargest(from: &reader)
    runHours = try RunHours(from: &reader)
    try limits.restoreUnnamed(from: &reader)
    // The rest is as long as the machine has signals.
    guard signals == signalsHash else { return }
    var kept = gatherer
    try kept.restore(from: &reader)
    gatherer = kept
    told = try ToldFindings(from: &reader)
    figuresHash = try reader.fixed64()
    figuresDay = try reader.optionalTimestamp()
    var first = brief
    try first.restore(from: &reader)
    if reader.isAtEnd { brief = first }
  }

  /// Of other signals nothing that was learnt is of any use.
  private mutating func beginAnew() {
    isKept = false
    isAnew = true
    lastMinute = nil
    learntSince = nil
    seen = nil
    losses.append("its signals are others now")
  }

  private mutating func lose(_ what: String) {
    losses.append(what)
    isDamaged = true
  }

  /// What is known before the other parts are read.
  private func preview() -> ConditionReport {
    var report = makeReport()
    guard let seen, !isAnew else { return report }
    report.hours = seen.hours
    report.regimes = seen.regimes
    report.learning = (seen.hours < report.neededHours ? Evidence.State.learning : .watching).word
    report.score = seen.score.isNaN ? nil : seen.score
    report.health = seen.health.isNaN ? nil : seen.health
    return report
  }

  /// What people saw last.
  struct Seen: Sendable {
    var hours: Double
    var regimes: Int
    var score: Double
    var health: Double
  }

  // MARK: The other parts

  /// Reads what can be asked for only when the rule is called, and tells what began anew.
  mutating func read(_ context: inout RuleContext) throws {
    guard unread != nil else { return }
    // Before its first frame there is nothing but what another machine under this name may have left.
    if isKept, let frame = try context.load(Self.frameKey) {
      let rows = try context.load(Self.rowsKey)
      do throws(ByteReaderError) {
        try readFrame(frame, rows: rows)
      } catch {
        lose("\(error)")
        isAnew = true
        isKept = false
        learntSince = nil
      }
    }
    if hasEfficiency, let bytes = try context.load(Self.efficiencyKey) {
      var kept = ByteReader(bytes)
      do throws(ByteReaderError) { efficiency = try EfficiencyWatch(from: &kept) } catch { lose("\(error)") }
    }
    unread = nil
    seen = nil
    tellLosses(&context)
    report = makeReport()
  }

  /// What has lost its ground is over, and why.
  private mutating func tellLosses(_ context: inout RuleContext) {
    tellLeft(left, at: context.clock, &context)
    left = []
    if isAnew {
      let why = losses.first ?? "what was learnt could not be read"
      endAll(at: context.clock, &context) { "\($0): it is learnt anew, since \(why)." }
    } else if isOfOtherFaults {
      endAll(at: context.clock, &context) { "\($0): it is judged anew, since its fault model was changed." }
    }
    defer { (losses, isAnew, isDamaged, isOfOtherFaults) = ([], false, false, false) }
    guard !losses.isEmpty else { return }
    var finding = Finding(
      key: "rule-restarted/\(asset.id)/condition", rule: "rule-restarted", subject: asset.id,
      severity: isDamaged ? .warning : .info, opened: max(context.clock, lastMinute?.end ?? .distantPast),
      summary: "What was learnt of \(called) \(isAnew ? "begins anew" : "begins anew in part"): "
        + losses.joined(separator: "; ") + ". Its run hours and starts are kept.",
      advice: isDamaged
        ? "Nothing is to be done; please report this text."
        : "Nothing is to be done if the change was meant: the machine is learnt again.")
    context.emit(finding)
    finding.closed = finding.opened
    context.emit(finding)
  }

  // MARK: What a frame changes

  /// Saves what a frame has changed, and the rows when it is time for them, or if there are none of this machine yet.
  mutating func keep(_ context: RuleContext) {
    if !isKept || assessor.model.shouldSaveRows { context.save(Self.rowsKey, assessor.model.takeRows()) }
    isKept = true
    context.save(Self.frameKey, frameBytes)
  }

  /// The first byte of this form; an older one begins with a boolean.
  private static let frameForm: UInt8 = 2

  var frameBytes: [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.frameForm)
    writer.optional(trendStart)
    writer.varint(trend.count)
    for value in trend { writer.float(value) }
    for count in failing { writer.varint(count) }
    writer.boolean(outlook != nil)
    outlook?.encode(into: &writer)
    writer.optional(outlookTime)
    writer.boolean(last != nil)
    last?.encode(into: &writer)
    assessor.model.encode(into: &writer)
    // A fault model that is changed does not cost what was learnt.
    writer.fixed64(faultsHash)
    assessor.encode(into: &writer)
    return writer.bytes
  }

  /// - Throws: for what cannot be read; the rule is then as it was before.
  mutating func readFrame(_ bytes: [UInt8], rows: [UInt8]?) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    var copy = self
    let hasLayout = bytes.first == Self.frameForm
    if hasLayout { _ = try reader.byte() }
    try copy.readFrame(&reader, rows: rows, hasLayout: hasLayout)
    self = copy
  }

  private mutating func readFrame(
    _ reader: inout ByteReader, rows: [UInt8]?, hasLayout: Bool
  ) throws(ByteReaderError) {
    trendStart = try reader.optionalTimestamp()
    trend = []
    for _ in 0..<(try reader.count()) { trend.append(try reader.float()) }
    for place in failing.indices { failing[place] = try reader.integer() }
    outlook = try reader.boolean() ? try Outlook(from: &reader) : nil
    outlookTime = try reader.optionalTimestamp()
    last = try reader.boolean() ? try Judged(from: &reader) : nil
    try assessor.model.restore(from: &reader, rows: rows, hasLayout: hasLayout)
    if try reader.fixed64() == faultsHash {
      try assessor.restore(from: &reader)
      guard reader.isAtEnd else {
        throw ByteReaderError(offset: reader.offset, expected: "the end of what was learnt")
      }
    } else {
      isOfOtherFaults = true
      outlook = nil
      outlookTime = nil
    }
  }
}

extension ByteWriter {
  /// Length and what the body writes.
  mutating func part(_ body: (inout ByteWriter) -> Void) {
    var part = ByteWriter()
    body(&part)
    blob(part.bytes)
  }
}
