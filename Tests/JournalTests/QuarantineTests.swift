import Telemetry
import Testing

@testable import Journal

@Suite struct QuarantineTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func filled() throws -> Journal {
    let journal = try scratch.journal()
    var first = plantBatch(messages: 1)
    first.quarantined = [
      quarantined("press/1", reason: .notJSON), quarantined("press/2", payload: "{}", reason: .missingField),
      quarantined("mill/[1]", reason: .notJSON, connection: 2),
    ]
    try journal.append(&first)
    var second = plantBatch(messages: 1)
    second.quarantined = [quarantined("press/3", payload: "", reason: .wrongType)]
    try journal.append(&second)
    return journal
  }

  @Test func listsByFilterNewestFirst() throws {
    let journal = try filled()
    #expect(try journal.quarantine(limit: 10).map(\.id) == [4, 3, 2, 1])
    #expect(try journal.quarantine(limit: 2, before: 4).map(\.id) == [3, 2])
    #expect(try journal.quarantine(QuarantineFilter(reason: .notJSON), limit: 10).map(\.id) == [3, 1])
    #expect(try journal.quarantine(QuarantineFilter(connection: ConnectionID(2)), limit: 10).map(\.id) == [3])
    #expect(try journal.quarantine(QuarantineFilter(topic: "press/*"), limit: 10).map(\.id) == [4, 2, 1])
    #expect(try journal.quarantine(QuarantineFilter(topic: "mill/[1]"), limit: 10).map(\.id) == [3])
    #expect(try journal.quarantine(QuarantineFilter(state: .dropped), limit: 10).isEmpty)
    let one = try #require(try journal.quarantined(id: 2))
    #expect(one.message == quarantined("press/2", payload: "{}", reason: .missingField))
    #expect(one.position == 1)
    #expect(one.state == .waiting)
    #expect(try journal.quarantined(id: 9) == nil)
  }

  @Test func droppingKeepsTheCount() throws {
    let journal = try filled()
    #expect(try journal.dropQuarantined([1, 3, 9]) == 2)
    #expect(try journal.dropQuarantined([1]) == 0)
    let one = try #require(try journal.quarantined(id: 1))
    #expect(one.state == .dropped)
    #expect(one.message.payload.isEmpty)
    let counts = try journal.quarantineCounts()
    #expect(counts.map(\.reason) == [.notJSON, .notJSON, .missingField, .wrongType])
    #expect(counts.map(\.state) == [.waiting, .dropped, .waiting, .waiting])
    #expect(counts.map(\.messages) == [0, 2, 1, 1])
    #expect(counts[0].bytes == 0)
  }

  @Test func retryIsOneTransactionWithItsBatch() throws {
    let journal = try filled()
    let waiting = try journal.takeForRetry(QuarantineFilter(topic: "press/*"), limit: 10)
    #expect(waiting.map(\.id) == [1, 2, 4])
    var result = plantBatch(messages: 2)
    result.identities = []
    try journal.append(&result, retried: [1, 4])
    #expect(result.retriedReasons == [.notJSON, .wrongType])
    #expect(result.counts.retried == 2)
    #expect(same(try #require(try journal.all(after: 2).first), result))
    #expect(try journal.takeForRetry(limit: 10).map(\.id) == [2, 3])
    #expect(try journal.takeForRetry(limit: 10, after: 2).map(\.id) == [3])

    // Twice is refused, and nothing of that batch is stored.
    var again = plantBatch(messages: 1)
    #expect(throws: JournalError.failed("the quarantined message 1 is not waiting any more")) {
      try journal.append(&again, retried: [2, 1])
    }
    #expect(again.position == 0)
    #expect(again.retriedReasons.isEmpty)
    #expect(journal.lastPosition == 3)
    #expect(try journal.takeForRetry(limit: 10).map(\.id) == [2, 3])
  }

  @Test func evictionKeepsTheSums() throws {
    let journal = try scratch.journal(bytes: 1 << 20, age: .days(10))
    for index in 0..<200 {
      var batch = Batch()
      batch.quarantined = [
        quarantined("a", payload: String(repeating: "x", count: 4000), reason: index % 2 == 0 ? .notJSON : .tooLarge)
      ]
      try journal.append(&batch)
    }
    try journal.dropQuarantined([1, 200])
    try journal.trim(before: 0, now: Timestamp(seconds: 2))
    let counts = try journal.quarantineCounts()
    let stored = counts.map(\.bytes).reduce(0, +)
    #expect(stored <= 1 << 18)
    #expect(stored > 1 << 17)
    for reason in [QuarantineReason.notJSON, .tooLarge] {
      #expect(counts.filter { $0.reason == reason }.map(\.messages).reduce(0, +) == 100)
    }
    let listed = try journal.quarantine(QuarantineFilter(state: nil), limit: 1000)
    #expect(listed.count == counts.filter { $0.state == .waiting }.map(\.messages).reduce(0, +) + 1)
    // By age everything goes, the counts stay.
    try journal.trim(before: 0, now: Timestamp(seconds: 1) + .days(11))
    #expect(try journal.quarantine(QuarantineFilter(state: nil), limit: 1000).isEmpty)
    #expect(try journal.quarantineCounts().map(\.messages).reduce(0, +) == 200)
    #expect(try journal.quarantineCounts().map(\.bytes).reduce(0, +) == 0)
  }
}
