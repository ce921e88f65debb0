import Control
import Journal
import Store
import Telemetry
import Templates

extension GatewayControl {
  private static let page = 1000

  func quarantine(reason word: String?, limit: Int) async throws -> [QuarantineLine] {
    let reason = try word.map(Self.reason)
    let messages = try journal.quarantine(QuarantineFilter(reason: reason), limit: limit).map { entry in
      (
        entry.message.received,
        QuarantineLine(
          id: "m\(entry.id)", reason: entry.message.reason.word, time: text(entry.message.received),
          subject: entry.message.topic, detail: entry.message.detail,
          payload: String(decoding: entry.message.payload.prefix(4096), as: UTF8.self))
      )
    }
    let samples = try samples(reason: reason, limit: limit).map { entry in
      let sample = entry.sample
      return (
        sample.noticed,
        QuarantineLine(
          id: "s\(entry.number)", reason: sample.reason.word, time: text(sample.noticed),
          subject: "\(sample.asset) \(sample.signal)",
          detail: "\(Self.text(sample.value)) at \(zone.rfc3339(sample.time))"
            + (sample.detail.isEmpty ? "" : "; \(sample.detail)"), payload: nil)
      )
    }
    return (messages + samples).sorted { $0.0 > $1.0 }.prefix(limit).map(\.1)
  }

  /// The newest samples with the reason.
  private func samples(reason: QuarantineReason?, limit: Int) throws -> [StoredQuarantinedSample] {
    var found: [StoredQuarantinedSample] = []
    var before = Int64.max
    while found.count < limit {
      let page = try store.sampleQuarantine(before: before, limit: Self.page)
      found += page.filter { reason == nil || $0.sample.reason == reason }
      guard page.count == Self.page, let last = page.last else { break }
      before = last.number
    }
    return Array(found.prefix(limit))
  }

  static func reason(_ word: String) throws(ControlRefusal) -> QuarantineReason {
    if let reason = QuarantineReason.allCases.first(where: { $0.word == word }) { return reason }
    let known = NearestFirst.sorted(QuarantineReason.allCases.map(\.word), to: word)
    throw ControlRefusal(
      .badRequest,
      "There is no reason \"\(word)\".\n  → Known ones, the nearest first: \(known.joined(separator: ", ")).")
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .double(let number): number.isFinite ? JSONValue.number(number).canonicalText : "no number"
    case .scaled(let number): number.description
    }
  }

  // MARK: Retry and drop

  func retryQuarantine(ids: [String]) async throws -> QuarantineOutcome {
    var retry = QuarantineRetry(site: site, catalog: catalog, writer: writer)
    if ids != ["all"] {
      try retry.run(try waiting(ids))
      return retry.outcome
    }
    var after: Int64 = 0
    while true {
      let entries = try journal.takeForRetry(limit: 500, after: after)
      guard let last = entries.last else { return retry.outcome }
      after = last.id
      try retry.run(entries)
    }
  }

  func dropQuarantine(ids: [String]) async throws -> QuarantineOutcome {
    if ids != ["all"] {
      return QuarantineOutcome(done: try journal.dropQuarantined(waiting(ids).map(\.id)))
    }
    var outcome = QuarantineOutcome()
    while true {
      let page = try journal.quarantine(limit: Self.page)
      let dropped = page.isEmpty ? 0 : try journal.dropQuarantined(page.map(\.id))
      guard dropped > 0 else { return outcome }
      outcome.done += dropped
    }
  }

  /// The messages of the ids, each once; refused as a whole if one of them cannot be had.
  private func waiting(_ ids: [String]) throws -> [QuarantineEntry] {
    var seen: Set<String> = []
    return try ids.filter { seen.insert($0).inserted }.map(waiting)
  }

  /// The message of an id, if it can still be retried or dropped.
  private func waiting(_ id: String) throws -> QuarantineEntry {
    let list = "`weir quarantine list` shows the ids."
    switch try Self.number(of: id) {
    case .sample:
      throw ControlRefusal(
        .badRequest,
        "\(id) is a sample: it was decoded, so it can be neither retried nor dropped.\n  → Only messages (m…) can.")
    case .message(let number):
      guard let entry = try journal.quarantined(id: number) else {
        throw ControlRefusal(.notFound, "There is no entry \(id) in the quarantine.\n  → \(list)")
      }
      switch entry.state {
      case .waiting: return entry
      case .retried: throw ControlRefusal(.badRequest, "\(id) was retried and decoded before.\n  → \(list)")
      case .dropped: throw ControlRefusal(.badRequest, "\(id) was dropped before.\n  → \(list)")
      case .evicted: throw ControlRefusal(.badRequest, "\(id) was evicted: it was too old.\n  → \(list)")
      }
    }
  }

  enum EntryNumber: Equatable { case message(Int64), sample(Int64) }

  static func number(of id: String) throws(ControlRefusal) -> EntryNumber {
    if let number = Int64(id.dropFirst()), number > 0 {
      if id.hasPrefix("m") { return .message(number) }
      if id.hasPrefix("s") { return .sample(number) }
    }
    throw ControlRefusal(
      .badRequest,
      id == "all"
        ? "\"all\" stands alone." : "\"\(id)\" is no id.\n  → Ids are m… as in `weir quarantine list`, or all.")
  }
}
