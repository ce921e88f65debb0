import Rules
import Telemetry
import Templates

/// Work orders: one for each cause, however many findings, incidents and predictions speak of it. Pure.
///
/// A cause calls once: while it lasts, and while an order for it is not over, there is no second one. When it is over and
/// comes again, it calls again.
public struct WorkOrderBook: Hashable, Sendable {
  /// Those that are not over, and those that ended since the last `flush`.
  public private(set) var orders: [Int: WorkOrder] = [:]
  public private(set) var sequence = 0
  /// What calls at the moment: by cause, the predictions (`prediction`) and incidents (their numbers) that do.
  private var calls: [String: Set<String>] = [:]
  private var touched: Set<Int> = []

  public init() {}

  public var hasNews: Bool { !touched.isEmpty }

  /// Orders that are new or changed since the last time, by number, each with its next revision.
  mutating func flush() -> [WorkOrder] {
    let changed = touched.sorted()
    touched = []
    return changed.compactMap { number in
      orders[number]?.revision += 1
      let order = orders[number]
      if order?.state.isOver ?? false { orders[number] = nil }
      return order
    }
  }

  // MARK: Predictions

  /// What the condition of a machine says now. A failure within the horizon calls for work.
  mutating func hear(_ figures: ConditionFigures, of asset: Asset, facts: PlantFacts, now: Timestamp) {
    guard facts.settings.workOrders != nil else { return }
    var present: Set<String> = []
    for prognosis in figures.prognoses {
      guard let p10 = prognosis.p10, p10 <= figures.time + facts.horizon else { continue }
      let cause = "\(asset.id)/\(prognosis.fault)"
      present.insert(cause)
      guard calls[cause]?.contains("prediction") != true else {
        advance(cause, to: p10, facts: facts, now: max(now, figures.time))
        continue
      }
      call(cause, by: "prediction") { book in
        book.order(
          prognosis, p10, of: asset, cause: cause, facts: facts, now: max(now, figures.time))
      }
    }
    for cause in calls.keys.sorted() where cause.hasPrefix("\(asset.id)/") && !present.contains(cause) {
      release(cause, "prediction")
    }
  }

  private mutating func order(
    _ prognosis: ConditionFigures.Prognosis, _ p10: Timestamp, of asset: Asset, cause: String, facts: PlantFacts,
    now: Timestamp
  ) {
    if let known = same(asset: asset.id, fault: prognosis.fault) {
      return link(known) { order in
        order.fault = order.fault ?? prognosis.fault
        if !order.findings.contains(prognosis.finding) { order.findings.append(prognosis.finding) }
      }
    }
    let fault = facts.fault(prognosis.fault, of: asset)
    let guide = facts.settings.guide(of: "remaining-life")
    let name = fault?.name ?? FaultModel.Words(prognosis.fault, prognosis.fault)
    let slot = slot(before: p10, facts: facts, now: now)
    let criticality = facts.settings.priority(.critical, asset.criticality) ?? .medium
    open(
      WorkOrder(
        number: 0, cause: cause, asset: asset.id, place: asset.place, fault: prognosis.fault, category: .equipment,
        title: .init(
          "\(name.english) at \(asset.id) is predicted", "\(asset.id) 预计发生：\(name.chinese)"),
        reason: .predicted(before: p10), priority: criticality, skill: guide?.skill,
        steps: (fault?.checks ?? []) + (guide?.steps ?? []), parts: fault?.parts ?? [],
        leadTime: fault?.leadTime.map { ReadingText.text($0.seconds / 86_400) + " d" },
        proposed: slot.time, stop: slot.stop, opened: now, changed: now, findings: [prognosis.finding]))
  }

  /// When work fits before a 10 % point.
  private func slot(before p10: Timestamp, facts: PlantFacts, now: Timestamp) -> (time: Timestamp, stop: String?) {
    guard let stop = facts.stop(from: now, before: p10) else { return (max(now, p10 - facts.planning.work), nil) }
    return (max(stop.start, now), stop.name)
  }

