import Ledger
import Telemetry

/// A record as it is forwarded.
public struct IssuedRecord: Hashable, Sendable {
  /// Position in the Store; grows, never used twice.
  public var sequence: Int64
  /// `<gateway>/<kind>/<key>/<revision>`: the same at every repetition.
  public var id: String
  public var kind: RecordKind
  public var asset: String
  /// Unique within the kind; revisions share it.
  public var key: String
  public var revision: Int
  /// The interval that the record speaks of, half-open.
  public var start: Timestamp
  public var end: Timestamp
  public var issued: Timestamp
  /// The envelope, canonical JSON (RFC 8785), one line.
  public var json: [UInt8]

  /// From when on the record's statement holds: the end of its interval.
  public var time: Timestamp { end }

  static func id(gateway: String, kind: RecordKind, key: String, revision: Int) -> String {
    "\(gateway)/\(kind.rawValue)/\(key)/\(revision)"
  }
}

/// The members of an issued record around its body.
struct Envelope {
  struct Chain {
    var number: Int64
    var record: Int64
    var asset: String
    /// RFC 3339.
    var start: String
    /// RFC 3339.
    var end: String
    var previous: [UInt8]
    var hash: [UInt8]
  }

  var gateway: String
  var kind: RecordKind
  var key: String
  var revision: Int
  var id: String
  /// RFC 3339.
  var issued: String
  /// SHA-256 of the body.
  var hash: [UInt8]
  var supersedes: [UInt8]?
  /// Canonical JSON.
  var cause: [UInt8]?
  var chain: Chain?

  /// Canonical JSON: the members are written in the order of their names.
  ///
  /// - Parameter body: nil for a leaf whose body was evicted.
  func json(body: [UInt8]?) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity((body?.count ?? 0) + 768)
    out.append(UInt8(ascii: "{"))
    if let body {
      out.append(contentsOf: #""body":"#.utf8)
      out.append(contentsOf: body)
      out.append(UInt8(ascii: ","))
    }
    if let cause {
      out.append(contentsOf: #""cause":"#.utf8)
      out.append(contentsOf: cause)
      out.append(UInt8(ascii: ","))
    }
    if let chain {
      out.append(contentsOf: #""chain":{"asset":"#.utf8)
      out.append(contentsOf: Self.string(chain.asset))
      out.append(contentsOf: #","end":"#.utf8)
      out.append(contentsOf: Self.string(chain.end))
      out.append(contentsOf: #","hash":""#.utf8)
      out.append(contentsOf: LedgerHash.hexBytes(chain.hash))
      out.append(contentsOf: #"","previous":""#.utf8)
      out.append(contentsOf: LedgerHash.hexBytes(chain.previous))
      out.append(contentsOf: #"","record":"#.utf8)
      out.append(contentsOf: String(chain.record).utf8)
      out.append(contentsOf: #","sequence":"#.utf8)
      out.append(contentsOf: String(chain.number).utf8)
      out.append(contentsOf: #","start":"#.utf8)
      out.append(contentsOf: Self.string(chain.start))
      out.append(contentsOf: "},".utf8)
    }
    out.append(contentsOf: #""gateway":"#.utf8)
    out.append(contentsOf: Self.string(gateway))
    out.append(contentsOf: #","hash":""#.utf8)
    out.append(contentsOf: LedgerHash.hexBytes(hash))
    out.append(contentsOf: #"","id":"#.utf8)
    out.append(contentsOf: Self.string(id))
    out.append(contentsOf: #","issued":"#.utf8)
    out.append(contentsOf: Self.string(issued))
    out.append(contentsOf: #","key":"#.utf8)
    out.append(contentsOf: Self.string(key))
    out.append(contentsOf: #","kind":"#.utf8)
    out.append(contentsOf: Self.string(kind.rawValue))
    out.append(contentsOf: #","revision":"#.utf8)
    out.append(contentsOf: String(revision).utf8)
    if let supersedes {
      out.append(contentsOf: #","supersedes":""#.utf8)
      out.append(contentsOf: LedgerHash.hexBytes(supersedes))
      out.append(UInt8(ascii: "\""))
    }
    out.append(UInt8(ascii: "}"))
    return out
  }

  private static func string(_ text: String) -> [UInt8] { JSONValue.string(text).canonicalBytes() }
}
