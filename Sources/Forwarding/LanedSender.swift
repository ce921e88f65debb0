import Telemetry

/// The way of the outbox to a destination that is also sent to ahead: what arrived that way is settled without being sent
/// again.
final class LanedSender: Sender {
  private let inner: any Sender
  private let lane: AheadLane

  init(inner: any Sender, lane: AheadLane) {
    self.inner = inner
    self.lane = lane
  }

  var address: String { inner.address }
  var batch: Int { inner.batch }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    guard !lane.isIdle else { return await inner.send(records) }
    var total = SendReport(answer: .delivered)
    var start = records.startIndex
    for index in records.indices where lane.knows(records[index].id) {
      if start < index, !total.add(await inner.send(records[start..<index]), of: index - start) { return total }
      start = index
      switch await lane.claim(records[index].id) {
      case .delivered:
        let bytes = records[index].json.count
        _ = total.add(SendReport(answer: .delivered, bytes: bytes, wireBytes: bytes), of: 1)
        start = index + 1
      case .refused(let refusal):
        _ = total.add(SendReport(settled: 1, refused: [0: refusal], answer: .delivered), of: 1)
        start = index + 1
      case nil: break
      }
    }
    if start < records.endIndex { _ = total.add(await inner.send(records[start...]), of: records.endIndex - start) }
    return total
  }

  func close() async { await inner.close() }
}

extension SendReport {
  /// Adds what was answered to the records behind those that are settled. False: nothing more is to be sent now.
  fileprivate mutating func add(_ report: SendReport, of count: Int) -> Bool {
    let isDelivered = if case .delivered = report.answer { true } else { false }
    let done = isDelivered ? count : min(max(report.settled, 0), count)
    for (offset, refusal) in report.refused where offset < done { refused[settled + offset] = refusal }
    settled += done
    bytes += report.bytes
    wireBytes += report.wireBytes
    if case .refusedBatch(let refusal) = report.answer, count - done == 1 {
      refused[settled] = refusal
      settled += 1
      return true
    }
    answer = report.answer
    return isDelivered || done == count
  }
}
