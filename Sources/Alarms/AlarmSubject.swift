import Telemetry
import Templates

/// What an alarm is about, as people are told it: from its finding and the site.
public struct AlarmSubject: Hashable, Sendable {
  /// The finding's key: the same for all occurrences.
  public var key: String
  public var rule: String
  /// Asset id, destination name or `gateway`.
  public var subject: String
  /// Where the asset stands; empty for what is no asset.
  public var place: String
  public var category: AlarmSettings.Category
  public var severity: Finding.Severity
  public var priority: AlarmSettings.Priority
  /// `critical at a machine of high criticality`.
  public var priorityReason: String
  public var summary: String
  public var advice: String
  public var evidence: [Event.Attribute]

  func encode(into writer: inout ByteWriter) {
    for text in [key, rule, subject, place, category.rawValue, priorityReason, summary, advice] { writer.string(text) }
    writer.byte(severity.rawValue)
    writer.byte(priority.rawValue)
    writer.attributes(evidence)
  }
}

extension AlarmSubject {
  /// Of any finding, also of one that is no alarm because nobody has to act on it.
  ///
  /// - Parameter criticality: of its asset; `normal` for what is no asset.
  public init(_ finding: Finding, place: String, criticality: Asset.Criticality, settings: AlarmSettings) {
    let category = settings.class(of: finding.rule)?.category ?? .gateway
    let wanted = category == .safety ? .safety : settings.priority(finding.severity, criticality)
    self.init(
      key: finding.key, rule: finding.rule, subject: finding.subject, place: place, category: category,
      severity: finding.severity, priority: wanted ?? .low,
      priorityReason: category == .safety
        ? "\(finding.rule) is a safety alarm"
        : "\(finding.severity.word) at \(criticality.rawValue) criticality" + (wanted == nil ? ", no alarm" : ""),
      summary: finding.summary, advice: finding.advice, evidence: finding.evidence)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    var texts: [String] = []
    for _ in 0..<8 { texts.append(try reader.string()) }
    guard let category = AlarmSettings.Category(rawValue: texts[4]),
      let severity = Finding.Severity(rawValue: try reader.byte()),
      let priority = AlarmSettings.Priority(rawValue: try reader.byte())
    else { throw ByteReaderError(offset: reader.offset, expected: "the subject of an alarm") }
    let evidence = try reader.attributes()
    self.init(
      key: texts[0], rule: texts[1], subject: texts[2], place: texts[3], category: category, severity: severity,
      priority: priority, priorityReason: texts[5], summary: texts[6], advice: texts[7], evidence: evidence)
  }
}
