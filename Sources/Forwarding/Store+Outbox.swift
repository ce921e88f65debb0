import Store

/// The Store is the outbox. Its calls block on the disk, so they run on a thread pool.
extension Store: Outbox {
  public func nextRecords(for destination: String, limit: Int, maximumBytes: Int) async throws -> [OutboundRecord] {
    try await blocking {
      try self.nextRecords(for: destination, limit: limit, maxBytes: maximumBytes).map { OutboundRecord($0) }
    }
  }

  public func advance(destination: String, by settlement: Settlement) async throws {
    try await blocking {
      // The Store counts by what is before the colon and keeps the rest as detail.
      let refused = settlement.refused.map { refusal in
        (refusal.sequence, refusal.detail.isEmpty ? refusal.reason : "\(refusal.reason): \(refusal.detail)")
      }
      try self.advance(
        destination: destination, delivered: settlement.delivered, refused: refused, cursor: settlement.cursor)
    }
  }

  public func backlog(of destination: String) async throws -> Int {
    try await blocking { try self.destinationCounts(destination).pending }
  }
}

extension OutboundRecord {
  public init(_ record: IssuedRecord) {
    self.init(
      sequence: record.sequence, id: record.id, kind: record.kind, asset: record.asset, key: record.key,
      issued: record.issued, json: record.json)
  }
}
