import Plant
import Telemetry
import Templates

/// Who is told of which incident, when. Pure: open incidents and the time in, notices out.
///
/// Each route tells an incident once, again when it gets worse or comes back, and when it has recovered; a route with
/// `after` is an escalation. What comes back again and again is told twice in a shift. What would be too much within a time is held back and told together at its end. Safety is
/// never held back.
public struct Notifier: Hashable, Sendable {
  struct Told: Hashable, Sendable {
    var time: Timestamp
    var priority: AlarmSettings.Priority
    var recurrences: Int
    var isRecovered = false
    /// When it was told as begun, of late.
    var begun: [Timestamp] = []
  }

  /// So often what comes back again and again is told as begun within the time of a route.
  private static let mostReturns = 2

  struct RouteState: Hashable, Sendable {
    /// By incident.
    var told: [Int: Told] = [:]
    /// When notices were sent, of late.
    var sent: [Timestamp] = []
    /// Incidents that were held back.
    var held: Set<Int> = []
  }

  public internal(set) var sequence = 0
  /// By name of the route.
  var routes: [String: RouteState] = [:]
  /// What each light shows, by destination.
  var lamps: [String: Notice.Lamp] = [:]
  var next: Timestamp?

  public init() {}

  /// When something may be to be told without anything happening.
  var deadline: Timestamp? { next }

  /// What is needed of an incident beyond itself.
  typealias Guide = (Incident) -> AlarmGuidance?

  // MARK: All

  /// - Parameters:
  ///   - incidents: all open ones, in the order of their urgency.
  mutating func run(
    _ incidents: [Incident], facts: PlantFacts, place: (Incident) -> [String], guide: Guide, now: Timestamp
  ) -> [Notice] {
    next = nil
    var notices: [Notice] = []
    for route in facts.settings.routes {
      notices += run(route, incidents, facts: facts, place: place, guide: guide, now: now)
    }
    for light in facts.settings.lights {
      if let notice = run(light, incidents, facts: facts, place: place, now: now) { notices.append(notice) }
    }
    return notices
  }

  private static func stands(_ places: [String], at place: String?) -> Bool {
    place.map { wanted in places.contains { $0 == wanted || $0.hasPrefix(wanted + "/") } } ?? true
  }

  private static func isMeant(
    _ route: AlarmSettings.Route, _ incident: Incident, _ places: [String]
  ) -> Bool {
    guard incident.announced != nil, route.priorities.contains(incident.priority), stands(places, at: route.place)
    else {
      return false
    }
    return route.assets.contains { pattern in
      pattern == "*" || incident.members.contains { Wildcard.matches($0.subject, pattern) }
    }
  }

  // MARK: A route

  private mutating func run(
    _ route: AlarmSettings.Route, _ incidents: [Incident], facts: PlantFacts, place: (Incident) -> [String],
    guide: Guide, now: Timestamp
  ) -> [Notice] {
    var state = routes[route.name] ?? RouteState()
    let open = Set(incidents.map(\.number))
    state.told = state.told.filter { open.contains($0.key) }
    state.held = state.held.filter { open.contains($0) }
    state.sent.removeAll { $0 + route.within <= now }
    let meant = incidents.filter { Self.isMeant(route, $0, place($0)) }
    let isOnDuty = isOnDuty(route, facts, now, waits: meant.contains { state.told[$0.number] == nil })
    let words = NoticeText(language: route.language ?? facts.settings.language, facts: facts)
    var notices: [Notice] = []
    for incident in meant {
      guard let what = what(incident, route, state, isOnDuty: isOnDuty, now: now) else {
        // Also where nobody is told of it: what comes back then is news.
        if incident.recovered != nil { state.told[incident.number]?.isRecovered = true }
        continue
      }
      let isHeld =
        incident.priority != .safety && (state.sent.count >= route.atMost || state.held.contains(incident.number))
      if isHeld {
        state.held.insert(incident.number)
      } else {
        let guidance = guide(incident)
        notices += tell(
          route, what, incident, title: words.title(what, incident, guidance), text: words.text(incident, guidance),
          language: words.language, now: now
        ).map { notice in
          var notice = notice
          notice.evidence = guidance?.readings(words.language) ?? []
          return notice
        }
        state.sent.append(now)
      }
      note(incident, what, route, in: &state, now: now)
    }
    // A slot is free again: what was held back is told together.
    if !state.held.isEmpty, state.sent.count < route.atMost {
      let held = incidents.filter { state.held.contains($0.number) }
      let (title, text) = words.summary(held, guide: guide)
      for to in route.to {
        notices.append(
          notice(
            to, route: route.name, .summary, incident: nil, priority: held.map(\.priority).max() ?? .low,
            language: words.language, title: title, text: text, now: now))
      }
      state.held = []
      state.sent.append(now)
    }
    if !state.held.isEmpty, let first = state.sent.first { next = .earlier(next, first + route.within) }
    routes[route.name] = state
    return notices
  }

