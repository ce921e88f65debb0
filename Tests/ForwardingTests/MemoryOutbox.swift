import Foundation
import NIOConcurrencyHelpers
import Telemetry
import TestSupport

@testable import Forwarding

/// An outbox in memory that checks what the Store would have to rely on: every record is settled once, in order.
final class MemoryOutbox: Outbox {
  struct Contents: Sendable {
    var records: [OutboundRecord] = []
    var cursor: [String: Int64] = [:]
    var delivered: [String: [Int64]] = [:]
    var refused: [String: [Settlement.Refusal]] = [:]
    var transactions = 0
    /// Described violations of the contract.
    var violations: [String] = []
    var failing = false
  }

  struct Failure: Error {}

  let contents = NIOLockedValueBox(Contents())

  init(_ records: [OutboundRecord] = []) {
    contents.withLockedValue { $0.records = records }
  }

  func add(_ records: [OutboundRecord]) { contents.withLockedValue { $0.records += records } }

  func nextRecords(for destination: String, limit: Int, maximumBytes: Int) async throws -> [OutboundRecord] {
    try contents.withLockedValue { contents in
      if contents.failing { throw Failure() }
      let cursor = contents.cursor[destination] ?? 0
      var bytes = 0
      var page: [OutboundRecord] = []
      for record in contents.records where record.sequence > cursor {
        bytes += record.json.count
        if page.count == limit || (bytes > maximumBytes && !page.isEmpty) { break }
        page.append(record)
      }
      return page
    }
  }

  func advance(destination: String, by settlement: Settlement) async throws {
    try contents.withLockedValue { contents in
      if contents.failing { throw Failure() }
      let cursor = contents.cursor[destination] ?? 0
      let settled = (settlement.delivered + settlement.refused.map(\.sequence)).sorted()
      let expected = contents.records.map(\.sequence).filter { $0 > cursor && $0 <= settlement.cursor }
      if settled != expected { contents.violations.append("settled \(settled), expected \(expected)") }
      contents.cursor[destination] = settlement.cursor
      contents.delivered[destination, default: []] += settlement.delivered
      contents.refused[destination, default: []] += settlement.refused
      contents.transactions += 1
    }
  }

  func backlog(of destination: String) async throws -> Int {
    contents.withLockedValue { contents in
      let cursor = contents.cursor[destination] ?? 0
      return contents.records.count { $0.sequence > cursor }
    }
  }

  func delivered(_ destination: String) -> [Int64] { contents.withLockedValue { $0.delivered[destination] ?? [] } }
  func refused(_ destination: String) -> [Settlement.Refusal] {
    contents.withLockedValue { $0.refused[destination] ?? [] }
  }
}

/// Records 1…count of one meter, a quarter of an hour each.
func makeRecords(_ range: ClosedRange<Int>, asset: String = "meter-1") -> [OutboundRecord] {
  range.map { number in
    let start = Timestamp(seconds: 1_795_000_000 + Int64(number) * 900)
    let key = "\(asset)/\(start.rfc3339UTC)"
    let id = "gw/energy-interval/\(key)/0"
    let json = #"{"body":{"number":\#(number)},"id":"\#(id)","kind":"energy-interval"}"#
    return OutboundRecord(
      sequence: Int64(number), id: id, kind: .energyInterval, asset: asset, key: key, issued: start + .minutes(16),
      json: Array(json.utf8))
  }
}

extension TemporaryDirectory {
  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: appending(name))), as: UTF8.self)
  }
  func lines(_ name: String) throws -> [String] { try read(name).split(separator: "\n").map(String.init) }
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }
}
