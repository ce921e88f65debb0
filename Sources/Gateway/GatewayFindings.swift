import Dispatch
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
  /// Who hears each finding beside the Store: the alarms.
  private var listener: (@Sendable (Finding) -> Void)?
  /// Not yet in the Store (the disk was full).
  private var unsaved: [Finding] = []
  /// Who notes a finding does not wait for the Store.
  private var savesLater = false
  private var isSaveDue = false
  private let saver = DispatchQueue(label: "weir.findings")

  init(store: Store, site: Site, logger: Logger) throws {
    self.store = store
    self.logger = logger
    let renamed = Dictionary(
      site.assets.compactMap { asset in asset.formerly.map { ($0, asset.id) } }, uniquingKeysWith: { first, _ in first }
    )
    let subjects = Set(site.assets.map(\.id) + site.destinations.map(\.name) + [Self.subject, site.gateway.id])
    for var finding in try store.openFindings() {
      if !subjects.contains(finding.subject) || RuleSet.isOff(finding, site) {
        if let id = renamed[finding.subject] { unsaved.append(Self.moved(finding, to: id)) }
        // The asset, destination or rule is not configured any more: nobody will ever close it.
        finding.closed = PlantClock.system().wall
        unsaved.append(finding)
      } else if finding.subject == Self.subject || finding.rule == Self.held || finding.rule == BabbleGuard.rule {
        open[finding.key] = finding
      }
    }
    save()
  }

  /// The finding of a renamed asset, as the rules will name it when they close it.
  private static func moved(_ finding: Finding, to id: String) -> Finding {
    var copy = finding
    copy.subject = id
    copy.key = finding.key.split(separator: "/", omittingEmptySubsequences: false)
      .map { $0 == finding.subject[...] ? id : String($0) }.joined(separator: "/")
    copy.opened = PlantClock.system().wall
    return copy
  }

  static let subject = "gateway"
  static let held = "destination-held"
  static let fullDisk = "disk-full"

  /// Closes findings about settings that the configuration does not have any more.
  func closeOutdated(_ site: Site) {
    let shared = Set(site.connections.filter { $0.share != nil }.map { SharingWatch.key($0.name) })
    for key in openKeys(rule: SharingWatch.rule) where !shared.contains(key) {
      close(key: key, at: PlantClock.system().wall)
    }
    let connections = Set(site.alarms == nil ? [] : site.connections.map { ConnectionWatch.key($0.name) })
    for key in openKeys(rule: ConnectionWatch.rule) where !connections.contains(key) {
      close(key: key, at: PlantClock.system().wall)
    }
    let limited = Set(site.connections.filter { $0.rateLimit != nil }.map(\.name))
    let babblers = Set(
      site.assets.filter { limited.contains($0.connection) }.flatMap { asset in
        asset.topics.map { BabbleGuard.key(asset: asset.id, topic: $0.topic) }
      })
    for key in openKeys(rule: BabbleGuard.rule) where !babblers.contains(key) {
      close(key: key, at: PlantClock.system().wall)
    }
  }

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

  /// - Parameter what: cannot be written.
  func openFullDisk(_ what: String) {
    open(
      Self.fullDisk, severity: .critical, summary: "The disk is full: the \(what) cannot be written.",
      advice: "Free some space on the gateway's disk. Until then the broker keeps what comes; nothing is lost.")
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
    let listener = lock.withLock {
      open[finding.key] = finding.closed == nil ? finding : nil
      unsaved.append(finding)
      return self.listener
    }
    saveSoon()
    listener?(finding)
  }

  private func saveSoon() {
    let (isLater, isScheduled) = lock.withLock {
      defer { isSaveDue = savesLater }
      return (savesLater, isSaveDue)
    }
    guard isLater else { return save() }
    guard !isScheduled else { return }
    saver.async { [self] in
      lock.withLock { isSaveDue = false }
      save()
    }
  }

  /// From now on findings are saved by a queue of their own: a Store that is held up holds up nobody who notes one.
  func saveLater() { lock.withLock { savesLater = true } }

  /// Everything that was noted is in the Store when it returns, or cannot be; and so will be what is noted from now on.
  func saveNow() {
    lock.withLock { savesLater = false }
    saver.sync {}
    save()
  }

  /// From now on each finding is told to `listener` too.
  func tell(_ listener: @escaping @Sendable (Finding) -> Void) { lock.withLock { self.listener = listener } }

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
