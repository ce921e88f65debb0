import Telemetry
import Templates

/// Which incident an alarm belongs to.
extension Correlator {
  /// A new alarm: to an incident that explains it, else to one of its own, which may then explain others.
  mutating func join(_ change: AlarmBook.Change, now: Timestamp) {
    let subject = change.subject
    let time = change.transition.time
    let member = Self.member(change, role: .cause)
    guard subject.category != .safety else {
      let number = open(.safety, cause: subject.subject, onset: member.onset, detected: time)
      incidents[number]?.announceAt = now
      add(member, to: number)
      return
    }
    if let number = supplyIncident(of: member) {
      var symptom = member
      symptom.role = .symptom
      incidents[number]?.kind = .supply
      add(symptom, to: number)
      return diagnose(number, at: max(time, incidents[number]?.detected ?? time))
    }
    if member.category == .communication, let number = segmentIncident(of: member.subject) {
      return add(member, to: number)
    }
    let number: Int
    if let own = ownIncident(of: member) {
      number = own
      if incidents[own]?.kind == .alarm { incidents[own]?.kind = .machine }
    } else {
      number = open(.alarm, cause: Self.cause(of: member), onset: member.onset, detected: time)
      incidents[number]?.announceAt = now + settings.grouping.settle
    }
    add(member, to: number)
    if member.category == .communication { lookForSegment(of: member, now: now) }
    absorbDependants(of: member, now: now)
  }

  /// What an incident of a single alarm is named for. The gateway is many things.
  private static func cause(of member: Incident.Member) -> String {
    member.category == .gateway ? "\(member.subject)/\(member.rule)" : member.subject
  }

  // MARK: What explains it

  /// What a failed supply explains of its dependants. A supply that is only silent explains silence.
  static func explains(_ cause: AlarmSettings.Category, _ effect: AlarmSettings.Category) -> Bool {
    switch (cause, effect) {
    case (.communication, .communication): true
    case (.process, .communication), (.process, .process), (.process, .energy), (.process, .quality): true
    case (.equipment, .communication), (.equipment, .process), (.equipment, .energy), (.equipment, .quality): true
    default: false
    }
  }

  /// The incident of the nearest supply that failed before, or at about the same time.
  private func supplyIncident(of member: Incident.Member) -> Int? {
    for supply in topology.nodes[member.subject]?.supplies ?? [] {
      let numbers = incidents.values.filter { incident in
        incident.members.contains { other in
          other.subject == supply && other.isActive && !other.isMuted
            && Self.explains(other.category, member.category)
            && other.onset <= member.onset + settings.grouping.window
        }
      }.map(\.number)
      if let number = numbers.min() { return number }
    }
    return nil
  }

  private func segmentIncident(of asset: String) -> Int? {
    guard let segment = topology.nodes[asset]?.segment else { return nil }
    let name = topology.segments[segment].name
    return incidents.values.filter { $0.kind == .segment && $0.cause == name && $0.isActive }.map(\.number).min()
  }

  private func ownIncident(of member: Incident.Member) -> Int? {
    let cause = Self.cause(of: member)
    let isSilence = member.category == .communication
    return incidents.values.filter { incident in
      guard incident.cause == cause, incident.isActive, [.alarm, .machine, .supply].contains(incident.kind),
        incident.members.contains(where: { $0.role == .cause && ($0.category == .communication) == isSilence })
      else { return false }
      // A figure of the day or of the product may be bad for another reason than what is wrong now.
      guard member.category == .energy || member.category == .quality else { return true }
      return incident.members.contains { Self.isNear($0.onset, member.onset, settings.grouping.window) }
    }.map(\.number).min()
  }

  static func isNear(_ a: Timestamp, _ b: Timestamp, _ window: Span64) -> Bool { max(a, b) - min(a, b) <= window }

  // MARK: What it explains

