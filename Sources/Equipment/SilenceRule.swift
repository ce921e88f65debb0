import Plant
import Rules
import Telemetry
import Templates

/// A device that is silent on a live connection is *no data*: a finding of its own, never "normal" and never zero.
///
/// While the connection is down or a backlog arrives nobody is silent, and patience begins anew with the first time mark
/// after it: what the device has sent meanwhile is dated long ago by then.
///
/// A device whose samples are all set aside is not silent: the finding says so, and while another one explains it (its
/// clock has lost the time) there is none.
public struct SilenceRule: AssetRule {
  /// Silence of this many expected intervals opens the finding.
  public static let intervals: Int64 = 3
  /// … but never less than this: a single lost message is no finding.
  public static let shortest = Span64.minutes(1)

  private let asset: Asset
  private let zone: PlantZone
  private let interval: Span64
  private let patience: Span64
  /// So long it may take until a clock that has lost its time is recognised, at least.
  private static let explaining = Span64.minutes(2)

  /// The plant clock when the asset was last heard of, or first missed; while the finding is open, when that was last
  /// looked at.
  private var heard: Timestamp?
  private var lastSample: Timestamp?
  private var opened: Finding?

  /// Nil for an asset of which no regular message is expected (events only).
  public init?(asset: Asset, zone: PlantZone) {
    let regular = asset.signals.filter { $0.kind != .event }
    guard let interval = regular.map(\.expectedInterval).min() else { return nil }
    self.asset = asset
    self.zone = zone
    self.interval = interval
    patience = max(Self.shortest, Span64(nanoseconds: interval.nanoseconds * Self.intervals))
  }

  public func interest(in signal: Int) -> SignalInterest { asset.signals[signal].kind == .event ? .none : .watch }

  public var deadline: Timestamp? {
    guard let heard else { return .distantPast }
    return heard + patience
  }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    lastSample = max(lastSample ?? .distantPast, sample.time)
    heard = context.clock == .distantPast ? nil : context.clock
    end(&context)
  }

  private mutating func end(_ context: inout RuleContext) {
    guard var finding = opened else { return }
    finding.closed = context.clock
    context.emit(finding)
    opened = nil
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    guard let since = context.connectedSince, let heard else {
      self.heard = now
      return
    }
    if heard < since { self.heard = since }
    guard max(heard, since) + patience <= now else { return }
    let unused = context.unused.flatMap { $0.latest + patience > now ? $0 : nil }
    if let unused, let wait = explanation(unused), wait + patience > now {
      if unused.isExplained { end(&context) }
      self.heard = opened == nil ? wait : now
      return
    }
    if opened == nil { open(now, unused: unused, &context) }
    self.heard = now
  }

  /// Until when another finding explains, or may soon explain, why nothing can be used; nil if there is none.
  private func explanation(_ unused: UnusedData) -> Timestamp? {
    if unused.isExplained { return unused.latest }
    guard unused.reason == .tooOld else { return nil }
    return unused.since
      + max(Self.explaining, Span64(nanoseconds: interval.nanoseconds * (Self.intervals + 1))) - patience
  }

  private mutating func open(_ now: Timestamp, unused: UnusedData?, _ context: inout RuleContext) {
    let last = lastSample.map { "last reading \(zone.rfc3339($0))" } ?? "never heard of since the gateway knows it"
    let topics = asset.topics.map(\.topic).joined(separator: ", ")
    let finding = Finding(
      key: "no-data/\(asset.id)", rule: "no-data", subject: asset.id,
      severity: asset.criticality == .high || asset.criticality == .safety ? .critical : .warning, opened: now,
      summary: unused.map {
        "\(asset.id) at \(asset.place) sends, but nothing of it can be used since \(zone.rfc3339($0.since)): its samples "
          + "are set aside as \($0.reason.word); \(last)."
      } ?? "\(asset.id) at \(asset.place) sends nothing: \(last).",
      advice: unused == nil
        ? "Check power and network of the device and that it publishes to \(topics)."
        : "`weir quarantine list` shows them with the reason; mend the device, its clock or its mapping.",
      evidence: [
        Event.Attribute("expected_every_seconds", "\(interval.nanoseconds / 1_000_000_000)"),
        Event.Attribute("last_reading", lastSample.map { zone.rfc3339($0) } ?? "none"),
      ])
    opened = finding
    context.emit(finding)
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(heard ?? .distantPast)
    writer.timestamp(lastSample ?? .distantPast)
    writer.boolean(opened != nil)
    if let opened {
      writer.timestamp(opened.opened)
      writer.string(opened.summary)
      writer.string(opened.advice)
      writer.attributes(opened.evidence)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let heard = try reader.timestamp()
    self.heard = heard == .distantPast ? nil : heard
    let last = try reader.timestamp()
    lastSample = last == .distantPast ? nil : last
    guard try reader.boolean() else { return }
    let since = try reader.timestamp()
    let summary = try reader.string()
    let advice = try reader.string()
    let evidence = try reader.attributes()
    opened = Finding(
      key: "no-data/\(asset.id)", rule: "no-data", subject: asset.id,
      severity: asset.criticality == .high || asset.criticality == .safety ? .critical : .warning, opened: since,
      summary: summary, advice: advice, evidence: evidence)
  }
}
