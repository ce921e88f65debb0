import Telemetry
import Templates

extension Correlator {
  public func encode(into writer: inout ByteWriter) {
    writer.varint(sequence)
    writer.timestamp(interval)
    writer.varint(announcements)
    writer.boolean(isFlood)
    writer.varint(incidents.count)
    for (_, incident) in incidents.sorted(by: { $0.key < $1.key }) { incident.encode(into: &writer) }
    writer.varint(touched.count)
    for number in touched.sorted() { writer.varint(number) }
    writer.varint(done.count)
    for (_, incident) in done.sorted(by: { $0.key < $1.key }) { incident.encode(into: &writer) }
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    self = Correlator(settings: settings, topology: topology)
    sequence = try reader.integer()
    interval = try reader.timestamp()
    announcements = try reader.integer()
    isFlood = try reader.boolean()
    for _ in 0..<(try reader.count()) {
      let incident = try Incident(from: &reader)
      incidents[incident.number] = incident
      for member in incident.members { memberships[member.key] = incident.number }
    }
    for _ in 0..<(try reader.count()) { touched.insert(try reader.integer()) }
    for _ in 0..<(try reader.count()) {
      let incident = try Incident(from: &reader)
      done[incident.number] = incident
    }
  }
}

extension Incident {
  func encode(into writer: inout ByteWriter) {
    writer.varint(number)
    writer.string(kind.rawValue)
    writer.string(state.rawValue)
    writer.string(cause)
    writer.timestamp(onset)
    writer.timestamp(detected)
    writer.timestamp(opened)
    for time in [diagnosed, announced, acknowledged, recovered, closed, announceAt] { writer.optional(time) }
    writer.varint(mergedInto ?? 0)
    writer.varint(recurrences)
    writer.varint(revision)
    writer.varint(stepsLeftOut)
    writer.varint(steps.count)
    for step in steps {
      writer.timestamp(step.time)
      writer.string(step.text)
    }
    writer.varint(members.count)
    for member in members { member.encode(into: &writer) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    let number = try reader.integer()
    guard let kind = Kind(rawValue: try reader.string()), let state = State(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "an incident")
    }
    let cause = try reader.string()
    let onset = try reader.timestamp()
    self.init(number: number, kind: kind, cause: cause, onset: onset, detected: try reader.timestamp())
    self.state = state
    opened = try reader.timestamp()
    diagnosed = try reader.optionalTimestamp()
    announced = try reader.optionalTimestamp()
    acknowledged = try reader.optionalTimestamp()
    recovered = try reader.optionalTimestamp()
    closed = try reader.optionalTimestamp()
    announceAt = try reader.optionalTimestamp()
    let target = try reader.integer()
    mergedInto = target == 0 ? nil : target
    recurrences = try reader.integer()
    revision = try reader.integer()
    stepsLeftOut = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let time = try reader.timestamp()
      steps.append(Step(time: time, text: try reader.string()))
    }
    for _ in 0..<(try reader.count()) { members.append(try Member(from: &reader)) }
  }
}

extension Incident.Member {
  func encode(into writer: inout ByteWriter) {
    for text in [key, rule, subject, category.rawValue, role.rawValue, summary, advice] { writer.string(text) }
    writer.varint(occurrence)
    writer.byte(priority.rawValue)
    writer.timestamp(onset)
    writer.timestamp(raised)
    writer.optional(acknowledged)
    writer.optional(returned)
    writer.boolean(isMuted)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    var texts: [String] = []
    for _ in 0..<7 { texts.append(try reader.string()) }
    let occurrence = try reader.integer()
    guard let category = AlarmSettings.Category(rawValue: texts[3]), let role = Incident.Role(rawValue: texts[4]),
      let priority = AlarmSettings.Priority(rawValue: try reader.byte())
    else { throw ByteReaderError(offset: reader.offset, expected: "a member of an incident") }
    let onset = try reader.timestamp()
    self.init(
      key: texts[0], occurrence: occurrence, rule: texts[1], subject: texts[2], category: category, priority: priority,
      role: role, summary: texts[5], advice: texts[6], onset: onset, raised: try reader.timestamp())
    acknowledged = try reader.optionalTimestamp()
    returned = try reader.optionalTimestamp()
    isMuted = try reader.boolean()
  }
}