  /// A prediction that moves nearer than was told says so if the work would come too late, or by this much.
  private static let nearer = Span64.hours(6)

  private mutating func advance(_ cause: String, to p10: Timestamp, facts: PlantFacts, now: Timestamp) {
    for (number, order) in orders where order.cause == cause && !order.state.isOver && order.state != .done {
      // Once it may fail at any time, there is no more to say.
      guard case .predicted(let told) = order.reason, now < told, p10 < told,
        p10 <= order.proposed || Self.nearer <= told - p10
      else { continue }
      let slot = slot(before: p10, facts: facts, now: now)
      change(number) { order in
        order.reason = .predicted(before: p10)
        order.changed = max(order.changed, now)
        (order.proposed, order.stop) = (slot.time, slot.stop)
      }
    }
  }

  // MARK: Incidents

  /// - Parameters:
  ///   - subject: of the alarm that stands first; nil if it is not known any more.
  mutating func hear(_ incident: Incident, subject: AlarmSubject?, facts: PlantFacts, now: Timestamp) {
    guard let settings = facts.settings.workOrders, incident.kind != .flood else { return }
    let source = "\(incident.number)"
    guard incident.state.isOpen, incident.isActive else {
      // What it called for stays; that it calls is over.
      if !incident.state.isOpen { for cause in calls.keys.sorted() { release(cause, source) } }
      return
    }
    guard incident.announced != nil, !incident.isMuted, settings.priorities.contains(incident.priority), let subject,
      let head = incident.head
    else { return }
    let fault = Self.fault(subject)
    let cause =
      incident.kind == .segment
      ? "segment/\(incident.cause)" : "\(head.subject)/\(fault ?? head.rule)"
    guard calls[cause]?.contains(source) != true else { return }
    call(cause, by: source) { book in
      book.order(incident, subject, cause: cause, fault: fault, facts: facts, now: now)
    }
  }

  /// The fault that an alarm speaks of.
  static func fault(_ subject: AlarmSubject) -> String? {
    if let id = subject.evidence.first(where: { $0.name == "fault_1_id" })?.value { return id }
    let parts = subject.key.split(separator: "/")
    return ["fault", "remaining-life"].contains(subject.rule) && parts.count > 2 ? String(parts[2]) : nil
  }

  private mutating func order(
    _ incident: Incident, _ subject: AlarmSubject, cause: String, fault: String?, facts: PlantFacts, now: Timestamp
  ) {
    let isSegment = incident.kind == .segment
    let known =
      orders.values.filter { !$0.state.isOver && $0.cause == cause }.map(\.number).min()
      ?? (subject.category == .equipment ? same(asset: subject.subject, fault: fault) : nil)
    if let known {
      return link(known) { order in
        order.fault = order.fault ?? fault
        if !order.incidents.contains(incident.number) { order.incidents.append(incident.number) }
        order.priority = max(order.priority, incident.priority)
      }
    }
    let guidance = AlarmGuidance(subject, onset: incident.onset, facts: facts)
    let words = IncidentText(incident, head: guidance.what)
    open(
      WorkOrder(
        number: 0, cause: cause, asset: isSegment ? incident.cause : subject.subject,
        place: facts.assets[subject.subject]?.place ?? subject.place, fault: fault, category: subject.category,
        title: words.what, reason: .incident(incident.number), priority: incident.priority, skill: guidance.skill,
        steps: isSegment ? [words.toDo] : guidance.steps, parts: guidance.parts, leadTime: guidance.leadTime,
        proposed: now, stop: nil, opened: now, changed: now, findings: [subject.key], incidents: [incident.number]))
  }

  // MARK: People

  mutating func handle(_ command: WorkOrderCommand, now: Timestamp) {
    guard let order = orders[command.number], !order.state.isOver else { return }
    // Told twice is told once; what comes late does not take work back.
    let isSame =
      order.state == command.state && command.reference.map { $0 == order.reference } ?? true
      && command.note == order.note
    guard !isSame else { return }
    change(command.number) { order in
      order.state = command.state
      order.changed = max(order.changed, now)
      order.person = command.person
      order.note = command.note
      order.reference = command.reference ?? order.reference
    }
  }

