import Control
import Foundation
import Logging
import Telemetry
import Templates

/// Loads the configuration again, shows what is different, and hands a valid one to the main task. One at a time.
actor Reloader {
  static let refusedRule = "configuration-refused"

  private let file: ConfigurationFile?
  private let mailbox: GatewayMailbox
  private let logger: Logger
  private(set) var inForce: Site
  private var findings: GatewayFindings?
  private var pending: Pending?

  private struct Pending {
    var site: Site
    var difference: SiteDifference
    var notes: [String]
    var continuation: CheckedContinuation<ReloadReport, any Error>
  }

  init(site: Site, file: ConfigurationFile?, mailbox: GatewayMailbox, logger: Logger) {
    inForce = site
    self.file = file
    self.mailbox = mailbox
    self.logger = logger
  }

  var configuration: ConfigurationReport {
    ConfigurationReport(hash: inForce.hash, path: file?.path, text: inForce.canonicalText)
  }

  /// What `reload` would change.
  func pendingChanges() throws -> ReloadReport {
    let (file, site) = try load()
    let difference = SiteDifference(from: inForce, to: site)
    return ReloadReport(
      applied: false, hash: site.hash, path: file.path, changes: difference.lines,
      notes: difference.fixed.map { "A reload cannot do it: \($0)." } + notes(on: site))
  }

  /// Returns when the new configuration is in force.
  ///
  /// - Throws: `ControlRefusal` with what is wrong; the configuration before stays in force.
  func reload() async throws -> ReloadReport {
    guard pending == nil else {
      throw ControlRefusal(
        .badRequest, "Another reload is under way.\n  → Wait a few seconds, and look at the changes with `weir diff`.")
    }
    do {
      let (file, site) = try load()
      let difference = SiteDifference(from: inForce, to: site)
      guard difference.fixed.isEmpty else {
        throw ControlRefusal(
          .badRequest,
          difference.fixed.map { "Not possible by a reload: \($0)." }.joined(separator: "\n") + Self.goesOn)
      }
      guard site.hash != inForce.hash else {
        findings?.close(Self.refusedRule)
        return ReloadReport(applied: false, hash: site.hash, path: file.path, changes: [])
      }
      logger.info("the configuration has changed", metadata: ["hash": "\(site.hash.prefix(12))"])
      let notes = notes(on: site)
      return try await withCheckedThrowingContinuation { continuation in
        pending = Pending(site: site, difference: difference, notes: notes, continuation: continuation)
        // The store that they write to closes.
        findings = nil
        mailbox.post(.reload(site))
      }
    } catch let refusal as ControlRefusal {
      tell(refusal.description)
      throw refusal
    }
  }

  /// SIGHUP: nobody waits for the answer, the log has it.
  func hangUp() async {
    do {
      let report = try await reload()
      for line in report.changes + report.notes { logger.info("\(line)") }
      if !report.applied { logger.info("the configuration is as it was") }
    } catch {
      logger.error("the changed configuration was refused; the gateway goes on with the one before\n\(error)")
    }
  }

  // MARK: What the main task says

  /// A configuration is in force.
  func took(_ site: Site, notes: [String], findings: GatewayFindings) {
    inForce = site
    self.findings = findings
    if let failure {
      self.failure = nil
      tell(failure)
    } else {
      findings.close(Self.refusedRule)
    }
    guard let pending else { return }
    self.pending = nil
    pending.continuation.resume(
      returning: ReloadReport(
        applied: true, hash: site.hash, path: file?.path ?? "", changes: pending.difference.lines,
        notes: pending.notes + notes))
  }

  /// The new configuration could not be brought into force; the one before comes back.
  func failed(_ why: String) {
    failure = why
    refuse(why + Self.goesOn)
  }

  /// Whoever waits waits in vain.
  func refuse(_ why: String) {
    guard let pending else { return }
    self.pending = nil
    pending.continuation.resume(
      throwing: ControlRefusal(.badRequest, "The changed configuration is not in force: \(why)"))
  }

  private var failure: String?

  // MARK: Loading

  private static let goesOn = "\n  → The gateway goes on with the configuration that it has."

  private func load() throws -> (ConfigurationFile, Site) {
    guard let file else {
      throw ControlRefusal(.notFound, "This gateway does not know where its configuration came from.")
    }
    do {
      return (file, try file.load())
    } catch let errors as ConfigurationErrors {
      throw ControlRefusal(.badRequest, errors.description + Self.goesOn)
    }
  }

  /// What a person should know of a change, beside what is different.
  private func notes(on site: Site) -> [String] {
    let ids = Set(inForce.assets.map(\.id))
    let strangers = site.assets.compactMap { asset -> String? in
      guard let former = asset.formerly, !ids.contains(former), !ids.contains(asset.id) else { return nil }
      return
        "\(asset.id) is to continue \(former), which is not in force now: it does if the gateway has ever known that id"
    }
    let orphans = inForce.connections.compactMap { old -> String? in
      let isKept = site.connections.contains {
        ($0.host, $0.port, $0.clientID) == (old.host, old.port, old.clientID)
      }
      guard !isKept, old.sparkplug == nil, old.embedded == nil else { return nil }
      let days = Int((old.sessionExpiry.seconds / 86400).rounded(.up))
      return "the broker at \(old.host):\(old.port) keeps the session of client id \(old.clientID), and what comes for "
        + "it, for up to \(days) d more; nobody fetches it any more"
    }
    var windows: [String] = []
    if site.energy.window != inForce.energy.window {
      windows.append(
        "energy windows keep their length until the end of the plant's day: what was issued stands, and no energy is "
          + "counted twice; readings of before that come later are set aside as too-old")
    }
    return strangers + orphans + windows
  }

  private func tell(_ problem: String) {
    let first = problem.split(separator: "\n").first.map(String.init) ?? problem
    findings?.open(
      Self.refusedRule, severity: .warning, summary: "The changed configuration was refused: \(first)",
      advice: "Mend it (`weir diff` shows every mistake) and `weir reload`. Until then the one before stays in force.")
  }
}
