import Control
import Equipment
import Foundation
import Journal
import Rules
import Telemetry
import Templates

/// Maintenance that people record, and what it says of the predictions.
extension GatewayControl {
  /// What is remembered up to the last state of the engine that was shown.
  func maintenanceHistory() throws -> MaintenanceHistory {
    try MaintenanceRule.history { board.view?.shared[$0] }
  }

  /// Checked while the person waits, then durable in the journal.
  func recordMaintenance(_ given: SiteCommand) throws -> CommandReceipt {
    let history = try maintenanceHistory()
    var command = given
    command.members["entered"] = .string(plantNow.rfc3339UTC)
    for name in ["time", "failed"] {
      guard let text = command.members[name]?.stringValue, !text.isEmpty else { continue }
      command.members[name] = .string(try time(text).rfc3339UTC)
    }
    if let asset = site.assets.first(where: { .string($0.id) == command.members["asset"] }) {
      command = history.completed(command, of: asset.machineName)
    }
    if command.members["time"] == nil { command.members["time"] = .string(plantNow.rfc3339UTC) }
    var record: MaintenanceRecord
    do {
      record = try MaintenanceRecord(command)
    } catch {
      throw Self.notTaken("\(error)")
    }
    guard let asset = site.assets.first(where: { $0.id == record.asset }) else {
      throw Self.unknownAsset(record.asset, in: site)
    }
    let machine = history.machine(asset.machineName)
    try resolve(&record, asset, history)
    if let mistake = history.mistake(in: record) {
      throw Self.notTaken("\(mistake)", "`weir maintenance list` shows them.")
    }
    let position = try writer.append(command: record.journaled)
    var after = history
    var named = record
    named.asset = asset.machineName
    after.enter(named, of: asset.machineName)
    return receipt(record, asset, after, machine, position: position)
  }

  static func notTaken(_ why: String, _ remedy: String? = nil) -> ControlRefusal {
    ControlRefusal(.badRequest, "The record was not taken: \(why).\(remedy.map { "\n  → \($0)" } ?? "")")
  }

  /// With an offset, or as the plant's clocks show it.
  private func time(_ text: String) throws -> Timestamp {
    if let time = Timestamp(rfc3339: text) { return time }
    let padded = text.replacing(" ", with: "T")
    let seconds = padded.split(separator: ":").count == 2 ? ":00" : ""
    if let local = Timestamp(rfc3339: padded + seconds + "Z"), let time = zone.firstInstant(ofLocal: local) {
      return time
    }
    throw Self.notTaken(
      "\"\(text)\" is no time", "Write it as the plant's clocks show it, 2026-10-05T14:30, or with an offset.")
  }

  /// A finding names its fault, and a fault its finding: so that a later reader needs neither.
  private func resolve(
    _ record: inout MaintenanceRecord, _ asset: Asset, _ history: MaintenanceHistory
  ) throws {
    let machine = history.machine(asset.machineName)
    let model = asset.faultModel.flatMap { name in site.faultModels.first { $0.name == name } }
    if let fault = record.fault, let model, !model.faults.contains(where: { $0.id == fault }) {
      let known = model.faults.map(\.id)
      let near = NearestFirst.plausible(known, for: fault).map { "Did you mean \($0)? " } ?? ""
      throw Self.notTaken(
        "\(asset.template) has no fault \"\(fault)\"", "\(near)There are: \(known.joined(separator: ", ")).")
    }
    if let service = record.service {
      let known = site.maintenance.services(of: asset).map(\.service)
      guard known.contains(service) else {
        let near = NearestFirst.plausible(known, for: service).map { "Did you mean \($0)? " } ?? ""
        throw Self.notTaken(
          "\(asset.id) has no service \"\(service)\"",
          near
            + (known.isEmpty
              ? "Add it to its entry in the configuration: `services: [{ service: \(service), every: 4000 h }]`."
              : "There are: \(known.joined(separator: ", "))."))
      }
    }
    let told = machine?.predictions.filter { $0.opened <= record.time } ?? []
    if let finding = record.finding {
      let of = told.filter { $0.finding == finding }
      guard let prediction = of.last(where: { $0.isTold(at: record.time) && $0.rank == 0 }) ?? of.last else {
        // What is taken over from another record was looked up for that one; it may be closed since.
        let corrected = history.records.first { $0.id == record.supersedes }
        guard corrected?.finding != finding else { return }
        let known = Set(told.map(\.finding)).sorted()
        // Findings of other rules (a zone, a limit) predict nothing, but are a good reason to come.
        guard let open = try store.openFindings().first(where: { $0.key == finding }) else {
          throw Self.notTaken(
            "\(asset.id) has no open finding \"\(finding)\"",
            known.isEmpty
              ? "Leave --finding out, or look it up with `weir status`."
              : "Its predictions: \(known.joined(separator: ", ")).")
        }
        // What deviates is what the fault that stands first was predicted from.
        if record.fault == nil, open.rule == "condition-change", open.subject == asset.id {
          record.fault = machine?.foremost(at: record.time)?.fault
        }
        return
      }
      if record.fault == nil { record.fault = prediction.fault }
    } else if let fault = record.fault, let prediction = told.last(where: { $0.fault == fault }) {
      record.finding = prediction.finding
    } else if record.fault == nil, record.found != nil || record.failed != nil,
      let prediction = machine?.foremost(at: record.time)
    {
      (record.fault, record.finding) = (prediction.fault, prediction.finding)
    }
  }

