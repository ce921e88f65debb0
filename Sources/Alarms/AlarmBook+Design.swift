import Telemetry
import Templates

/// Suppression by design: alarms that mean nothing while something else is so. Safety alarms never are.
extension AlarmBook {
  /// An open finding that suppresses alarms.
  struct Cause: Hashable, Sendable {
    var rule: String
    var subject: String
  }

  /// Notes a finding that is a cause, whether it is an alarm itself or not.
  mutating func note(_ finding: Finding, _ isOpen: Bool, at time: Timestamp) -> [Change] {
    guard settings.suppressions.contains(where: { Wildcard.matches(finding.rule, $0.cause) }) else { return [] }
    let cause = isOpen ? Cause(rule: finding.rule, subject: finding.subject) : nil
    guard causes[finding.key] != cause else { return [] }
    causes[finding.key] = cause
    return suppress(entries.keys.sorted(), at: time)
  }

  /// Forgets the causes that are open no more.
  mutating func keepCauses(_ keys: Set<String>, at time: Timestamp) -> [Change] {
    let count = causes.count
    causes = causes.filter { keys.contains($0.key) }
    return causes.count == count ? [] : suppress(entries.keys.sorted(), at: time)
  }

  /// Brings the suppression of some alarms up to date.
  mutating func suppress(_ keys: [String], at time: Timestamp) -> [Change] {
    guard !settings.suppressions.isEmpty else { return [] }
    return keys.flatMap { key -> [Change] in
      guard let entry = entries[key] else { return [] }
      let cause = cause(of: entry.subject)
      guard (cause != nil) != (entry.machine.suppression != nil) else { return [] }
      let signature = cause.map { AlarmMachine.Signature(person: "", reason: "\($0.rule) of \($0.subject)") }
      let changes = apply(.suppress(signature), to: key, at: time)
      if cause == nil { forget(key) }
      return changes
    }
  }

  private func cause(of alarm: AlarmSubject) -> Cause? {
    guard alarm.category != .safety, !causes.isEmpty else { return nil }
    let wanted = settings.suppressions.filter { suppression in
      suppression.rules.contains { Wildcard.matches(alarm.rule, $0) }
        && suppression.assets.contains { Wildcard.matches(alarm.subject, $0) }
    }
    return causes.sorted { $0.key < $1.key }.map(\.value).first { cause in
      wanted.contains {
        Wildcard.matches(cause.rule, $0.cause) && cause.subject == $0.causeAsset ?? alarm.subject
      }
    }
  }

  func encodeCauses(into writer: inout ByteWriter) {
    writer.varint(causes.count)
    for (key, cause) in causes.sorted(by: { $0.key < $1.key }) {
      for text in [key, cause.rule, cause.subject] { writer.string(text) }
    }
  }

  mutating func restoreCauses(from reader: inout ByteReader) throws(ByteReaderError) {
    causes = [:]
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      let rule = try reader.string()
      causes[key] = Cause(rule: rule, subject: try reader.string())
    }
  }
}
