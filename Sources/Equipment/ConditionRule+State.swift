import Rules
import Telemetry
import Templates

/// The state lies in three parts, by how often they change: what a minute changes, which is written with every checkpoint;
/// what a frame changes (`frameKey`); and the rows of what is usual, which are large (`rowsKey`).
extension ConditionRule {
  public func encodeState(into writer: inout ByteWriter) {
    if let unread {
      for byte in unread { writer.byte(byte) }
      return
    }
    writer.fixed64(signalsHash)
    writer.byte(state.rawValue)
    writer.boolean(day != nil)
    day?.encode(into: &writer)
    writer.boolean(isDayOver)
    writer.optional(lastDay)
    writer.boolean(isKept)
    writer.boolean(hasEfficiency)
    run.encode(into: &writer)
    runHours.encode(into: &writer)
    limits.encode(into: &writer)
    gatherer.encode(into: &writer)
    told.encode(into: &writer)
    writer.fixed64(figuresHash)
    writer.optional(figuresDay)
    brief.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.fixed64() == signalsHash else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of a machine with these signals")
    }
    var writer = ByteWriter()
    writer.fixed64(signalsHash)
    while !reader.isAtEnd { writer.byte(try reader.byte()) }
    unread = writer.bytes
    // What people see until the next minute, and when it must be called.
    var head = ByteReader(writer.bytes)
    try readHead(&head)
    report.run = state.word
  }

  private mutating func readHead(_ reader: inout ByteReader) throws {
    _ = try reader.fixed64()
    state = MachineState(rawValue: try reader.byte()) ?? .unknown
    day = try reader.boolean() ? try DayHealth(from: &reader) : nil
    isDayOver = try reader.boolean()
    lastDay = try reader.optionalTimestamp()
    isKept = try reader.boolean()
    hasEfficiency = try reader.boolean()
  }

  mutating func read(_ context: RuleContext) throws {
    guard let bytes = unread else { return }
    var reader = ByteReader(bytes)
    try readHead(&reader)
    try run.restore(from: &reader)
    runHours = try RunHours(from: &reader)
    try limits.restore(from: &reader)
    try gatherer.restore(from: &reader)
    told = try ToldFindings(from: &reader)
    figuresHash = try reader.fixed64()
    figuresDay = try reader.optionalTimestamp()
    try brief.restore(from: &reader)
    // Before its first frame there is nothing but what another machine under this name may have left.
    if isKept, let frame = try context.load(Self.frameKey) {
      var kept = ByteReader(frame)
      try readFrame(&kept, rows: try context.load(Self.rowsKey))
    }
    if hasEfficiency, let bytes = try context.load(Self.efficiencyKey) {
      var kept = ByteReader(bytes)
      efficiency = try EfficiencyWatch(from: &kept)
    }
    unread = nil
  }

  // MARK: What a frame changes

  /// Saves what a frame has changed, and the rows when it is time for them, or if there are none of this machine yet.
  mutating func keep(_ context: RuleContext) {
    if !isKept || assessor.model.shouldSaveRows { context.save(Self.rowsKey, assessor.model.takeRows()) }
    isKept = true
    context.save(Self.frameKey, frameBytes)
  }

  private var frameBytes: [UInt8] {
    var writer = ByteWriter()
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

  // MARK: What work on the machine has ended

  /// Keeps what was learnt before the work of a record, until the next one: the record may be corrected.
  mutating func setAside(for record: String, _ context: RuleContext) {
    var writer = ByteWriter()
    writer.string(record)
    writer.fixed64(signalsHash)
    writer.blob(assessor.model.takeRows())
    writer.blob(frameBytes)
    context.save(Self.beforeKey, writer.bytes)
  }

  /// Of a record that corrects another: what that one had ended goes on, if the machine was not changed after all.
  ///
  /// - Returns: false if that one had ended nothing here.
  mutating func takeBack(
    _ old: String, _ record: MaintenanceRecord, isMine: Bool, _ context: inout RuleContext
  ) throws -> Bool {
    guard let bytes = try context.load(Self.beforeKey) else { return false }
    var reader = ByteReader(bytes)
    guard try reader.string() == old, try reader.fixed64() == signalsHash else { return false }
    let rows = Array(try reader.blob())
    let frame = Array(try reader.blob())
    if isMine, record.renews {
      // It was changed all the same: only the name of the record is another.
      var writer = ByteWriter()
      writer.string(record.id)
      writer.fixed64(signalsHash)
      writer.blob(rows)
      writer.blob(frame)
      context.save(Self.beforeKey, writer.bytes)
      return true
    }
    assessor.reset()
    var kept = ByteReader(frame)
    try readFrame(&kept, rows: rows)
    // What was learnt since belongs to it, too; but it is little, and nobody can tell how much of it.
    isKept = false
    context.save(Self.beforeKey, nil)
    keep(context)
    report = makeReport()
    tellFigures(max(context.clock, record.time), context)
    return true
  }

  private mutating func readFrame(_ reader: inout ByteReader, rows: [UInt8]?) throws {
    trendStart = try reader.optionalTimestamp()
    trend = []
    for _ in 0..<(try reader.count()) { trend.append(try reader.float()) }
    for place in failing.indices { failing[place] = try reader.integer() }
    outlook = try reader.boolean() ? try Outlook(from: &reader) : nil
    outlookTime = try reader.optionalTimestamp()
    last = try reader.boolean() ? try Judged(from: &reader) : nil
    try assessor.model.restore(from: &reader, rows: rows)
    if try reader.fixed64() == faultsHash {
      try assessor.restore(from: &reader)
    } else {
      outlook = nil
      outlookTime = nil
    }
  }
}
