import Plant
import Rules
import Telemetry
import Templates

/// What people recorded, as records for upstream: a correction is the next revision of what it corrects.
extension MaintenanceRule {
  func draft(of record: MaintenanceRecord, in history: MaintenanceHistory) -> RecordDraft {
    var root = record
    var revision = 0
    while let old = root.supersedes, let before = history.records.first(where: { $0.id == old }) {
      root = before
      revision += 1
    }
    let asset = site.assets.first { $0.machineName == record.asset }
    let id = asset?.id ?? record.asset
    func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    let body: [String: JSONValue] = [
      "asset": .string(id), "place": .string(asset?.place ?? ""), "start": .string(zone.rfc3339(record.time)),
      "end": .string(zone.rfc3339(record.entered)), "record": .string(record.id), "kind": .string(record.kind.rawValue),
      "person": .string(record.person), "finding": text(record.finding), "fault": text(record.fault),
      "service": text(record.service), "found": text(record.found?.text),
      "failed": text(record.failed.map(zone.rfc3339)), "parts": .array(record.parts.map(JSONValue.string)),
      "note": .string(record.note), "corrects": text(record.supersedes), "reason": .string(record.reason),
    ]
    return RecordDraft(
      kind: .maintenance, key: root.id, revision: revision, asset: id, start: record.time, end: record.entered,
      body: JSONValue.object(body).canonicalBytes(),
      cause: revision == 0
        ? nil
        : RevisionCause(
          asset: id, signal: record.id, time: record.entered, reason: .entered, note: record.reason))
  }

  // MARK: Service

  /// Tells which services of a machine are due, and which have been done.
  mutating func tellServices(
    of name: String, in history: MaintenanceHistory, at time: Timestamp, _ context: inout RuleContext
  ) {
    guard hasServices || !told.all.isEmpty,
      let asset = site.assets.first(where: { $0.machineName == name }), let machine = history.machine(name)
    else { return }
    let services = site.maintenance.services(of: asset)
    guard !services.isEmpty || !told.keys(Self.prefix(name)).isEmpty else { return }
    let records = history.inForce
    var wanted: Set<String> = []
    for service in services {
      let life = ServiceLife(service, machine, records: records)
      let key = Self.prefix(name) + service.service
      guard life.step != .fine else { continue }
      wanted.insert(key)
      let severity: Finding.Severity = life.step == .due ? .warning : .info
      guard let opened = told.tell(key, severity, mark: "", at: time) else { continue }
      context.emit(finding(life, asset, machine, severity, key: key, opened: opened, at: time))
    }
    for key in told.keys(Self.prefix(name)) where !wanted.contains(key) {
      guard let was = told.end(key) else { continue }
      let service = key.dropFirst(Self.prefix(name).count)
      context.emit(
        Finding(
          key: key, rule: "service-due", subject: asset.id, severity: was.severity, opened: was.opened, closed: time,
          summary: "\(service) of \(asset.id) is not due any more.", advice: "Nothing is to be done."))
    }
  }

  static func prefix(_ name: String) -> String { "service-due/\(name)/" }

  private func finding(
    _ life: ServiceLife, _ asset: Asset, _ machine: MaintenanceHistory.Machine, _ severity: Finding.Severity,
    key: String, opened: Timestamp, at time: Timestamp
  ) -> Finding {
    let service = life.interval.service
    let since = life.done.map { "since \(zone.rfc3339($0))" } ?? "since the gateway knows it"
    let every = FigureText.text(life.wholeHours, places: 0)
    let due = life.due(machine, now: time).map { ", about \(zone.rfc3339($0).prefix(10))" } ?? ""
    var evidence = [
      Event.Attribute("hours", FigureText.text(life.hours, places: 1)), Event.Attribute("every", "\(every) h"),
      Event.Attribute("last_done", life.done.map(zone.rfc3339) ?? "not recorded"),
    ]
    evidence += life.interval.parts.map { Event.Attribute("part", $0) }
    if !life.interval.source.isEmpty { evidence.append(Event.Attribute("source", life.interval.source)) }
    return Finding(
      key: key, rule: "service-due", subject: asset.id, severity: severity, opened: opened,
      summary: "\(service) of \(asset.id) is \(life.step == .due ? "due" : "due soon\(due)"): it has run "
        + "\(FigureText.text(life.hours, places: 0)) h \(since), of \(every) h.",
      advice: "Put it into the next stop (`weir plan`), then record it: `weir maintenance record \(asset.id) --done "
        + "--service \(service) --by NAME`.",
      evidence: evidence)
  }
}
