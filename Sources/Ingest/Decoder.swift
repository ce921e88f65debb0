import Journal
import Telemetry
import Templates

/// Turns the messages of one connection into samples, events and time marks, by plans compiled once per topic.
///
/// A message costs one hash look-up of its topic and one scan of its payload. What cannot be decoded goes into the
/// batch's quarantine with its reason and a precise detail. A message is decoded as a whole or not at all; within a
/// good message a field that is not required and has no usable value becomes a sample that is not a number
/// (`Quality.badDevice`), and a value outside the physical range is `Quality.badOutOfRange`.
///
/// Used by one network thread only.
public final class Decoder {
  /// Time marks of replay and simulation: the payload is the nanoseconds since the epoch in decimal digits.
  public static let clockTopic = "$weir/clock"

  /// The filters to subscribe to: exact topics, or aggregated filters where many topics differ in one level only.
  /// No configured topic is matched by two of them. With the clock source `messages`, the clock's topic is the last.
  public let subscriptions: [String]
  /// Topics that arrived under an aggregated filter without being configured.
  public private(set) var unknownTopics: UnknownTopics

  private let connection: ConnectionID
  private let limits: DecodeLimits
  private let takesMarks: Bool
  private var core: DecoderCore
  private var keptBytes = 0
  /// Tells undated events without an id apart; begins anywhere, so that two starts do not meet.
  private var ordinal = Int.random(in: 0...(.max / 2))

  /// - Parameter connectionName: a name of `site.connections`; assets of other connections are left out.
  public init(
    site: Site, catalog: SeriesCatalog, connection: ConnectionID, connectionName: String,
    limits: DecodeLimits = DecodeLimits()
  ) {
    self.connection = connection
    self.limits = limits
    let plan = DecodePlan(site: site, catalog: catalog, connectionName: connectionName)
    core = DecoderCore(plan: plan, limits: limits)
    unknownTopics = UnknownTopics(limit: limits.unknownTopics)
    takesMarks = site.clock == .messages
    subscriptions = SubscriptionPlan.filters(for: plan.topicNames) + (takesMarks ? [Self.clockTopic] : [])
  }

  /// Appends samples, events, marks or a quarantined message to the batch and counts the message
  /// (received, payload bytes, decoded).
  ///
  /// - Parameter received: the time of samples whose message has no date.
  public func decode(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, received: Timestamp, into batch: inout Batch
  ) {
    batch.counts.received += 1
    batch.counts.payloadBytes += payload.count
    ordinal &+= 1
    do throws(DecodeFailure) {
      if isClock(topic) {
        batch.entries.append(.mark(try mark(payload.span)))
      } else {
        try core.decode(
          topic: topic.span, payload: payload.span, received: received, ordinal: ordinal, into: &batch)
      }
      batch.counts.decoded += 1
    } catch {
      quarantine(topic, payload, received, error, into: &batch)
    }
  }

  /// The filters of a configuration's connection, as `subscriptions` gives them; none for Sparkplug.
  public static func subscriptions(of site: Site, connection: String) -> [String] {
    var topics: [String] = []
    var known: Set<String> = []
    for asset in site.assets where asset.connection == connection && asset.sparkplug == nil {
      for mapping in asset.topics where known.insert(mapping.topic).inserted { topics.append(mapping.topic) }
    }
    return SubscriptionPlan.filters(for: topics) + (site.clock == .messages ? [clockTopic] : [])
  }

  /// The number of a configured topic, from 0; nil for others.
  public func topicNumber(_ topic: UnsafeBufferPointer<UInt8>) -> Int? { core.table.plan(for: topic.span) }

  /// Configured topics by number, each with the first of its assets.
  public var sources: [(topic: String, asset: String)] {
    core.plan.topicNames.indices.map {
      (core.plan.topicNames[$0], core.plan.assets[Int(core.plan.topics[$0].firstAsset)])
    }
  }