  /// Enough of a segment is silent: those incidents become one.
  private mutating func lookForSegment(of member: Incident.Member, now: Timestamp) {
    guard let segment = topology.nodes[member.subject]?.segment else { return }
    let silent = incidents.values.filter { incident in
      (incident.kind == .alarm || incident.kind == .machine) && incident.isActive
        && incident.members.allSatisfy { other in
          other.category == .communication && topology.nodes[other.subject]?.segment == segment
            && Self.isNear(other.onset, member.onset, settings.grouping.window)
        }
    }
    let devices = Set(silent.flatMap { $0.members.filter(\.isActive).map(\.subject) }).count
    let all = topology.segments[segment].devices
    guard devices >= settings.grouping.segmentDevices, devices * 100 >= all * settings.grouping.segmentPercent else {
      return
    }
    let number = open(
      .segment, cause: topology.segments[segment].name, onset: silent.map(\.onset).min() ?? member.onset,
      detected: silent.map(\.detected).min() ?? now)
    incidents[number]?.announceAt = max(now, silent.compactMap(\.announceAt).min() ?? now)
    for part in silent.map(\.number).sorted() { merge(part, into: number, role: .symptom, now: now) }
    diagnose(number, at: now)
  }

  /// A supply that fails after what lives on it was heard to fail.
  private mutating func absorbDependants(of member: Incident.Member, now: Timestamp) {
    guard let own = memberships[member.key] else { return }
    let explained = incidents.values.filter { incident in
      guard incident.number != own, [.alarm, .machine, .segment, .supply].contains(incident.kind), incident.isActive
      else { return false }
      return incident.members.allSatisfy { other in
        (topology.nodes[other.subject]?.supplies.contains(member.subject) ?? false)
          && Self.explains(member.category, other.category)
          && Self.isNear(other.onset, member.onset, settings.grouping.window)
      }
    }.map(\.number).sorted()
    guard !explained.isEmpty else { return }
    incidents[own]?.kind = .supply
    for part in explained { merge(part, into: own, role: .symptom, now: now) }
    diagnose(own, at: now)
  }

  // MARK: Changes

  mutating func open(_ kind: Incident.Kind, cause: String, onset: Timestamp, detected: Timestamp) -> Int {
    sequence += 1
    var incident = Incident(number: sequence, kind: kind, cause: cause, onset: onset, detected: detected)
    incident.note(detected, "detected")
    incidents[sequence] = incident
    touched.insert(sequence)
    return sequence
  }

  private mutating func add(_ member: Incident.Member, to number: Int) {
    guard var incident = incidents[number] else { return }
    incident.members.append(member)
    incident.onset = min(incident.onset, member.onset)
    incident.note(member.raised, "\(member.key) raised: \(member.summary)")
    if incident.state == .recovered {
      incident.recovered = nil
      incident.state = .diagnosed
    }
    incidents[number] = incident
    memberships[member.key] = number
    touched.insert(number)
  }

  private mutating func diagnose(_ number: Int, at time: Timestamp) {
    guard var incident = incidents[number], incident.diagnosed == nil else { return }
    incident.diagnosed = time
    if incident.state == .detected { incident.state = .diagnosed }
    incident.note(time, "diagnosed: \(incident.kind.rawValue) \(incident.cause)")
    incidents[number] = incident
  }

  /// The members of one incident go over to another one.
  mutating func merge(_ number: Int, into target: Int, role: Incident.Role, now: Timestamp) {
    guard var part = incidents.removeValue(forKey: number), var whole = incidents[target] else { return }
    for member in part.members {
      var moved = member
      moved.role = role
      whole.members.append(moved)
      memberships[member.key] = target
    }
    whole.onset = min(whole.onset, part.onset)
    whole.detected = min(whole.detected, part.detected)
    whole.note(now, "joined by incident \(number): \(part.cause)")
    whole.recurrences += part.recurrences
    if whole.isActive {
      whole.recovered = nil
      if whole.state == .recovered { whole.state = .diagnosed }
    }
    incidents[target] = whole
    part.state = .merged
    part.mergedInto = target
    part.closed = now
    part.note(now, "part of incident \(target)")
    touched.insert(target)
    touched.insert(number)
    done[number] = part
  }
}
