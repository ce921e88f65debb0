import Ledger
import Telemetry

extension Store {
  /// A record as it will be issued, under the id that it will have, for those who cannot wait for its commit.
  ///
  /// Nil for what only the transaction knows: a leaf of the ledger, and which body a revision supersedes. Its sequence is
  /// 0; the time of issue will be another one.
  public func preview(of draft: RecordDraft, issued: Timestamp) -> IssuedRecord? {
    guard draft.revision == 0, draft.cause == nil, !draft.kind.isLedger else { return nil }
    let id = IssuedRecord.id(gateway: gateway.currentID, kind: draft.kind, key: draft.key, revision: 0)
    let envelope = Envelope(
      gateway: gateway.currentID, kind: draft.kind, key: draft.key, revision: 0, id: id,
      issued: options.formatTime(issued), hash: LedgerHash.sha256(draft.body))
    return IssuedRecord(
      sequence: 0, id: id, kind: draft.kind, asset: draft.asset, key: draft.key, revision: 0, start: draft.start,
      end: draft.end, issued: issued, json: envelope.json(body: draft.body))
  }
}
