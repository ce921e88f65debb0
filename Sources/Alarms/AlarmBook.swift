import Telemetry
import Templates

/// All alarms of a site: findings in, changes in the life of alarms out. Pure; whoever owns it says what time it is.
///
/// An alarm that is normal, and of which nothing is open or set, is forgotten; numbers of occurrences are never given
/// twice, so an acknowledgement can only mean the occurrence that the person saw.
public struct AlarmBook: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public var subject: AlarmSubject
    public var machine: AlarmMachine
    /// How often the present occurrence was told; the number of its record's next revision.
    public var told = 0
    /// People were called for the present occurrence, whatever was silenced since.
    public var wasAnnounced = false
  }

  /// What happened to one alarm, with what it was then.
  public struct Change: Hashable, Sendable {
    public var subject: AlarmSubject
    public var machine: AlarmMachine
    public var transition: AlarmTransition
    /// Of the record of the occurrence.
    public var revision: Int
    /// People were called for it, then or before.
    public var wasAnnounced = false
  }

  public let settings: AlarmSettings
  public let topology: AlarmTopology
  public private(set) var entries: [String: Entry] = [:]
  /// The last number that was given to an occurrence.
  public private(set) var sequence = 0
  /// No delay or shelving ends before; `distantFuture` for none.
  private var earliest = Timestamp.distantFuture
  /// Assets of which nothing is known, with the findings that say so.
  private var blind: [String: Set<String>] = [:]
  /// Open findings that suppress alarms by design, by key.
  var causes: [String: Cause] = [:]
  /// Keys of the alarms of a subject.
  private var keys: [String: Set<String>] = [:]

  public init(settings: AlarmSettings, topology: AlarmTopology) {
    self.settings = settings
    self.topology = topology
  }

  public var deadline: Timestamp? { earliest == .distantFuture ? nil : earliest }

  /// Those that people should see: active, not acknowledged, or muted. Most urgent first, then the oldest.
  public var list: [Entry] {
    entries.values.filter { $0.machine.state != .normal || $0.machine.isMuted }.sorted(by: Self.isBefore)
  }

  static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
    if a.subject.priority != b.subject.priority { return a.subject.priority > b.subject.priority }
    let (x, y) = (a.machine.raised ?? .distantFuture, b.machine.raised ?? .distantFuture)
    return (x, a.subject.key) < (y, b.subject.key)
  }

  /// The alarm whose present occurrence has a number.
  public func entry(occurrence: Int) -> Entry? {
    entries.values.first { $0.machine.occurrence == occurrence && occurrence > 0 }
  }

  // MARK: Findings

  /// - Parameter now: the plant clock; findings that claim to be from the future are from now.
  public mutating func hear(_ finding: Finding, now: Timestamp) -> [Change] {
    let isOpen = finding.closed == nil
    // Before the first time mark there is no time but the finding's own.
    let told = finding.closed ?? finding.opened
    let time = now == .distantPast ? told : min(told, now)
    var changes = note(finding, isOpen, at: time)
    guard let kind = settings.class(of: finding.rule), !kind.isIgnored else { return changes }
    if entries[finding.key] == nil {
      // Closing what was never an alarm changes nothing.
      guard isOpen, let subject = subject(of: finding, kind) else { return changes }
      let timing = AlarmMachine.Timing(
        onDelay: kind.onDelay, offDelay: kind.offDelay, isLatching: kind.isLatching)
      add(Entry(subject: subject, machine: AlarmMachine(timing: timing)))
      changes += suppress([finding.key], at: time)
    } else {
      changes += update(finding, kind, now: now)
    }
    changes += apply(.level(isOpen ? .violated : .clear), to: finding.key, at: time)
    if kind.isBlinding { changes += setBlind(finding, isOpen, at: time) }
    forget(finding.key)
    return changes
  }

  /// Of all others the findings are closed.
  public mutating func keep(_ keys: Set<String>, now: Timestamp) -> [Change] {
    let gone = entries.filter { $0.value.machine.level != .clear && !keys.contains($0.key) }.keys.sorted()
    let lifted = keepCauses(keys, at: now)
    return lifted
      + gone.flatMap { key -> [Change] in
        guard let subject = entries[key]?.subject else { return [] }
        return hear(
          Finding(
            key: key, rule: subject.rule, subject: subject.subject, severity: subject.severity, opened: now,
            closed: now,
            summary: subject.summary, advice: subject.advice, evidence: subject.evidence), now: now)
      }
  }

  private func subject(of finding: Finding, _ kind: AlarmSettings.Class) -> AlarmSubject? {
    let node = topology.nodes[finding.subject]
    let criticality = node?.criticality ?? .normal
    guard kind.category == .safety || settings.priority(finding.severity, criticality) != nil else { return nil }
    return AlarmSubject(finding, place: node?.place ?? "", criticality: criticality, settings: settings)
  }

  /// New words of an alarm that is there. If it has become more urgent it is another occurrence.
  private mutating func update(_ finding: Finding, _ kind: AlarmSettings.Class, now: Timestamp) -> [Change] {
    guard var entry = entries[finding.key] else { return [] }
    guard let subject = subject(of: finding, kind) else { return [] }
    let isWorse = subject.priority > entry.subject.priority
    // What it was when it was raised stays its priority, unless it got worse.
    let priority = finding.closed == nil ? subject.priority : entry.subject.priority
    let reason = finding.closed == nil ? subject.priorityReason : entry.subject.priorityReason
    entry.subject = subject
    entry.subject.priority = priority
    entry.subject.priorityReason = reason
    entries[finding.key] = entry
    guard isWorse, finding.closed == nil else { return [] }
    return apply(.escalate, to: finding.key, at: now)
  }

  private mutating func setBlind(_ finding: Finding, _ isBlind: Bool, at time: Timestamp) -> [Change] {
    let wasBlind = blind[finding.subject] != nil
    if isBlind {
      blind[finding.subject, default: []].insert(finding.key)
    } else {
      blind[finding.subject]?.remove(finding.key)
      if blind[finding.subject]?.isEmpty ?? false { blind[finding.subject] = nil }
    }
    guard wasBlind != (blind[finding.subject] != nil) else { return [] }
    let others = (keys[finding.subject] ?? []).filter { key in
      entries[key].map { !(settings.class(of: $0.subject.rule)?.isBlinding ?? false) } ?? false
    }
    var changes: [Change] = []
    for key in others.sorted() {
      changes += apply(.blind(isBlind), to: key, at: time)
      forget(key)
    }
    return changes
  }

  // MARK: Time and people

  public mutating func advance(to now: Timestamp) -> [Change] {
    guard earliest <= now else { return [] }
    var changes: [Change] = []
    let due = entries.filter { ($0.value.machine.deadline ?? .distantFuture) <= now }.keys.sorted()
    for key in due {
      changes += apply(.tick, to: key, at: now)
      forget(key)
    }
    earliest = entries.values.lazy.compactMap(\.machine.deadline).min() ?? .distantFuture
    // In the order in which it happened.
    return changes.enumerated().sorted {
      ($0.element.transition.time, $0.offset) < ($1.element.transition.time, $1.offset)
    }.map(\.element)
  }

  /// What a person does to an alarm. One that is not there can be shelved or taken out of service in advance; nothing
  /// else happens to it.
  public mutating func handle(_ input: AlarmMachine.Input, key: String, now: Timestamp) -> [Change] {
    switch input {
    case .shelve, .takeOut: if entries[key] == nil, let entry = unheard(key) { add(entry) }
    default: break
    }
    guard entries[key] != nil else { return [] }
    let changes = apply(input, to: key, at: now)
    forget(key)
    return changes
  }

  mutating func apply(_ input: AlarmMachine.Input, to key: String, at time: Timestamp) -> [Change] {
    guard var entry = entries[key] else { return [] }
    var changes: [Change] = []
    for transition in entry.machine.handle(input, at: time, sequence: &sequence) {
      if transition.what == .raised { (entry.told, entry.wasAnnounced) = (0, false) }
      if transition.isAnnounced { entry.wasAnnounced = true }
      changes.append(
        Change(
          subject: entry.subject, machine: entry.machine, transition: transition, revision: entry.told,
          wasAnnounced: entry.wasAnnounced))
      if transition.what != .acknowledgeRejected { entry.told += 1 }
    }
    entries[key] = entry
    earliest = min(earliest, entry.machine.deadline ?? .distantFuture)
    return changes
  }

  mutating func forget(_ key: String) {
    guard let entry = entries[key], entry.machine.isIdle else { return }
    entries[key] = nil
    keys[entry.subject.subject]?.remove(key)
    if keys[entry.subject.subject]?.isEmpty ?? false { keys[entry.subject.subject] = nil }
  }

  private mutating func add(_ entry: Entry) {
    entries[entry.subject.key] = entry
    keys[entry.subject.subject, default: []].insert(entry.subject.key)
  }

  /// An alarm that has no finding yet: of its key only rule and subject are known.
  private func unheard(_ key: String) -> Entry? {
    let parts = key.split(separator: "/", maxSplits: 2).map(String.init)
    guard parts.count >= 2, let kind = settings.class(of: parts[0]), !kind.isIgnored else { return nil }
    let finding = Finding(
      key: key, rule: parts[0], subject: parts[1], severity: .warning, opened: .distantPast,
      summary: "\(parts[0]) of \(parts[1]) is not active.", advice: "")
    guard let subject = subject(of: finding, kind) else { return nil }
    return Entry(
      subject: subject,
      machine: AlarmMachine(
        timing: .init(onDelay: kind.onDelay, offDelay: kind.offDelay, isLatching: kind.isLatching)))
  }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.varint(sequence)
    writer.varint(entries.count)
    for (_, entry) in entries.sorted(by: { $0.key < $1.key }) {
      entry.subject.encode(into: &writer)
      entry.machine.encode(into: &writer)
      writer.varint(entry.told)
      writer.boolean(entry.wasAnnounced)
    }
    writer.varint(blind.count)
    for (asset, keys) in blind.sorted(by: { $0.key < $1.key }) {
      writer.string(asset)
      writer.varint(keys.count)
      for key in keys.sorted() { writer.string(key) }
    }
    encodeCauses(into: &writer)
  }

  /// Delays are those of the configuration now.
  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    sequence = try reader.integer()
    entries = [:]
    keys = [:]
    blind = [:]
    earliest = .distantFuture
    for _ in 0..<(try reader.count()) {
      let subject = try AlarmSubject(from: &reader)
      let kind = settings.class(of: subject.rule)
      let timing = AlarmMachine.Timing(
        onDelay: kind?.onDelay ?? .zero, offDelay: kind?.offDelay ?? .zero, isLatching: kind?.isLatching ?? false)
      let machine = try AlarmMachine(from: &reader, timing: timing)
      add(
        Entry(subject: subject, machine: machine, told: try reader.integer(), wasAnnounced: try reader.boolean()))
      earliest = min(earliest, machine.deadline ?? .distantFuture)
    }
    for _ in 0..<(try reader.count()) {
      let asset = try reader.string()
      for _ in 0..<(try reader.count()) { blind[asset, default: []].insert(try reader.string()) }
    }
    try restoreCauses(from: &reader)
  }
}
