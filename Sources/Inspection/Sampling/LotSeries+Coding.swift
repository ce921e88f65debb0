import Telemetry
import Templates

extension LotSeries {
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    for (state, since) in [(now, since), (base, baseSince)] {
      state.encode(into: &writer)
      writer.optional(since)
    }
    writer.varint(steps.count)
    for step in steps {
      writer.timestamp(step.time)
      writer.string(step.lot)
      writer.boolean(step.result != nil)
      guard let result = step.result else { continue }
      writer.boolean(result.accepted)
      writer.zigzag(Int64(result.accept ?? -1))
      writer.boolean(result.tighterAccepts)
    }
    writer.varint(lots.count)
    for lot in lots { lot.encode(into: &writer) }
    writer.varint(older.count)
    for lot in older { lot.encode(into: &writer) }
    writer.varint(past.count)
    for lot in past {
      writer.fixed64(lot.name)
      writer.varint(lot.revision)
    }
    return writer.bytes
  }

  public init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    now = try SamplingSwitch(from: &reader)
    since = try reader.optionalTimestamp()
    base = try SamplingSwitch(from: &reader)
    baseSince = try reader.optionalTimestamp()
    for _ in 0..<(try reader.count()) {
      var step = Step(time: try reader.timestamp(), lot: try reader.string(), result: nil)
      if try reader.boolean() {
        var result = SamplingSwitch.Result(accepted: try reader.boolean())
        let accept = Int(try reader.zigzag())
        result.accept = accept < 0 ? nil : accept
        result.tighterAccepts = try reader.boolean()
        step.result = result
      }
      steps.append(step)
    }
    for _ in 0..<(try reader.count()) { lots.append(try Lot(from: &reader)) }
    // Rows of before end here.
    guard !reader.isAtEnd else { return }
    for _ in 0..<(try reader.count()) { older.append(try Lot(from: &reader)) }
    for _ in 0..<(try reader.count()) { past.append(Past(name: try reader.fixed64(), revision: try reader.integer())) }
  }
}

extension LotSeries.Word {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(kind.rawValue)
    writer.timestamp(time)
    writer.string(person)
    writer.string(reason)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let kind = Kind(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "what a person said of a lot")
    }
    self.init(
      kind: kind, time: try reader.timestamp(), person: try reader.string(), reason: try reader.string())
  }
}

extension LotSeries.Lot {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(name)
    writer.timestamp(start)
    writer.varint(size ?? 0)
    writer.string(station)
    writer.string(limit)
    writer.string(level.rawValue)
    for word in [word, settled] {
      writer.boolean(word != nil)
      word?.encode(into: &writer)
    }
    writer.zigzag(Int64(revision ?? -1))
    writer.fixed64(body)
    outcome.encode(into: &writer)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    name = try reader.string()
    start = try reader.timestamp()
    let size = try reader.integer()
    self.size = size > 0 ? size : nil
    station = try reader.string()
    limit = try reader.string()
    guard let level = SamplingTable.Level(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "an inspection level")
    }
    self.level = level
    if try reader.boolean() { word = try LotSeries.Word(from: &reader) }
    if try reader.boolean() { settled = try LotSeries.Word(from: &reader) }
    let revision = Int(try reader.zigzag())
    self.revision = revision < 0 ? nil : revision
    body = try reader.fixed64()
    outcome = try LotOutcome(from: &reader)
  }
}

extension LotOutcome {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(severity.rawValue)
    writer.boolean(plan != nil)
    if let plan {
      writer.string(plan.codeLetter)
      writer.string(plan.planLetter)
      for number in [plan.size, plan.accept, plan.reject] { writer.varint(number) }
      writer.boolean(plan.isWhole)
    }
    writer.optional(obstacle)
    writer.varint(inspected)
    writer.varint(nonconforming)
    writer.varint(units.count)
    for unit in units { writer.string(unit) }
    switch disposition {
    case .accepted: writer.byte(0)
    case .refused: writer.byte(1)
    case .undecided: writer.byte(2)
    case .inspect(let more):
      writer.byte(3)
      writer.varint(more)
    }
    writer.optional(decided)
    writer.boolean(tighterAccepts)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let severity = SamplingSwitch.State(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a state of inspection")
    }
    self.severity = severity
    if try reader.boolean() {
      plan = SamplingPlan(
        codeLetter: try reader.string(), planLetter: try reader.string(), size: try reader.integer(),
        accept: try reader.integer(), reject: try reader.integer(), isWhole: try reader.boolean())
    }
    obstacle = try reader.optionalString()
    inspected = try reader.integer()
    nonconforming = try reader.integer()
    for _ in 0..<(try reader.count()) { units.append(try reader.string()) }
    switch try reader.byte() {
    case 0: disposition = .accepted
    case 1: disposition = .refused
    case 2: disposition = .undecided
    case 3: disposition = .inspect(try reader.integer())
    default: throw ByteReaderError(offset: reader.offset, expected: "what becomes of a lot")
    }
    decided = try reader.optionalTimestamp()
    tighterAccepts = try reader.boolean()
  }
}
