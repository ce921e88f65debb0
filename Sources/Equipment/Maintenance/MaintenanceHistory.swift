import Rules
import Telemetry

/// What is remembered of maintenance: how long machines ran, what was predicted for them, and what people recorded.
///
/// A function of what was heard, in its order. Machines stand under names that a new configuration does not change.
public struct MaintenanceHistory: Hashable, Sendable {
  public struct Machine: Hashable, Sendable {
    /// The same in every configuration of the site.
    public var name: String
    /// What was told last; its prognoses are those that are told now.
    public var run = ""
    public var learning = ""
    public var health: ScaledInteger?
    public var starts = 0
    public var usage = UsageCurve()
    /// By `opened`.
    public var predictions: [Prediction] = []

    public init(name: String) { self.name = name }

    /// Those that are told now, the likeliest first.
    public var current: [Prediction] {
      predictions.filter { $0.ended == nil }.sorted {
        ($1.last.score, $0.opened, $0.fault) < ($0.last.score, $1.opened, $1.fault)
      }
    }

    /// The one that stood first among those that were told at a time: what work that names no fault is about.
    public func foremost(at time: Timestamp) -> Prediction? {
      predictions.filter { $0.isTold(at: time) }
        .min { PredictionJudge.rank($0, time) < PredictionJudge.rank($1, time) }
    }
  }

  /// What is told again within this time goes on: scores near a threshold flicker.
  private static let flicker = Span64.days(1)
  /// Predictions that no record speaks of are kept of a machine up to this many.
  private static let kept = 40

  /// By name.
  public private(set) var machines: [Machine] = []
  /// In the order in which they were entered, with those that are superseded.
  public private(set) var records: [MaintenanceRecord] = []

  public init() {}

  private func place(_ name: String) -> Int { machines.firstIndex { name <= $0.name } ?? machines.endIndex }

  public func machine(_ name: String) -> Machine? {
    let place = place(name)
    return place < machines.endIndex && machines[place].name == name ? machines[place] : nil
  }

  /// Records that no other one supersedes, by the time of the work.
  public var inForce: [MaintenanceRecord] {
    let gone = Set(records.compactMap(\.supersedes))
    return records.filter { !gone.contains($0.id) }.sorted {
      ($0.time, $0.entered, $0.id) < ($1.time, $1.entered, $1.id)
    }
  }

  // MARK: What is heard

  public mutating func hear(_ figures: ConditionFigures, of name: String) {
    let place = place(name)
    if place == machines.endIndex || machines[place].name != name { machines.insert(Machine(name: name), at: place) }
    var machine = machines[place]
    machine.run = figures.run
    machine.learning = figures.learning
    machine.health = figures.health
    machine.starts = figures.starts
    machine.usage.add(figures.runHours, at: figures.time)
    let ground = lastRenewal(name) ?? .distantPast
    var told: Set<Int> = []
    for (rank, prognosis) in figures.prognoses.enumerated() {
      let index = machine.predictions.lastIndex {
        $0.fault == prognosis.fault && $0.model == prognosis.model
          && ($0.ended == nil || figures.time - ($0.ended ?? figures.time) <= Self.flicker)
          && $0.opened > ground
      }
      if let index {
        machine.predictions[index].follow(prognosis, rank: rank, time: figures.time)
        told.insert(index)
      } else {
        machine.predictions.append(Prediction(prognosis, rank: rank, time: figures.time))
        told.insert(machine.predictions.count - 1)
      }
    }
    for index in machine.predictions.indices
    where machine.predictions[index].ended == nil && !told.contains(index) {
      machine.predictions[index].ended = figures.time
    }
    machines[place] = machine
    forget(place)
  }

  /// - Returns: false if a record of this id is there, or the one that it supersedes is not, or is superseded already.
  @discardableResult
  public mutating func enter(_ record: MaintenanceRecord, of name: String) -> Bool {
    guard mistake(in: record) == nil else { return false }
    records.append(record)
    guard record.renews else { return true }
    let place = place(name)
    guard place < machines.endIndex, machines[place].name == name else { return true }
    // What follows is another machine: what is told of it again is a new prediction.
    // What was told first behind the work is told of that one, also if a correction dates the work later.
    let renewal = renewal(record)
    let corrected = records.first { $0.id == record.supersedes && $0.renews && $0.asset == name }?.time
    for index in machines[place].predictions.indices {
      let prediction = machines[place].predictions[index]
      guard prediction.opened <= renewal, prediction.ended == nil || prediction.ended == corrected else { continue }
      machines[place].predictions[index].ended = record.time
    }
    return true
  }

