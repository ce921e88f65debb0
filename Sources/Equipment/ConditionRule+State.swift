import Rules
import Telemetry
import Templates

extension ConditionRule {
  public func encodeState(into writer: inout ByteWriter) {
    if let unread {
      for byte in unread { writer.byte(byte) }
      return
    }
    writer.string(Self.fingerprint(profile))
    writer.byte(state.rawValue)
    writer.boolean(day != nil)
    day?.encode(into: &writer)
    writer.boolean(isDayOver)
    writer.timestamp(lastDay ?? .distantPast)
    writer.timestamp(trendStart ?? .distantPast)
    writer.varint(trend.count)
    for value in trend { writer.float(value) }
    run.encode(into: &writer)
    runHours.encode(into: &writer)
    limits.encode(into: &writer)
    gatherer.encode(into: &writer)
    told.encode(into: &writer)
    for count in failing { writer.varint(count) }
    writer.boolean(outlook != nil)
    outlook?.encode(into: &writer)
    writer.timestamp(outlookTime ?? .distantPast)
    writer.boolean(last != nil)
    last?.encode(into: &writer)
    writer.fixed64(figuresHash)
    writer.timestamp(figuresDay ?? .distantPast)
    assessor.model.encode(into: &writer)
    // A fault model that is changed does not cost what was learnt.
    writer.string(Self.fingerprint(faults))
    var rest = ByteWriter()
    assessor.encode(into: &rest)
    writer.blob(rest.bytes)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.string() == Self.fingerprint(profile) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of a machine with these signals")
    }
    var writer = ByteWriter()
    writer.string(Self.fingerprint(profile))
    while !reader.isAtEnd { writer.byte(try reader.byte()) }
    unread = writer.bytes
    // What people see until the next minute, and when it must be called.
    var head = ByteReader(writer.bytes)
    try readHead(&head)
    report.run = state.word
  }

  private mutating func readHead(_ reader: inout ByteReader) throws {
    _ = try reader.string()
    state = MachineState(rawValue: try reader.byte()) ?? .unknown
    day = try reader.boolean() ? try DayHealth(from: &reader) : nil
    isDayOver = try reader.boolean()
    lastDay = try Self.time(&reader)
  }

  private static func time(_ reader: inout ByteReader) throws -> Timestamp? {
    let time = try reader.timestamp()
    return time == .distantPast ? nil : time
  }

  /// Signals with their units and what they measure, and the frames: other ones make another model.
  private static func fingerprint(_ profile: MachineProfile) -> String {
    "1 " + profile.signals.map { "\($0.name):\($0.unit):\($0.role.word)" }.joined(separator: " ")
  }

  /// What is followed to a failure.
  private static func fingerprint(_ faults: FaultModel) -> String {
    faults.faults.map { fault in
      guard let criterion = fault.criterion else { return fault.id }
      return "\(fault.id):\(criterion.role):\(criterion.named ?? ""):\(criterion.change):\(criterion.isRelative)"
        + ":\(criterion.spread)"
    }.joined(separator: " ")
  }

  mutating func read(_ context: RuleContext) throws {
    guard let bytes = unread else { return }
    var reader = ByteReader(bytes)
    try readHead(&reader)
    trendStart = try Self.time(&reader)
    trend = []
    for _ in 0..<(try reader.count()) { trend.append(try reader.float()) }
    try run.restore(from: &reader)
    runHours = try RunHours(from: &reader)
    try limits.restore(from: &reader)
    try gatherer.restore(from: &reader)
    told = try ToldFindings(from: &reader)
    for place in failing.indices { failing[place] = try reader.integer() }
    outlook = try reader.boolean() ? try Outlook(from: &reader) : nil
    outlookTime = try Self.time(&reader)
    last = try reader.boolean() ? try Judged(from: &reader) : nil
    figuresHash = try reader.fixed64()
    figuresDay = try Self.time(&reader)
    try assessor.model.restore(from: &reader, rows: try context.load(Self.rowsKey))
    let isSameFaults = try reader.string() == Self.fingerprint(faults)
    var rest = ByteReader(Array(try reader.blob()))
    if isSameFaults {
      try assessor.restore(from: &rest)
    } else {
      outlook = nil
      outlookTime = nil
    }
    unread = nil
  }
}
