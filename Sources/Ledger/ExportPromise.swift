import Telemetry

/// The first line of an export: what it holds, so that a line that is gone at its begin or end shows. It is not signed;
/// heads are.
public struct ExportPromise: Hashable, Sendable {
  static let member = "export"

  public var gateway: String
  /// Leaves first…last; last = first − 1 for none.
  public var first: Int64
  public var last: Int64
  /// Hash of the last leaf.
  public var chain: [UInt8]
  public var lines: Int64

  public init(gateway: String, first: Int64, last: Int64, chain: [UInt8], lines: Int64) {
    self.gateway = gateway
    self.first = first
    self.last = last
    self.chain = chain
    self.lines = lines
  }

  public var json: JSONValue {
    let contents: [String: JSONValue] = [
      "chain": .string(LedgerHash.hex(chain)), "first": .integer(first), "format": .integer(Int64(Leaf.format)),
      "gateway": .string(gateway), "last": .integer(last), "lines": .integer(lines),
    ]
    // A sum over it, so that no altered byte of this line goes unseen.
    let sum = LedgerHash.hex(LedgerHash.sha256(JSONValue.object(contents).canonicalBytes()))
    return [Self.member: .object(contents), "sum": .string(sum)]
  }

  init(json: JSONValue) throws(LedgerError) {
    let inner = json[Self.member]
    guard let gateway = inner?["gateway"]?.stringValue, let first = inner?["first"]?.integerValue,
      let last = inner?["last"]?.integerValue, let lines = inner?["lines"]?.integerValue,
      let chain = inner?["chain"]?.stringValue.flatMap(LedgerHash.bytes(hex:))
    else { throw LedgerError("it does not say what the export holds") }
    guard (0...Leaf.highest).contains(first), (-1...Leaf.highest).contains(last) else {
      throw LedgerError("it promises leaves \(first)–\(last), which no ledger has")
    }
    self.init(gateway: gateway, first: first, last: last, chain: chain, lines: lines)
    guard self.json == json else { throw LedgerError("it was altered") }
  }

  func broken(by report: AuditReport) -> [LedgerDamage] {
    guard last >= first else { return [] }
    var damages: [LedgerDamage] = []
    if let found = report.first, found > first {
      damages.append(LedgerDamage(.missing, leaf: first, to: found - 1, "the export's first line promises them"))
    }
    let end = report.last ?? first - 1
    let isTold = report.damages.contains { $0.kind == .truncated && ($0.lastLeaf ?? $0.leaf ?? 0) >= last }
    if end < last, !isTold {
      damages.append(LedgerDamage(.truncated, leaf: end + 1, to: last, "the export's first line promises them"))
    } else if end == last, report.chain != chain, report.isSound {
      damages.append(LedgerDamage(.rewritten, leaf: last, "the export's first line promises another last leaf"))
    }
    return damages
  }
}