  private func receipt(
    _ record: MaintenanceRecord, _ asset: Asset, _ history: MaintenanceHistory,
    _ machine: MaintenanceHistory.Machine?, position: Int64
  ) -> CommandReceipt {
    var lines = ["\(asset.id) \(record.kind.rawValue), \(zone.rfc3339(record.time)), by \(record.person)"]
    if let fault = record.fault {
      lines.append("fault: \(fault)\(record.found.map { ", found: \($0.text)" } ?? "")")
    }
    let judged = PredictionJudge.judge(history, notice: site.maintenance.notice).filter { $0.record == record.id }
    for judgement in judged { lines.append(Self.sentence(judgement)) }
    if record.renews { lines.append("what was learned of the machine before then no longer counts") }
    var warnings: [String] = []
    if record.found == nil, record.failed == nil, let first = machine?.foremost(at: record.time) {
      warnings.append(
        "it does not say whether \(first.fault) was there, so the prediction stays unchecked: enter it again with --found "
          + "yes|no|other:WHAT --supersedes \(record.id) --reason …")
    }
    if machine == nil { warnings.append("nothing is predicted for \(asset.id): its condition is not watched") }
    return CommandReceipt(
      id: record.id, position: position, summary: lines.joined(separator: "\n"), warnings: warnings)
  }

  private static func sentence(_ judgement: PredictionJudge.Judgement) -> String {
    let notice = judgement.notice.map { ", \(Int(($0.seconds / 3600).rounded())) h after the first warning" } ?? ""
    switch judgement.verdict {
    case .hit: return "\(judgement.fault) was predicted in time\(notice)"
    case .early: return "\(judgement.fault) was predicted, but too early\(notice)"
    case .late: return "\(judgement.fault) was predicted too late\(notice)"
    case .false: return "\(judgement.fault) was predicted, and was not there"
    case .missed: return "\(judgement.fault) was not predicted"
    }
  }

  // MARK: - What is known

  func maintenance(asset id: String?) async throws -> MaintenanceReport {
    let asset = try id.map { id in
      guard let asset = site.assets.first(where: { $0.id == id }) else { throw Self.unknownAsset(id, in: site) }
      return asset
    }
    let history = try maintenanceHistory()
    let judgements = PredictionJudge.judge(history, notice: site.maintenance.notice)
    let successors = Dictionary(
      history.records.compactMap { record in record.supersedes.map { ($0, record.id) } },
      uniquingKeysWith: { first, _ in first })
    let records = history.records.filter { asset == nil || $0.asset == asset?.machineName }
      .sorted { ($1.time, $1.id) < ($0.time, $0.id) }
    let lines = records.map { record in
      MaintenanceReport.Record(
        id: record.id, asset: present(record.asset), kind: record.kind.rawValue, time: zone.rfc3339(record.time),
        person: record.person, fault: record.fault, finding: record.finding, found: record.found?.text,
        failed: record.failed.map(zone.rfc3339), service: record.service, parts: record.parts, note: record.note,
        supersedes: record.supersedes, reason: record.supersedes.map { _ in record.reason },
        supersededBy: successors[record.id],
        verdicts: judgements.filter { $0.record == record.id }.map { judgement in
          MaintenanceReport.Verdict(
            fault: judgement.fault, verdict: judgement.verdict.rawValue,
            noticeHours: judgement.notice.map { $0.seconds / 3600 }, p10: judgement.window?.p10.map(zone.rfc3339),
            p90: judgement.window?.p90.map(zone.rfc3339))
        })
    }
    return MaintenanceReport(records: lines, quality: quality(history, of: asset))
  }

  /// - Parameter asset: whose predictions count; nil = those of the site.
  func quality(_ history: MaintenanceHistory, of asset: Asset? = nil) -> MaintenanceReport.Quality {
    let figures = PredictionFigures(
      history, of: asset?.machineName, now: plantNow, notice: site.maintenance.notice)
    return MaintenanceReport.Quality(
      hits: figures.hits, early: figures.early, late: figures.late, falseAlarms: figures.falseAlarms,
      missed: figures.missed, unchecked: figures.unchecked, precision: figures.precision, recall: figures.recall,
      inTime: figures.inTime, noticeHours: figures.notice.map { $0.seconds / 3600 })
  }

  /// The id that a machine has now.
  func present(_ machine: String) -> String { site.assets.first { $0.machineName == machine }?.id ?? machine }
}