  /// What is to be told of an incident now; nil = nothing.
  private mutating func what(
    _ incident: Incident, _ route: AlarmSettings.Route, _ state: RouteState, isOnDuty: Bool, now: Timestamp
  ) -> Notice.What? {
    let waits = !incident.waiting.isEmpty
    // What has tripped and returned within one breath was there all the same.
    let isActive = incident.isActive || (incident.priority == .safety && waits)
    guard let told = state.told[incident.number], !(told.isRecovered && incident.recurrences > told.recurrences) else {
      guard isActive, !incident.isMuted, waits || route.after == .zero, isOnDuty, route.events.contains(.opened) else {
        return nil
      }
      if let told = state.told[incident.number], incident.priority <= told.priority, incident.priority != .safety {
        let begun = told.begun.filter { $0 + route.returns > now }
        if begun.count >= Self.mostReturns, let first = begun.first {
          next = .earlier(next, first + route.returns)
          return nil
        }
      }
      let since = state.told[incident.number] == nil ? incident.announced ?? now : now
      let due = since + route.after
      guard due <= now else {
        next = .earlier(next, due)
        return nil
      }
      return route.after == .zero ? .opened : .escalated
    }
    if !incident.isActive {
      let isNew = incident.recovered != nil && !told.isRecovered
      return isNew && route.events.contains(.recovered) ? .recovered : nil
    }
    guard route.events.contains(.opened), !incident.isMuted else { return nil }
    if incident.priority > told.priority { return .worse }
    guard let again = route.again, waits, isOnDuty else { return nil }
    guard told.time + again <= now else {
      next = .earlier(next, told.time + again)
      return nil
    }
    return .again
  }

  private mutating func note(
    _ incident: Incident, _ what: Notice.What, _ route: AlarmSettings.Route, in state: inout RouteState, now: Timestamp
  ) {
    var begun = state.told[incident.number]?.begun.filter { $0 + route.returns > now } ?? []
    if what == .opened || what == .escalated { begun.append(now) }
    state.told[incident.number] = Told(
      time: now, priority: incident.priority, recurrences: incident.recurrences, isRecovered: what == .recovered,
      begun: begun)
    if what != .recovered, let again = route.again { next = .earlier(next, now + again) }
  }

  /// Whether one of the route's shifts is on; if not, and somebody waits for it, when it begins is a deadline.
  private mutating func isOnDuty(
    _ route: AlarmSettings.Route, _ facts: PlantFacts, _ now: Timestamp, waits: Bool
  ) -> Bool {
    guard !route.shifts.isEmpty, let calendar = facts.calendar else { return true }
    let shifts = calendar.shifts(touching: now..<(now + .days(2))).filter { route.shifts.contains($0.shift) }
    if shifts.contains(where: { $0.start <= now && now < $0.end }) { return true }
    if waits, let start = shifts.map(\.start).filter({ $0 > now }).min() { next = .earlier(next, start) }
    return false
  }

  private mutating func tell(
    _ route: AlarmSettings.Route, _ what: Notice.What, _ incident: Incident, title: String, text: String,
    language: Language, now: Timestamp
  ) -> [Notice] {
    route.to.map { to in
      notice(
        to, route: route.name, what, incident: incident.number, priority: incident.priority, language: language,
        title: title, text: text, now: now)
    }
  }

  private mutating func notice(
    _ to: String, route: String, _ what: Notice.What, incident: Int?, priority: AlarmSettings.Priority,
    language: Language, title: String, text: String, now: Timestamp
  ) -> Notice {
    sequence += 1
    return Notice(
      number: sequence, to: to, route: route, what: what, incident: incident, priority: priority, language: language,
      title: title, text: text, time: now)
  }

  // MARK: Lights and tests

  private mutating func run(
    _ light: AlarmSettings.StackLight, _ incidents: [Incident], facts: PlantFacts, place: (Incident) -> [String],
    now: Timestamp
  ) -> Notice? {
    let shown = incidents.filter {
      $0.announced != nil && !$0.isMuted && ($0.isActive || !$0.waiting.isEmpty)
        && Self.stands(place($0), at: light.place)
    }
    let priority = shown.map(\.priority).max()
    let isWaiting = shown.contains { !$0.waiting.isEmpty }
    let isUrgent = (priority ?? .low) >= .high
    let lamp = Notice.Lamp(
      colour: priority == nil ? .green : isUrgent ? .red : .yellow, isFlashing: isWaiting,
      hasSound: isUrgent && isWaiting)
    guard lamps[light.to] != lamp else { return nil }
    lamps[light.to] = lamp
    let words = NoticeText(language: facts.settings.language, facts: facts)
    let (title, text) = words.lamp(lamp)
    var notice = notice(
      light.to, route: "", .light, incident: nil, priority: priority ?? .low, language: words.language, title: title,
      text: text, now: now)
    notice.lamp = lamp
    return notice
  }

  /// A test of a destination, or of all that routes and lights name.
  mutating func test(_ to: String?, by person: String, gateway: String, facts: PlantFacts, now: Timestamp) -> [Notice] {
    var names: [String] = []
    for name in facts.settings.routes.flatMap(\.to) + facts.settings.lights.map(\.to) where !names.contains(name) {
      names.append(name)
    }
    return names.filter { to == nil || $0 == to }.map { name in
      let route = facts.settings.routes.first { $0.to.contains(name) }
      let words = NoticeText(language: route?.language ?? facts.settings.language, facts: facts)
      let (title, text) = words.test(by: person, gateway: gateway)
      var test = notice(
        name, route: route?.name ?? "", .test, incident: nil, priority: .low, language: words.language, title: title,
        text: text, now: now)
      test.lamp = lamps[name]
      return test
    }
  }
}
