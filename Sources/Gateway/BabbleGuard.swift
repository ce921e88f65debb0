import Ingest
import Logging
import MQTT
import Telemetry
import Templates

/// The rate limit of one connection with its findings. Used by the connection's network thread.
///
/// What the broker had kept while the gateway was away comes as fast as it can and says nothing about the device, so
/// the limit begins when the connection is drained.
final class BabbleGuard {
  static let rule = "babbling-source"

  private let settings: RateLimitSettings
  private let sources: [(topic: String, asset: String)]
  private let findings: GatewayFindings
  private let logger: Logger
  private var limiter: SourceLimiter
  private var isLive = false
  private var lastLook = Timestamp.distantPast
  private let detail: String

  init(
    _ settings: RateLimitSettings, sources: [(topic: String, asset: String)], findings: GatewayFindings,
    now: Timestamp?, logger: Logger
  ) {
    self.settings = settings
    self.sources = sources
    self.findings = findings
    self.logger = logger
    limiter = SourceLimiter(settings, topics: sources.count)
    detail =
      "more than the rate limit lets through: \(settings.text); of a flood \(SourceLimiter.keptPerMinute) messages a "
      + "minute are kept, the others are counted"
    let time = now ?? PlantClock.system().monotonic
    for key in findings.openKeys(rule: Self.rule) {
      if let topic = sources.indices.first(where: { self.key($0) == key }) { limiter.resume(topic: topic, at: time) }
    }
  }

  private func key(_ topic: Int) -> String { Self.key(asset: sources[topic].asset, topic: sources[topic].topic) }

  static func key(asset: String, topic: String) -> String { "\(rule)/\(asset)/\(topic)" }

  func connectionChanged(_ change: ReceiverEvent) {
    switch change {
    case .drained: isLive = true
    case .up, .down: isLive = false
    case .connectFailed, .subscriptionRefused, .subscriptionWeakened, .sharingUnavailable, .publishRefused: return
    }
  }

  /// Not nil: the message is over the limit and is to be set aside.
  ///
  /// - Parameters:
  ///   - topic: nil for one that is not configured: the decoder sets it aside anyway.
  ///   - now: the plant's time, where it comes with the messages.
  func excess(_ topic: Int?, now: Timestamp?) -> (detail: String, keeps: Bool)? {
    guard isLive, let topic else { return nil }
    guard
      case .excess(let keeps, let begins) = limiter.admit(topic: topic, at: now ?? PlantClock.system().monotonic)
    else { return nil }
    if begins { open(topic) }
    return (detail, keeps)
  }

  func tick(now: Timestamp?) {
    guard limiter.hasBabblers else { return }
    let now = now ?? PlantClock.system().monotonic
    guard now - lastLook >= .seconds(1) else { return }
    lastLook = now
    for end in limiter.ended(at: now) { close(end) }
  }

  private func open(_ topic: Int) {
    let source = sources[topic]
    logger.warning("a source babbles", metadata: ["asset": "\(source.asset)", "topic": "\(source.topic)"])
    let key = key(topic)
    guard !findings.isOpen(key) else { return }
    findings.note(
      Finding(
        key: key, rule: Self.rule, subject: source.asset, severity: .warning, opened: PlantClock.system().wall,
        summary: "\(source.asset) sends more than \(settings.text) on \(source.topic): what is over it is set aside.",
        advice:
          "Look at the device's send interval, or for a second sender of its topic. If it is meant to be so fast, "
          + "raise rate-limit of its broker; `weir quarantine list --reason rate-limited` shows what was set aside.",
        evidence: [.init("topic", source.topic), .init("limit", settings.text)]))
  }

  private func close(_ end: SourceLimiter.End) {
    let source = sources[end.topic]
    logger.info(
      "a source keeps its limit again", metadata: ["asset": "\(source.asset)", "set_aside": "\(end.messages)"])
    findings.close(key: key(end.topic), at: PlantClock.system().wall) { finding in
      finding.summary =
        "\(source.asset) keeps the limit of \(settings.text) on \(source.topic) again; \(end.messages) messages were "
        + "set aside."
      finding.evidence.append(.init("set-aside", "\(end.messages)"))
    }
  }
}
