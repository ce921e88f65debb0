import Telemetry

/// What Forwarding needs of the Store: the records that a destination still has to get, and its cursor.
///
/// The outbox is durable. A record that `nextRecords` gave stays in it until `advance` has passed it, so a crash in
/// between means that the record is delivered again under the same id, never that it is lost.
public protocol Outbox: Sendable {
  /// The next records after the destination's cursor that its allow-list lets through, in order of their sequence.
  ///
  /// At most `limit` records and about `maximumBytes` of JSON, but always at least one if there is any.
  func nextRecords(for destination: String, limit: Int, maximumBytes: Int) async throws -> [OutboundRecord]

  /// Moves the cursor to `settlement.cursor` and counts its records, in one transaction.
  func advance(destination: String, by settlement: Settlement) async throws

  /// Records that are issued for the destination and neither delivered, refused nor evicted.
  func backlog(of destination: String) async throws -> Int
}

/// A record on its way out.
public struct OutboundRecord: Hashable, Sendable {
  /// Position in the Store; grows.
  public var sequence: Int64
  /// `<gateway>/<kind>/<key>/<revision>`: the same at every repetition.
  public var id: String
  public var kind: RecordKind
  public var asset: String
  /// Unique within the kind: asset and window start; revisions share it.
  public var key: String
  /// When the record was issued.
  public var issued: Timestamp
  /// The envelope, canonical JSON, therefore one line.
  public var json: [UInt8]

  public init(
    sequence: Int64, id: String, kind: RecordKind, asset: String, key: String, issued: Timestamp, json: [UInt8]
  ) {
    self.sequence = sequence
    self.id = id
    self.kind = kind
    self.asset = asset
    self.key = key
    self.issued = issued
    self.json = json
  }
}

/// What became of consecutive records: each of them is in exactly one of the two lists.
public struct Settlement: Hashable, Sendable {
  public struct Refusal: Hashable, Sendable {
    public var sequence: Int64
    /// A word of a bounded set, for example `http-422`: the Store counts by it.
    public var reason: String
    /// What the destination said: one line, without secrets.
    public var detail: String
    public init(sequence: Int64, reason: String, detail: String = "") {
      self.sequence = sequence
      self.reason = reason
      self.detail = detail
    }
  }

  /// Sequences, rising.
  public var delivered: [Int64] = []
  /// Rising by sequence.
  public var refused: [Refusal] = []

  public init() {}
  public init(delivered: [Int64], refused: [Refusal]) {
    self.delivered = delivered
    self.refused = refused
  }

  public var isEmpty: Bool { delivered.isEmpty && refused.isEmpty }
  public var count: Int { delivered.count + refused.count }
  /// The highest sequence settled; 0 if empty.
  public var cursor: Int64 { max(delivered.last ?? 0, refused.last?.sequence ?? 0) }
}
