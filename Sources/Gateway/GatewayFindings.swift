import Foundation
import Journal
import Logging
import Store
import Telemetry
import Templates

/// Findings about the gateway itself (disk, clock, brokers, destinations), as distinct from those of the rules: they
/// come from the shells and are no function of the journal, so they go to the Store directly.
final class GatewayFindings: @unchecked Sendable {
  private let lock = NSLock()
  /// Findings reach the Store in the order in which they were noted.
  private let saving = NSLock()
  private let store: Store
  private let logger: Logger
  private var open: [String: Finding] = [:]
  /// Not yet in the Store (the disk was full).
  private var unsaved: [Finding] = []

  init(store: Store, site: Site, logger: Logger) throws {
    self.store = store
    self.logger = logger
    let subjects = Set(site.assets.map(\.id) + site.destinations.map(\.name) + [Self.subject])
    for var finding in try store.openFindings() {
      if !subjects.contains(finding.subject) {
        // The asset or destination is not configured any more: nobody will ever close it.
        finding.closed = PlantClock.system().wall
        unsaved.append(finding)
      } else if finding.subject == Self.subject || finding.rule == Self.held {
        open[finding.key] = finding
      }
    }
    save()
  }

  static let subject = "gateway"
  static let held = "destination-held"

  /// Destinations whose finding is open from an earlier run.
  var heldDestinations: Set<String> {
    lock.withLock { Set(open.values.filter { $0.rule == Self.held }.map(\.subject)) }
  }

  /// Opens a finding unless it is open already.
  func open(_ rule: String, severity: Finding.Severity, summary: String, advice: String) {
    let finding = Finding(
      key: "\(rule)/\(Self.subject)", rule: rule, subject: Self.subject, severity: severity,
      opened: PlantClock.system().wall, summary: summary, advice: advice)
    let isOpen = lock.withLock { open[finding.key] != nil }
    if !isOpen { note(finding) }
  }

  func close(_ rule: String) {
    let key = "\(rule)/\(Self.subject)"
    guard var finding = lock.withLock({ open[key] }) else { return }
    finding.closed = PlantClock.system().wall
    note(finding)
  }

  func isOpen(_ key: String) -> Bool { lock.withLock { open[key] != nil } }

  func openKeys(rule: String) -> [String] {
    lock.withLock { open.values.filter { $0.rule == rule }.map(\.key).sorted() }
  }

  /// Closes a finding, if it is open, after a last change of its words.
  func close(key: String, at time: Timestamp, _ change: (inout Finding) -> Void = { _ in }) {
    guard var finding = lock.withLock({ open[key] }) else { return }
    change(&finding)
    finding.closed = max(time, finding.opened)
    note(finding)
  }

  /// A finding that opens or closes.
  func note(_ finding: Finding) {
    lock.withLock {
      open[finding.key] = finding.closed == nil ? finding : nil
      unsaved.append(finding)
    }
    save()
  }

  /// Writes what could not be written before; cheap if there is nothing.
  func save() {
    saving.lock()
    defer { saving.unlock() }
    let findings = lock.withLock {
      defer { unsaved = [] }
      return unsaved
    }
    guard !findings.isEmpty else { return }
    do {
      try store.commit(findings: findings, issued: PlantClock.system().wall)
    } catch {
      lock.withLock { unsaved.insert(contentsOf: findings, at: 0) }
      logger.warning("findings wait for the store", metadata: ["error": "\(error)"])
    }
  }

  /// What the recovery could not read.
  func recovered(damaged: [Int64]) {
    guard let first = damaged.first else { return close("journal-damaged") }
    open(
      "journal-damaged", severity: .critical,
      summary: "\(damaged.count) batches of the journal are damaged, the first is \(first); their samples are lost.",
      advice: "Check the disk and replace it. Ask the devices for the time in question, if they keep data.")
  }

  /// What the opening of the databases has to tell.
  func opened(journal: [Journal.OpeningNote], store: [String]) {
    for note in journal {
      switch note {
      case .setAside(let path, let reason):
        open(
          "journal-set-aside", severity: .critical,
          summary: "The journal was damaged (\(reason)); it is kept as \(path) and a new one was begun.",
          advice: "Check the disk. What the broker had not been told to forget arrives again by itself.")
      case .noReserve(let reason):
        open(
          "no-disk-reserve", severity: .warning, summary: "The disk reserve could not be taken: \(reason).",
          advice: "Free some space: without the reserve a full disk cannot be cleaned up by the gateway itself.")
      }
    }
    if !store.isEmpty {
      open(
        "store-opening", severity: .warning, summary: store.joined(separator: " "),
        advice: "If a file was set aside, check the disk; records are issued again under the same ids.")
    } else {
      close("store-opening")
    }
    if journal.isEmpty {
      close("journal-set-aside")
      close("no-disk-reserve")
    }
  }
}