  /// Why a record cannot be taken; nil if it can.
  public func mistake(in record: MaintenanceRecord) -> String? {
    if records.contains(where: { $0.id == record.id }) { return "there is a record \(record.id) already" }
    guard let old = record.supersedes else { return nil }
    guard records.contains(where: { $0.id == old }) else { return "there is no record \(old) that it could supersede" }
    guard let successor = records.first(where: { $0.supersedes == old }) else { return nil }
    return "\(old) is superseded by \(successor.id) already"
  }

  private func lastRenewal(_ name: String) -> Timestamp? {
    let gone = Set(records.compactMap(\.supersedes))
    return records.filter { $0.renews && $0.asset == name && !gone.contains($0.id) }.map(renewal).max()
  }

  /// From when on what is told is told of the renewed machine: the earliest time that a record and those that it corrects
  /// give for the work.
  private func renewal(_ record: MaintenanceRecord) -> Timestamp {
    var time = record.time
    var next = record.supersedes
    while let old = records.first(where: { $0.id == next }) {
      if old.renews, old.asset == record.asset { time = min(time, old.time) }
      next = old.supersedes
    }
    return time
  }

  private mutating func forget(_ place: Int) {
    guard machines[place].predictions.count > Self.kept else { return }
    let machine = machines[place]
    let judged = PredictionJudge.judge(machine, inForce.filter { $0.asset == machine.name }, notice: .zero)
      .compactMap(\.prediction)
    // What a record spoke of stays; the oldest of the others goes.
    if let index = machine.predictions.indices.first(where: {
      machine.predictions[$0].ended != nil && !judged.contains($0)
    }) {
      machines[place].predictions.remove(at: index)
    }
  }

  // MARK: State

  private static let version: UInt8 = 1

  /// Everything, in one piece.
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.version)
    writer.varint(machines.count)
    for machine in machines { machine.encode(into: &writer) }
    encodeRecords(into: &writer)
    return writer.bytes
  }

  public init(bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "version 1") }
    for _ in 0..<(try reader.count()) { machines.append(try Machine(from: &reader)) }
    try readRecords(from: &reader)
  }

  /// In the pieces in which it is saved: the records of people with the names of the machines, and each machine.
  ///
  /// - Parameters:
  ///   - records: as `recordBytes` gave them.
  ///   - machine: by name, as `Machine.bytes` gave it; nil for one that is lost.
  init(records bytes: [UInt8], machine: (String) throws -> [UInt8]?) throws {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "version 1") }
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      guard let bytes = try machine(name) else { continue }
      var part = ByteReader(bytes)
      machines.append(try Machine(from: &part))
    }
    try readRecords(from: &reader)
  }

  var recordBytes: [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.version)
    writer.varint(machines.count)
    for machine in machines { writer.string(machine.name) }
    encodeRecords(into: &writer)
    return writer.bytes
  }

  private func encodeRecords(into writer: inout ByteWriter) {
    writer.varint(records.count)
    for record in records { writer.string(record.journaled.text) }
  }

  private mutating func readRecords(from reader: inout ByteReader) throws {
    for _ in 0..<(try reader.count()) {
      guard let command = SiteCommand(text: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a record of maintenance")
      }
      records.append(try MaintenanceRecord(command))
    }
  }
}

extension MaintenanceHistory.Machine {
  var bytes: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  func encode(into writer: inout ByteWriter) {
    for text in [name, run, learning] { writer.string(text) }
    writer.boolean(health != nil)
    if let health { writer.scaled(health) }
    writer.varint(starts)
    usage.encode(into: &writer)
    writer.varint(predictions.count)
    for prediction in predictions { prediction.encode(into: &writer) }
  }

  init(from reader: inout ByteReader) throws {
    self.init(name: try reader.string())
    run = try reader.string()
    learning = try reader.string()
    health = try reader.boolean() ? try reader.scaled() : nil
    starts = try reader.integer()
    usage = try UsageCurve(from: &reader)
    for _ in 0..<(try reader.count()) { predictions.append(try Prediction(from: &reader)) }
  }
}
