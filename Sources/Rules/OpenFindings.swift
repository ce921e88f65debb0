import Telemetry

/// The findings that a rule has open: each is told once, again where there is news, and closed as it was.
public struct OpenFindings: Hashable, Sendable {
  /// By key.
  public private(set) var findings: [Finding] = []

  public init() {}

  private func place(_ key: String) -> Int { findings.firstIndex { $0.key >= key } ?? findings.endIndex }

  public func finding(_ key: String) -> Finding? {
    let place = place(key)
    return place < findings.endIndex && findings[place].key == key ? findings[place] : nil
  }

  /// - Parameter isNews: what is open already is told again if it says something else; without it, only if it is graver
  ///   or less grave.
  public mutating func tell(_ finding: Finding, isNews: Bool = false, context: inout RuleContext) {
    var told = finding
    let place = place(finding.key)
    if place < findings.endIndex, findings[place].key == finding.key {
      told.opened = findings[place].opened
      guard told.severity != findings[place].severity || (isNews && told != findings[place]) else { return }
      findings[place] = told
    } else {
      findings.insert(told, at: place)
    }
    context.emit(told)
  }

  public mutating func end(_ key: String, at time: Timestamp, context: inout RuleContext) {
    let place = place(key)
    guard place < findings.endIndex, findings[place].key == key else { return }
    var finding = findings.remove(at: place)
    finding.closed = time
    context.emit(finding)
  }

  /// What is found now is told, what is found no more closed.
  public mutating func become(_ findings: [Finding], isNews: Bool, at time: Timestamp, context: inout RuleContext) {
    for finding in findings { tell(finding, isNews: isNews, context: &context) }
    endOthers(Set(findings.map(\.key)), at: time, context: &context)
  }

  /// Closes those that are not among `keys`.
  public mutating func endOthers(_ keys: Set<String>, at time: Timestamp, context: inout RuleContext) {
    for key in findings.map(\.key) where !keys.contains(key) { end(key, at: time, context: &context) }
  }

  public func encode(into writer: inout ByteWriter) {
    writer.varint(findings.count)
    for finding in findings {
      for text in [finding.key, finding.rule, finding.subject, finding.summary, finding.advice] { writer.string(text) }
      writer.byte(finding.severity.rawValue)
      writer.timestamp(finding.opened)
      writer.attributes(finding.evidence)
    }
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    findings = []
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      let rule = try reader.string()
      let subject = try reader.string()
      let summary = try reader.string()
      let advice = try reader.string()
      guard let severity = Finding.Severity(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "the severity of a finding")
      }
      let opened = try reader.timestamp()
      let evidence = try reader.attributes()
      findings.append(
        Finding(
          key: key, rule: rule, subject: subject, severity: severity, opened: opened, summary: summary, advice: advice,
          evidence: evidence))
    }
  }
}
