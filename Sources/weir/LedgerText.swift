import Ledger
import Telemetry

/// What an audit found, as text and as JSON.
enum LedgerText {
  static func page(_ report: AuditReport, of what: String) -> String {
    var lines: [String] = []
    let range = report.first.map { "leaves \($0)–\(report.last ?? $0)" } ?? "no leaf"
    lines.append(
      "\(what): \(range), \(count(report.bodies, "body", "bodies")), \(count(report.stubs, "leaf", "leaves")) without body, "
        + count(report.heads, "signed head", "signed heads"))
    for key in report.keys { lines.append("  signed by the key \(key)") }
    if let last = report.last {
      if report.signedUpTo == 0 {
        lines.append("  no leaf is under a signed head")
      } else if last > report.signedUpTo {
        lines.append("  leaves \(report.signedUpTo + 1)–\(last) are not under a signed head yet")
      }
    }
    for note in report.notes { lines.append("  note: \(note)") }
    if report.isSound {
      lines.append("SOUND: nothing was altered, and nothing is missing, reordered or repeated.")
    } else {
      lines.append("DAMAGED in \(count(report.damageCount, "place", "places")):")
      for damage in report.damages { lines.append("  \(damage)") }
      let more = report.damageCount - Int64(report.damages.count)
      if more > 0 { lines.append("  … and \(count(more, "more", "more"))") }
    }
    return lines.joined(separator: "\n")
  }

  static func page(_ statement: LedgerProof.Statement) -> String {
    let (leaf, head) = (statement.leaf, statement.head)
    return """
      THE PROOF HOLDS
        record  \(leaf.id)
        issued  \(leaf.issued.rfc3339UTC) by the gateway \(leaf.gateway), leaf \(leaf.number)
        head    \(head.number) of \(head.day), leaves \(head.first)–\(head.last), signed
        body    \(statement.hasBody ? "in the proof, unaltered" : "not shown; SHA-256 \(LedgerHash.hex(leaf.bodyHash))")
      """ + (statement.extract.map(page) ?? "")
  }

  private static func page(_ extract: LedgerExtract) -> String {
    var lines = [
      "", "  shown   \(extract.shown.count) of \(extract.shown.count + extract.hidden) members, signed by the gateway",
    ]
    for (pointer, value) in extract.shown.sorted(by: { $0.key < $1.key }) {
      lines.append("    \(pointer)  \(value.stringValue ?? value.canonicalText)")
    }
    if case .object(let members)? = extract.statement {
      lines.append("  stated beside it, signed by the gateway")
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        lines.append("    \(name)  \(value.stringValue ?? value.canonicalText)")
      }
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ report: AuditReport) -> JSONValue {
    [
      "sound": .boolean(report.isSound), "leaves": .integer(report.leaves),
      "first": report.first.map { .integer($0) } ?? .null, "last": report.last.map { .integer($0) } ?? .null,
      "chain": .string(LedgerHash.hex(report.chain)), "bodies": .integer(report.bodies),
      "stubs": .integer(report.stubs), "heads": .integer(report.heads), "signed_up_to": .integer(report.signedUpTo),
      "others": .integer(report.others), "keys": .array(report.keys.map { .string($0) }),
      "notes": .array(report.notes.map { .string($0) }), "damage_count": .integer(report.damageCount),
      "damages": .array(
        report.damages.map { damage in
          [
            "kind": .string(damage.kind.rawValue), "leaf": damage.leaf.map { .integer($0) } ?? .null,
            "last_leaf": (damage.lastLeaf ?? damage.leaf).map { .integer($0) } ?? .null, "id": .string(damage.id),
            "line": damage.line.map { .integer(Int64($0)) } ?? .null, "detail": .string(damage.detail),
          ]
        }),
    ]
  }

  static func json(_ statement: LedgerProof.Statement) -> JSONValue {
    var members: [String: JSONValue] = [
      "holds": true, "id": .string(statement.leaf.id), "leaf": .integer(statement.leaf.number),
      "body_hash": .string(LedgerHash.hex(statement.leaf.bodyHash)), "has_body": .boolean(statement.hasBody),
      "issued": .string(statement.leaf.issued.rfc3339UTC), "head": .integer(statement.head.number),
      "day": .string(statement.head.day),
    ]
    if let extract = statement.extract {
      members["shown"] = .object(extract.shown)
      members["hidden"] = .integer(Int64(extract.hidden))
      members["statement"] = extract.statement
    }
    return .object(members)
  }

  private static func count(_ number: Int64, _ one: String, _ many: String) -> String {
    "\(Figures.count(Int(number))) \(number == 1 ? one : many)"
  }
}
