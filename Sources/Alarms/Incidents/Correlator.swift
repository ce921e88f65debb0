import Telemetry
import Templates

/// Joins alarms into incidents. Pure: changes of alarms and the time in, changed incidents out.
///
/// * Safety alarms are incidents of their own, announced at once.
/// * What a failed supply explains joins the supply's incident, whichever is told first.
/// * Many silent devices of one segment are one incident.
/// * Alarms of one machine are one incident; that it is silent is another matter than that it fails.
/// * Everything else waits `settle` for something wider that explains it before it is announced. In a flood the
///   less urgent rest is collapsed.
public struct Correlator: Hashable, Sendable {
  let settings: AlarmSettings
  let topology: AlarmTopology
  /// Open ones.
  public internal(set) var incidents: [Int: Incident] = [:]
  public internal(set) var sequence = 0
  /// The incident of an alarm, by the alarm's key.
  var memberships: [String: Int] = [:]
  /// Start of the interval in which announcements are counted, and how many there were.
  var interval = Timestamp.distantPast
  var announcements = 0
  public internal(set) var isFlood = false
  /// Numbers of incidents that changed since the last `flush`.
  var touched: Set<Int> = []
  /// Those that are open no more, until they are handed out.
  var done: [Int: Incident] = [:]

  public init(settings: AlarmSettings, topology: AlarmTopology) {
    self.settings = settings
    self.topology = topology
  }

  /// Safety first, then by priority, the oldest first.
  public var list: [Incident] {
    incidents.values.sorted { a, b in
      if a.priority != b.priority { return a.priority > b.priority }
      if a.isActive != b.isActive { return a.isActive }
      return (a.detected, a.number) < (b.detected, b.number)
    }
  }

  /// The open incident of an alarm.
  public func incident(of alarm: String) -> Int? { memberships[alarm] }

  public mutating func take(_ changes: [AlarmBook.Change], now: Timestamp) {
    for change in changes { take(change, now: now) }
    settle(now)
  }

  public mutating func advance(to now: Timestamp) { settle(now) }

  /// Something has changed since the last `flush`.
  public var hasNews: Bool { !touched.isEmpty }

  /// A safety alarm is among it.
  public var isUrgent: Bool { touched.contains { incidents[$0]?.kind == .safety } }

  /// Incidents that are new or changed since the last time, by number, each with its next revision.
  public mutating func flush() -> [Incident] {
    defer {
      touched = []
      done = [:]
    }
    return touched.sorted().compactMap { number in
      incidents[number]?.revision += 1
      var over = done[number]
      over?.revision += 1
      return incidents[number] ?? over
    }
  }

  // MARK: Changes of alarms

  private mutating func take(_ change: AlarmBook.Change, now: Timestamp) {
    let key = change.subject.key
    let transition = change.transition
    switch transition.what {
    case .raised, .announcedAgain:
      if let number = memberships[key] {
        comeBack(change, in: number)
      } else if transition.isAnnounced {
        join(change, now: now)
      }
    case .acknowledged:
      edit(key) { incident, place in
        guard incident.members[place].occurrence == transition.occurrence else { return }
        incident.members[place].acknowledged = transition.time
        let who = transition.signature.map { " by \($0.person)" } ?? ""
        incident.note(transition.time, "\(key) acknowledged\(who)")
        if incident.waiting.isEmpty, incident.acknowledged == nil { incident.acknowledged = transition.time }
      }
    case .returned:
      edit(key) { incident, place in
        incident.members[place].returned = transition.time
        incident.note(transition.time, "\(key) returned")
        if incident.isActive {
          incident.state = .recovering
        } else {
          incident.state = .recovered
          incident.recovered = transition.time
          incident.note(transition.time, "recovered")
        }
      }
    case .shelved, .suppressed, .takenOut, .unshelved, .unsuppressed, .takenIn:
      edit(key) { incident, place in
        incident.members[place].isMuted = transition.isMuted
        let who = transition.signature.map { " (\($0.person): \($0.reason))" } ?? ""
        incident.note(transition.time, "\(key) \(transition.what.rawValue)\(who)")
      }
    case .acknowledgeRejected, .latched, .reset, .resetRejected: break
    }
  }

  mutating func edit(_ key: String, _ body: (inout Incident, Int) -> Void) {
    guard let number = memberships[key], var incident = incidents[number],
      let place = incident.members.firstIndex(where: { $0.key == key })
    else { return }
    body(&incident, place)
    incidents[number] = incident
    touched.insert(number)
  }

