import Plant
import Rules
import Telemetry
import Templates

/// Verdicts of a station that watches over people (`criticality: safety`): a rejection is told with its event, without a
/// window or a mark, and belongs to no quality figure.
///
/// Each process step (the zone of a camera, say) stands for itself, and only a good verdict of it ends what it saw. What it
/// sees again meanwhile is told again, not more often than once a minute. What is older than the last verdict of a step
/// changes nothing.
public struct SafetyVisionRule: AssetRule {
  static let name = "safety-vision"
  /// Steps that are told apart; more are one.
  private static let mostSteps = 1000
  private static let pause = Span64.minutes(1)

  private let asset: Asset
  private let guide: AlarmSettings?
  private let signal: Int
  /// Of the last verdict, by step.
  private var times: [String: Timestamp] = [:]
  private var told = OpenFindings()
  /// When something was told last, by step.
  private var news: [String: Timestamp] = [:]

  public static func factory() -> RuleFactory {
    RuleFactory(name: name) { asset, site in SafetyVisionRule(asset: asset, site: site) }
  }

  /// Nil for what does not watch over people, or tells no verdicts.
  public init?(asset: Asset, site: Site) {
    guard asset.criticality == .safety, let signal = asset.eventSignal(carrying: ["verdict"]) else { return nil }
    self.asset = asset
    self.signal = signal
    guide = site.alarms
  }

  public var deadline: Timestamp? { nil }

  public func interest(in signal: Int) -> SignalInterest { signal == self.signal ? .watch : .none }

  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    let verdict = event.first("verdict")
    guard verdict == UnitVisit.bad || verdict == UnitVisit.good else { return }
    var step = event.first("step") ?? ""
    if times[step] == nil, times.count >= Self.mostSteps { step = "" }
    if let last = times[step], event.time < last { return }
    times[step] = event.time
    var finding = finding(event, step)
    if verdict == UnitVisit.bad {
      if told.finding(finding.key) != nil {
        finding.evidence.append(Event.Attribute("seen again", event.time.rfc3339UTC))
      }
      let isNews = news[step].map { $0 + Self.pause <= event.time } ?? true
      if isNews { news[step] = event.time }
      told.tell(finding, isNews: isNews, context: &context)
    } else {
      news[step] = nil
      told.end(finding.key, at: event.time, context: &context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}

  private func finding(_ event: Event, _ step: String) -> Finding {
    let codes = event.all("defect").filter { !$0.isEmpty }.joined(separator: ", ")
    let name = asset.place.isEmpty ? asset.id : "\(asset.id) at \(asset.place)"
    var evidence: [Event.Attribute] = []
    for (title, value) in [
      ("seen", codes), ("step", step), ("confidence", event.first("confidence") ?? ""),
      ("model", event.first("model") ?? ""), ("image", event.first("image") ?? ""),
    ] where !value.isEmpty {
      evidence.append(Event.Attribute(title, value))
    }
    return Finding(
      key: "\(Self.name)/\(asset.id)" + (step.isEmpty ? "" : "/\(step)"), rule: Self.name, subject: asset.id,
      severity: .critical, opened: event.time,
      summary:
        "\(name) sees a danger to people\(step.isEmpty ? "" : " (\(step))")\(codes.isEmpty ? "" : ": \(codes)").",
      advice: guide?.guide(of: Self.name)?.steps.first?.english
        ?? "Look on site whether somebody is in danger, and stop the machine if so; then find the cause.",
      evidence: evidence)
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(times.count)
    for (step, time) in times.sorted(by: { $0.key < $1.key }) {
      writer.string(step)
      writer.timestamp(time)
    }
    told.encode(into: &writer)
    writer.varint(news.count)
    for (step, time) in news.sorted(by: { $0.key < $1.key }) {
      writer.string(step)
      writer.timestamp(time)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    times = [:]
    for _ in 0..<(try reader.count()) {
      let step = try reader.string()
      times[step] = try reader.timestamp()
    }
    try told.restore(from: &reader)
    // States of before end here.
    guard !reader.isAtEnd else { return }
    for _ in 0..<(try reader.count()) {
      let step = try reader.string()
      news[step] = try reader.timestamp()
    }
  }
}
