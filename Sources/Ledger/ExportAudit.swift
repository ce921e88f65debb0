import Telemetry

/// Audits records as JSON lines: what a file destination or `weir export` writes, in the order of its files.
public struct ExportAudit {
  private var audit: LedgerAudit
  private var line = 0
  /// What the first line of an export promises.
  private var promise: ExportPromise?

  public init(_ options: LedgerAudit.Options = LedgerAudit.Options()) { audit = LedgerAudit(options) }

  /// - Parameter bytes: one line without its end. Empty ones are damage as well: nobody writes them.
  public mutating func take(_ bytes: [UInt8]) {
    line += 1
    let envelope: EnvelopeReader
    do {
      envelope = try EnvelopeReader(line: bytes)
    } catch {
      return audit.takeUnreadable(line: line, error.description)
    }
    if line == 1, envelope.json[ExportPromise.member] != nil { return takePromise(envelope.json, bytes) }
    if envelope.kind == RecordKind.ledgerHead.rawValue, envelope.leaf == nil {
      takeHead(envelope)
    } else if let leaf = envelope.leaf, leaf.number > 0 {
      let body = envelope.bodyHash.map { AuditEntry.Body.present($0) } ?? .stub
      audit.take(
        AuditEntry(
          leaf: leaf, hash: envelope.hash, statedPrevious: envelope.previous, body: body, flaws: envelope.flaws,
          line: line))
    } else if envelope.leaf != nil || RecordKind(rawValue: envelope.kind)?.isLedger ?? true {
      audit.takeUnreadable(
        line: line, (["its place in the ledger cannot be read"] + envelope.flaws).joined(separator: "; "))
    } else {
      audit.report.others += 1
      guard !envelope.flaws.isEmpty else { return }
      audit.report.add(
        LedgerDamage(.column, id: envelope.id, line: line, envelope.flaws.joined(separator: "; ")))
    }
  }

  private mutating func takeHead(_ envelope: EnvelopeReader) {
    do {
      let head = try HeadStatement(body: envelope.json["body"] ?? .null)
      var flaws = envelope.flaws
      let contents = head.contents
      if envelope.json["key"]?.stringValue != contents.key || envelope.json["gateway"]?.stringValue != contents.gateway
        || envelope.json["revision"] != 0 || envelope.json["supersedes"] != nil || envelope.json["cause"] != nil
        || envelope.json["issued"]?.stringValue.flatMap(StrictTime.parse) != contents.issued
      {
        flaws.append("the envelope does not fit the head")
      }
      if !flaws.isEmpty {
        audit.report.add(
          LedgerDamage(.head, leaf: contents.last, id: envelope.id, line: line, flaws.joined(separator: "; ")))
      }
      audit.take(head, id: envelope.id, line: line)
    } catch {
      audit.report.add(LedgerDamage(.head, id: envelope.id, line: line, error.description))
    }
  }

  private mutating func takePromise(_ json: JSONValue, _ bytes: [UInt8]) {
    do {
      let promise = try ExportPromise(json: json)
      if json.canonicalBytes() != bytes { throw LedgerError("it is not in canonical form (RFC 8785)") }
      self.promise = promise
    } catch {
      audit.report.add(LedgerDamage(.unreadable, line: line, "the first line: \(error)"))
    }
  }

  public mutating func finish() -> AuditReport {
    var report = audit.finish()
    if let promise {
      for damage in promise.broken(by: report) { report.add(damage) }
      if report.isSound, line - 1 != promise.lines {
        report.add(
          LedgerDamage(
            line - 1 < promise.lines ? .missing : .duplicated,
            "the first line promises \(promise.lines) lines, and \(line - 1) follow"))
      }
    }
    if report.others > 0 {
      report.notes.append(
        "\(report.others) records are of kinds without ledger: of these only the hash of the body was checked")
    }
    return report
  }
}
