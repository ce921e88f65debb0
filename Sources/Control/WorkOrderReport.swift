/// A work order as people see it: its newest record. Times carry the plant's offset.
public struct WorkOrderLine: Codable, Hashable, Sendable {
  public var number: Int
  public var state: String
  public var priority: String
  public var title: String
  public var asset: String
  public var place: String
  public var fault: String?
  public var reason: String
  public var skill: String?
  public var steps: [String]
  public var parts: [String]
  public var leadTime: String?
  /// When the work is proposed, and in which stop of the plant.
  public var proposed: String
  public var stop: String?
  /// Before it fails with 10 %.
  public var due: String?
  public var opened: String
  public var changed: String
  public var person: String
  public var note: String
  /// Its number in the maintenance system.
  public var reference: String?
  public var maintenanceRecord: String?
  public var findings: [String]
  public var incidents: [Int]

  public init(
    number: Int, state: String, priority: String, title: String, asset: String, place: String, fault: String?,
    reason: String, skill: String?, steps: [String], parts: [String], leadTime: String?, proposed: String,
    stop: String?, due: String?, opened: String, changed: String, person: String, note: String, reference: String?,
    maintenanceRecord: String?, findings: [String], incidents: [Int]
  ) {
    self.number = number
    self.state = state
    self.priority = priority
    self.title = title
    self.asset = asset
    self.place = place
    self.fault = fault
    self.reason = reason
    self.skill = skill
    self.steps = steps
    self.parts = parts
    self.leadTime = leadTime
    self.proposed = proposed
    self.stop = stop
    self.due = due
    self.opened = opened
    self.changed = changed
    self.person = person
    self.note = note
    self.reference = reference
    self.maintenanceRecord = maintenanceRecord
    self.findings = findings
    self.incidents = incidents
  }

  public var isOver: Bool { state == "closed" || state == "cancelled" }
}

/// A notification and what became of it.
public struct NotificationLine: Codable, Hashable, Sendable {
  public var number: Int
  public var time: String
  public var to: String
  public var what: String
  public var incident: Int?
  public var priority: String
  public var title: String
  /// `delivered`, `waiting`, or `refused` with the reason.
  public var delivery: String

  public init(
    number: Int, time: String, to: String, what: String, incident: Int?, priority: String, title: String,
    delivery: String
  ) {
    self.number = number
    self.time = time
    self.to = to
    self.what = what
    self.incident = incident
    self.priority = priority
    self.title = title
    self.delivery = delivery
  }
}

/// Alarms in a few numbers, for the status.
public struct AlarmTotals: Codable, Hashable, Sendable {
  /// Active alarms, by priority.
  public var active: [String: Int]
  /// Incidents that are open, by priority.
  public var incidents: [String: Int]
  /// Occurrences that nobody has acknowledged.
  public var waiting: Int
  public var silenced: Int
  public var isFlood: Bool
  /// Work orders that are not over.
  public var workOrders: Int
  /// What to look at first: the open incidents, the most urgent first, at most five.
  public var first: [String]

  public init(
    active: [String: Int], incidents: [String: Int], waiting: Int, silenced: Int, isFlood: Bool, workOrders: Int,
    first: [String]
  ) {
    self.active = active
    self.incidents = incidents
    self.waiting = waiting
    self.silenced = silenced
    self.isFlood = isFlood
    self.workOrders = workOrders
    self.first = first
  }
}
