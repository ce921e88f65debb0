import NIOConcurrencyHelpers
import Telemetry
import TestSupport
import Testing

@testable import Forwarding

/// What cannot wait for the Store goes ahead of it, and is not told again by this process.
@Suite struct AheadLaneTests {
  /// A destination that answers as a test says.
  final class FakeSender: Sender {
    let address = "fake"
    let batch = 10
    let takesAhead = true
    let sent = NIOLockedValueBox<[String]>([])
    let answer: NIOLockedValueBox<@Sendable (OutboundRecord) -> SendReport>
    init(_ answer: @escaping @Sendable (OutboundRecord) -> SendReport = { _ in SendReport(answer: .delivered) }) {
      self.answer = NIOLockedValueBox(answer)
    }
    func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
      sent.withLockedValue { $0 += records.map(\.id) }
      for (offset, record) in records.enumerated() {
        var report = answer.withLockedValue { $0 }(record)
        guard case .delivered = report.answer else {
          report.settled += offset
          return report
        }
      }
      return SendReport(answer: .delivered)
    }
    func close() async {}
    var ids: [String] { sent.withLockedValue { $0 } }
  }

  private func forwarder(_ senders: [(String, FakeSender)], _ outbox: MemoryOutbox) -> Forwarder {
    let ahead: [String: @Sendable (OutboundRecord) -> Bool] = Dictionary(
      uniqueKeysWithValues: senders.map { ($0.0, { @Sendable _ in true }) })
    return Forwarder(
      senders: senders.map { ($0.0, $0.1) }, outbox: outbox, settings: quickSettings(), ahead: ahead,
      logger: Recorded().logger, wallClock: { .systemNow }, onFinding: { _ in })
  }

  private func urgent(_ number: Int, what: String = "opened") -> OutboundRecord {
    let id = "gw/notification/gw/\(number)/0"
    return OutboundRecord(
      sequence: 0, id: id, kind: .notification, asset: "notify:duty", key: "gw/\(number)",
      issued: Timestamp(seconds: 1_795_000_000), json: Array(#"{"body":{"what":"\#(what)"},"id":"\#(id)"}"#.utf8))
  }

  /// The same record as the outbox gives it out.
  private func stored(_ record: OutboundRecord, _ sequence: Int64) -> OutboundRecord {
    var record = record
    record.sequence = sequence
    return record
  }

  @Test("a Store that fails delays nobody, and what it has at last is settled without being told again")
  func ahead() async throws {
    let outbox = MemoryOutbox()
    outbox.contents.withLockedValue { $0.failing = true }
    let (first, second) = (FakeSender(), FakeSender())
    let forwarder = forwarder([("duty", first), ("boss", second)], outbox)
    forwarder.start()
    forwarder.sendAhead([urgent(1), urgent(2)])
    #expect(try await soon { first.ids.count == 2 && second.ids.count == 2 })
    #expect(first.ids == [urgent(1).id, urgent(2).id], "in their order")
    outbox.contents.withLockedValue { $0.failing = false }
    outbox.add(makeRecords(1...2) + [stored(urgent(1), 3)] + makeRecords(4...4) + [stored(urgent(2), 5)])
    forwarder.notify()
    #expect(try await soon { outbox.delivered("duty").count == 5 && outbox.delivered("boss").count == 5 })
    #expect(first.ids.count == 5 && Set(first.ids).count == 5, "nothing twice")
    #expect(outbox.contents.withLockedValue { $0.violations } == [])
    await forwarder.stop()
  }

  @Test("another process knows nothing of it and says it again under the same id")
  func afterACrash() async throws {
    let (before, after) = (FakeSender(), FakeSender())
    let outbox = MemoryOutbox()
    let first = forwarder([("duty", before)], outbox)
    first.start()
    first.sendAhead([urgent(1)])
    #expect(try await soon { before.ids.count == 1 })
    await first.stop()
    outbox.add([stored(urgent(1), 1)])
    let second = forwarder([("duty", after)], outbox)
    second.start()
    #expect(try await soon { outbox.delivered("duty") == [1] })
    #expect(before.ids == after.ids)
    await second.stop()
  }

  @Test("a destination that is away gets it when it is back, once; the outbox takes over what it reaches first")
  func away() async throws {
    let sender = FakeSender { _ in .retry("away", "nobody answers") }
    let outbox = MemoryOutbox()
    let forwarder = forwarder([("duty", sender)], outbox)
    forwarder.start()
    forwarder.sendAhead([urgent(1)])
    #expect(try await soon { sender.ids.count >= 3 })
    outbox.add([stored(urgent(1), 1)])
    forwarder.notify()
    let tried = sender.ids.count
    #expect(try await soon { sender.ids.count > tried })
    sender.answer.withLockedValue { $0 = { _ in SendReport(answer: .delivered) } }
    #expect(try await soon { outbox.delivered("duty") == [1] })
    #expect(Set(sender.ids) == [urgent(1).id])
    await forwarder.stop()
  }

  @Test("what was refused ahead is refused in the account")
  func refused() async throws {
    let sender = FakeSender { record in
      record.kind == .notification
        ? SendReport(answer: .refusedBatch(.init(reason: "http-422", detail: "no"))) : SendReport(answer: .delivered)
    }
    let outbox = MemoryOutbox()
    let forwarder = forwarder([("duty", sender)], outbox)
    forwarder.start()
    forwarder.sendAhead([urgent(1)])
    #expect(try await soon { sender.ids.count == 1 })
    outbox.add(makeRecords(1...1) + [stored(urgent(1), 2)] + makeRecords(3...3))
    forwarder.notify()
    #expect(try await soon { outbox.delivered("duty") == [1, 3] })
    #expect(outbox.refused("duty").map(\.sequence) == [2] && sender.ids.count == 3)
    await forwarder.stop()
  }

  @Test("a light that was told ahead is told again in its place, so that an older colour does not stay")
  func light() async throws {
    let sender = FakeSender()
    let outbox = MemoryOutbox()
    let forwarder = forwarder([("lamp", sender)], outbox)
    forwarder.start()
    let (yellow, red) = (urgent(1, what: "light"), urgent(2, what: "light"))
    forwarder.sendAhead([red])
    #expect(try await soon { sender.ids.count == 1 })
    outbox.add([stored(yellow, 1), stored(red, 2)])
    forwarder.notify()
    #expect(try await soon { outbox.delivered("lamp") == [1, 2] })
    #expect(sender.ids == [red.id, yellow.id, red.id])
    await forwarder.stop()
  }
}
