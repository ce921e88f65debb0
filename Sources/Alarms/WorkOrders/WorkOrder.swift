import Telemetry
import Templates

/// Work that one cause makes necessary: what is to be done where, by whom, with what, and when.
public struct WorkOrder: Hashable, Sendable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case open
    /// Somebody has taken it.
    case accepted
    case started
    /// The maintenance system says that it is done; a maintenance record closes it.
    case done
    case closed
    case cancelled

    public var isOver: Bool { self == .closed || self == .cancelled }
  }

  /// What calls for it.
  public enum Reason: Hashable, Sendable {
    /// A failure that is predicted; with 10 % before this time.
    case predicted(before: Timestamp)
    case incident(Int)
  }

  public var number: Int
  /// The same for all that calls for the same work: `press-1/bearing-outer`.
  public var cause: String
  /// Asset id, segment or destination.
  public var asset: String
  public var place: String
  /// Id in the fault model; nil = not known.
  public var fault: String?
  public var category: AlarmSettings.Category
  public var title: FaultModel.Words
  public var reason: Reason
  public var priority: AlarmSettings.Priority
  public var skill: FaultModel.Words?
  public var steps: [FaultModel.Words]
  public var parts: [FaultModel.Words]
  public var leadTime: String?
  /// When the work is proposed, and in which stop of the plant; without a stop an extra one is needed.
  public var proposed: Timestamp
  public var stop: String?
  public var opened: Timestamp
  public var state = State.open
  /// When it came to this state, and who said so; empty = the gateway.
  public var changed: Timestamp
  public var person = ""
  public var note = ""
  /// Its number in the maintenance system.
  public var reference: String?
  /// The maintenance record that closed it.
  public var record: String?
  public var findings: [String] = []
  public var incidents: [Int] = []
  /// For its record.
  public var revision = 0
}

extension WorkOrder {
  func encode(into writer: inout ByteWriter) {
    writer.varint(number)
    for text in [cause, asset, place, category.rawValue, state.rawValue, person, note] { writer.string(text) }
    for text in [fault, leadTime, stop, reference, record] { writer.optional(text) }
    writer.byte(priority.rawValue)
    switch reason {
    case .predicted(let time):
      writer.boolean(true)
      writer.timestamp(time)
    case .incident(let number):
      writer.boolean(false)
      writer.varint(number)
    }
    for list in [[title], [skill].compactMap(\.self), steps, parts] {
      writer.varint(list.count)
      for words in list {
        writer.string(words.english)
        writer.string(words.chinese)
      }
    }
    for time in [proposed, opened, changed] { writer.timestamp(time) }
    writer.varint(findings.count)
    for finding in findings { writer.string(finding) }
    writer.varint(incidents.count)
    for incident in incidents { writer.varint(incident) }
    writer.varint(revision)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    let number = try reader.integer()
    var texts: [String] = []
    for _ in 0..<7 { texts.append(try reader.string()) }
    var options: [String?] = []
    for _ in 0..<5 { options.append(try reader.optionalString()) }
    guard let category = AlarmSettings.Category(rawValue: texts[3]), let state = State(rawValue: texts[4]),
      let priority = AlarmSettings.Priority(rawValue: try reader.byte())
    else { throw ByteReaderError(offset: reader.offset, expected: "a work order") }
    let reason: Reason =
      try reader.boolean() ? .predicted(before: try reader.timestamp()) : .incident(try reader.integer())
    var lists: [[FaultModel.Words]] = []
    for _ in 0..<4 {
      var list: [FaultModel.Words] = []
      for _ in 0..<(try reader.count()) {
        let english = try reader.string()
        list.append(FaultModel.Words(english, try reader.string()))
      }
      lists.append(list)
    }
    let proposed = try reader.timestamp()
    let opened = try reader.timestamp()
    self.init(
      number: number, cause: texts[0], asset: texts[1], place: texts[2], fault: options[0], category: category,
      title: lists[0].first ?? FaultModel.Words("", ""), reason: reason, priority: priority, skill: lists[1].first,
      steps: lists[2], parts: lists[3], leadTime: options[1], proposed: proposed, stop: options[2], opened: opened,
      state: state, changed: try reader.timestamp(), person: texts[5], note: texts[6], reference: options[3],
      record: options[4])
    for _ in 0..<(try reader.count()) { findings.append(try reader.string()) }
    for _ in 0..<(try reader.count()) { incidents.append(try reader.integer()) }
    revision = try reader.integer()
  }
}
