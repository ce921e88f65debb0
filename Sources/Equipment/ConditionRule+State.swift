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
    run.encode(into: &writer)
    runHours.encode(into: &writer)
    limits.encode(into: &writer)
    gatherer.encode(into: &writer)
    told.encode(into: &writer)
    writer.fixed64(figuresHash)
    writer.optional(figuresDay)
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
    // Before its first frame there is nothing but what another machine under this name may have left.
    if isKept, let frame = try context.load(Self.frameKey) {
      var kept = ByteReader(frame)
      try readFrame(&kept, rows: try context.load(Self.rowsKey))
    }
    unread = nil
  }

  // MARK: What a frame changes

  /// Saves what a frame has changed, and the rows when it is time for them, or if there are none of this machine yet.
  mutating func keep(_ context: RuleContext) {
    if !isKept || assessor.model.shouldSaveRows { context.save(Self.rowsKey, assessor.model.takeRows()) }
    isKept = true
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
    context.save(Self.frameKey, writer.bytes)
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