  /// Takes a message that is not to be decoded; it is counted (received, payload bytes) with its reason.
  ///
  /// - Parameter keeps: false counts it only.
  public func setAside(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, received: Timestamp,
    reason: QuarantineReason, detail: String, keeps: Bool, into batch: inout Batch
  ) {
    batch.counts.received += 1
    batch.counts.payloadBytes += payload.count
    if keeps {
      quarantine(topic, payload, received, DecodeFailure(reason, detail), into: &batch)
    } else {
      batch.quarantined.append(.counted(reason, connection: connection, received: received))
    }
  }

  /// Decodes a message of the quarantine once more, with the plans as they are now: its samples and events are
  /// appended and `counts.retried` goes up. Undated samples keep the time at which the message was received first.
  ///
  /// - Returns: nil if it worked; else why not, and the batch is as it was.
  public func retry(_ message: QuarantinedMessage, into batch: inout Batch) -> DecodeFailure? {
    if message.topic == Self.clockTopic {
      return DecodeFailure(message.reason, "a time mark has its place in the stream and cannot be taken later")
    }
    let topic = Array(message.topic.utf8)
    // The numbers of messages that are tried again are not unique.
    core.waveforms.forget()
    do throws(DecodeFailure) {
      try core.decode(
        topic: topic.span, payload: message.payload.span, received: message.received,
        ordinal: -1 - batch.counts.retried, into: &batch)
    } catch {
      return error
    }
    batch.counts.retried += 1
    return nil
  }

  private func isClock(_ topic: UnsafeBufferPointer<UInt8>) -> Bool {
    topic.count == Self.clockTopic.utf8.count && topic.elementsEqual(Self.clockTopic.utf8)
  }

  private func mark(_ payload: Span<UInt8>) throws(DecodeFailure) -> Timestamp {
    guard takesMarks else {
      throw DecodeFailure(.unknownTopic, "time marks are taken only with the clock source \"messages\"")
    }
    var nanoseconds: Int64 = 0
    var isNumber = !payload.isEmpty && payload.count <= 19
    for index in 0..<payload.count where isNumber {
      let (shifted, overflow) = nanoseconds.multipliedReportingOverflow(by: 10)
      let (sum, carry) = shifted.addingReportingOverflow(Int64(payload[index] &- 48))
      isNumber = payload[index] &- 48 < 10 && !overflow && !carry
      nanoseconds = sum
    }
    let time = Timestamp(nanoseconds: nanoseconds)
    guard isNumber, DecoderCore.isPlausible(time) else {
      let found = excerpt(payload, from: 0, to: payload.count)
      throw DecodeFailure(
        .badTimestamp, "a time mark is nanoseconds since 1970 in digits, between 2000 and 2200, found \"\(found)\"")
    }
    return time
  }
}

// MARK: - Quarantine

extension Decoder {
  /// Every message is kept with its reason. Payloads are kept as far as the bounds allow.
  @inline(never)
  private func quarantine(
    _ topic: UnsafeBufferPointer<UInt8>, _ payload: UnsafeBufferPointer<UInt8>, _ received: Timestamp,
    _ failure: DecodeFailure, into batch: inout Batch
  ) {
    if batch.quarantined.isEmpty { keptBytes = 0 }
    var detail = failure.detail
    var room = min(limits.keptPayloadBytes, max(0, limits.keptBytesPerBatch - keptBytes))
    // Without room for the payload nothing can be tried again, so that a glance at the topic is enough.
    let name = String(decoding: topic.prefix(room > 0 ? limits.keptTopicBytes : 64), as: UTF8.self)
    if failure.reason == .unknownTopic, !unknownTopics.count(name) {
      room = 0
      detail += "; there are more than \(limits.unknownTopics) such topics"
    }
    if payload.count > room { detail += " (\(room) of \(payload.count) payload bytes kept)" }
    let kept = Array(payload.prefix(room))
    keptBytes += kept.count + name.utf8.count + detail.utf8.count
    batch.quarantined.append(
      QuarantinedMessage(
        connection: connection, topic: name, payload: kept, received: received, reason: failure.reason, detail: detail))
  }
}