  /// Work on a machine closes what was ordered for it before; that somebody looked closes what was not found.
  mutating func handle(_ record: MaintenanceRecord, now: Timestamp) {
    let meant = orders.values.filter { order in
      guard !order.state.isOver, order.asset == record.asset, order.opened <= record.time else {
        return false
      }
      if let finding = record.finding, order.findings.contains(finding) { return true }
      if let fault = record.fault { return order.fault == nil || order.fault == fault }
      return record.finding == nil
    }
    guard record.renews || record.found == .no else { return }
    for number in meant.map(\.number).sorted() {
      change(number) { order in
        order.state = .closed
        order.changed = max(order.changed, now)
        order.person = record.person
        order.note = record.found == .no ? "looked at: not found" : record.note
        order.record = record.id
      }
    }
  }

  // MARK: Changes

  /// Assets that have got another id keep their orders.
  mutating func rename(_ assets: [Asset]) {
    for asset in assets {
      guard let former = asset.formerly else { continue }
      func named(_ cause: String) -> String {
        cause.hasPrefix(former + "/") ? asset.id + cause.dropFirst(former.count) : cause
      }
      for (number, order) in orders where order.asset == former {
        orders[number]?.asset = asset.id
        orders[number]?.cause = named(order.cause)
      }
      calls = Dictionary(calls.map { (named($0.key), $0.value) }) { $0.union($1) }
    }
  }

  private func same(asset: String, fault: String?) -> Int? {
    orders.values.filter { order in
      !order.state.isOver && order.asset == asset && order.category == .equipment
        && (order.fault == fault || order.fault == nil || fault == nil)
    }.map(\.number).min()
  }

  /// `order` is made when the first one calls.
  private mutating func call(_ cause: String, by source: String, _ order: (inout WorkOrderBook) -> Void) {
    let isNew = calls[cause] == nil
    calls[cause, default: []].insert(source)
    let isKnown = orders.values.contains { !$0.state.isOver && $0.cause == cause }
    // One that was closed while its cause goes on is not opened again by another voice.
    if isNew || isKnown { order(&self) }
  }

  private mutating func release(_ cause: String, _ source: String) {
    calls[cause]?.remove(source)
    if calls[cause]?.isEmpty ?? false { calls[cause] = nil }
  }

  private mutating func open(_ order: WorkOrder) {
    sequence += 1
    var order = order
    order.number = sequence
    orders[sequence] = order
    touched.insert(sequence)
  }

  private mutating func link(_ number: Int, _ body: (inout WorkOrder) -> Void) {
    let before = orders[number]
    guard var order = before else { return }
    body(&order)
    guard order != before else { return }
    orders[number] = order
    touched.insert(number)
  }

  private mutating func change(_ number: Int, _ body: (inout WorkOrder) -> Void) { link(number, body) }
}

extension WorkOrderBook {
  func encode(into writer: inout ByteWriter) {
    writer.varint(sequence)
    writer.varint(orders.count)
    for (_, order) in orders.sorted(by: { $0.key < $1.key }) { order.encode(into: &writer) }
    writer.varint(calls.count)
    for (cause, sources) in calls.sorted(by: { $0.key < $1.key }) {
      writer.string(cause)
      writer.varint(sources.count)
      for source in sources.sorted() { writer.string(source) }
    }
    writer.varint(touched.count)
    for number in touched.sorted() { writer.varint(number) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    self = WorkOrderBook()
    sequence = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let order = try WorkOrder(from: &reader)
      orders[order.number] = order
    }
    for _ in 0..<(try reader.count()) {
      let cause = try reader.string()
      for _ in 0..<(try reader.count()) { calls[cause, default: []].insert(try reader.string()) }
    }
    for _ in 0..<(try reader.count()) { touched.insert(try reader.integer()) }
  }
}