  private mutating func comeBack(_ change: AlarmBook.Change, in number: Int) {
    edit(change.subject.key) { incident, place in
      let old = incident.members[place]
      incident.members[place] = Self.member(change, role: old.role)
      guard change.transition.what == .raised else { return }
      if !old.isActive {
        incident.recurrences += 1
        incident.recovered = nil
        incident.state = incident.diagnosed == nil ? .detected : .diagnosed
      }
      incident.note(change.transition.time, "\(change.subject.key) raised again")
    }
  }

  static func member(_ change: AlarmBook.Change, role: Incident.Role) -> Incident.Member {
    let subject = change.subject
    let raised = change.machine.raised ?? change.transition.time
    return Incident.Member(
      key: subject.key, occurrence: change.transition.occurrence, rule: subject.rule, subject: subject.subject,
      category: subject.category, priority: subject.priority, role: role, summary: subject.summary,
      advice: subject.advice, onset: change.machine.onset ?? raised, raised: raised,
      isMuted: change.transition.isMuted)
  }

  // MARK: Time

  public var deadline: Timestamp? {
    var next = Timestamp?.none
    for incident in incidents.values {
      next = .earlier(next, incident.announced == nil ? incident.announceAt : nil)
      if let recovered = incident.recovered, incident.waiting.isEmpty {
        next = .earlier(next, recovered + settings.grouping.quiet)
      }
    }
    if isFlood { next = .earlier(next, interval + settings.flood.interval) }
    return next
  }

  private mutating func settle(_ now: Timestamp) {
    count(until: now)
    let due = incidents.values.filter {
      ($0.announced == nil ? $0.announceAt ?? .distantFuture : .distantFuture) <= now
    }
    .sorted { ($0.announceAt ?? now, $0.number) < ($1.announceAt ?? now, $1.number) }
    for incident in due { announce(incident.number, now: now) }
    let over = incidents.values.filter { incident in
      guard let recovered = incident.recovered, incident.waiting.isEmpty else { return false }
      return recovered + settings.grouping.quiet <= now
    }.map(\.number).sorted()
    for number in over { close(number, now: now) }
  }

  private mutating func close(_ number: Int, now: Timestamp) {
    guard var incident = incidents.removeValue(forKey: number), let recovered = incident.recovered else { return }
    let last = incident.members.compactMap(\.acknowledged).max() ?? recovered
    let time = max(recovered + settings.grouping.quiet, last)
    incident.state = .closed
    incident.closed = time
    incident.note(time, "closed")
    for member in incident.members { memberships[member.key] = nil }
    touched.insert(number)
    done[number] = incident
  }

  // MARK: Announcing

  private mutating func announce(_ number: Int, now: Timestamp) {
    guard var incident = incidents[number], let due = incident.announceAt else { return }
    let mayCollapse =
      incident.kind != .safety && (incident.kind == .alarm || incident.kind == .machine)
      && (incident.priority < .high || incident.members.allSatisfy { $0.category == .communication })
    if mayCollapse, isFlood || announcements >= settings.flood.startAbove {
      isFlood = true
      announcements += 1
      return collapse(number, now: now)
    }
    announcements += 1
    incident.announced = due
    if incident.diagnosed == nil {
      incident.diagnosed = due
      if incident.state == .detected { incident.state = .diagnosed }
    }
    incident.note(due, "announced")
    incidents[number] = incident
    touched.insert(number)
  }

  private mutating func collapse(_ number: Int, now: Timestamp) {
    let flood = incidents.values.filter { $0.kind == .flood && $0.state.isOpen }.map(\.number).min()
    let target: Int
    if let flood {
      target = flood
    } else {
      let first = incidents[number]
      target = open(.flood, cause: "flood", onset: first?.onset ?? now, detected: first?.detected ?? now)
      incidents[target]?.announceAt = now
      incidents[target]?.announced = now
      incidents[target]?.diagnosed = now
      incidents[target]?.state = .diagnosed
      incidents[target]?.note(
        now, "flood: more than \(settings.flood.startAbove) announcements; the rest is joined here")
    }
    merge(number, into: target, role: .symptom, now: now)
  }

  /// Counts announcements in clock-aligned intervals.
  private mutating func count(until now: Timestamp) {
    // Before the first time mark there are no intervals.
    guard now > .distantPast else { return }
    let start = now.windowStart(settings.flood.interval)
    guard interval < start else { return }
    if isFlood, announcements < settings.flood.endBelow { isFlood = false }
    // An interval in between in which nothing happened ends it, too.
    if isFlood, interval + settings.flood.interval < start { isFlood = false }
    interval = start
    announcements = 0
  }
}
