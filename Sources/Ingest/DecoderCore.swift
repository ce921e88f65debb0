import Journal
import Telemetry

/// Decodes one message at a time by compiled plans. It owns the scanner's memory, which every message uses again.
struct DecoderCore {
  let plan: DecodePlan
  let table: TopicTable
  let limits: DecodeLimits
  var scanner: JSONScanner
  /// For what lies around the readings of a payload: lists and their entries.
  var outer: JSONScanner
  let waveforms: WaveformFeatures
  /// Of payloads with several readings: tells apart events whose readings are not bytes of their own.
  var row = 0
  /// The reading says only a part of what the payload says: what it lacks may stand in another.
  var isPartial = false

  init(plan: DecodePlan, limits: DecodeLimits) {
    self.plan = plan
    self.limits = limits
    table = TopicTable(plan.topicNames)
    scanner = JSONScanner(tree: plan.tree, slots: plan.highestSlotCount)
    outer = scanner
    waveforms = WaveformFeatures(limit: limits.waveformPoints)
  }

  /// Appends what a message says to the batch. A message that fails leaves `samples` and `entries` as they were.
  ///
  /// - Parameter ordinal: tells apart messages that have neither id nor date and were received at the same time.
  mutating func decode(
    topic: Span<UInt8>, payload: Span<UInt8>, received: Timestamp, ordinal: Int, into batch: inout Batch
  ) throws(DecodeFailure) {
    guard let number = table.plan(for: topic) else {
      throw DecodeFailure(.unknownTopic, "no asset has a mapping for this topic")
    }
    guard payload.count <= min(limits.payloadBytes, Int(Int32.max)) else { throw Self.tooLarge(payload.count, limits) }
    let shape = plan.shapes[Int(plan.topics[number].shape)]
    if shape.rows < 0 {
      do throws(JSONSyntaxError) {
        try scanner.scan(payload, root: shape.root, slots: shape.slots)
      } catch {
        throw DecodeFailure(.notJSON, error.detail(in: payload))
      }
    }
    let firstSample = batch.samples.count
    var events: [Event] = []
    do throws(DecodeFailure) {
      var place = Place(
        section: 0, firstSeries: Int(plan.topics[number].firstSeries), asset: Int(plan.topics[number].firstAsset),
        time: received, quality: .uncertainUndated, ordinal: ordinal)
      if shape.rows >= 0 {
        try decodeRows(shape, place, payload, &batch.samples, &events)
      } else {
        for section in shape.sections {
          place.section = section
          try decode(place, payload, &batch.samples, &events)
          place.asset += 1
        }
      }
      if batch.samples.count == firstSample, events.isEmpty { throw nothingFound(shape) }
    } catch {
      batch.samples.removeSubrange(firstSample...)
      throw error
    }
    append(firstSample, events, to: &batch)
    if plan.topics[number].isUrgent { batch.isUrgent = true }
  }

  /// Which section of which topic is being read, and the time of its values.
  struct Place {
    var section: Int
    /// Into `plan.series`.
    var firstSeries: Int
    /// Into `plan.assets`.
    var asset: Int
    var time: Timestamp
    /// `good` or `uncertainUndated`.
    var quality: Quality
    /// Tells apart events without id and date.
    var ordinal: Int
  }

  @inline(never)
  private static func tooLarge(_ count: Int, _ limits: DecodeLimits) -> DecodeFailure {
    DecodeFailure(.tooLarge, "the payload has \(count) bytes, at most \(limits.payloadBytes) are decoded")
  }

  @inline(never)
  private func nothingFound(_ shape: DecodePlan.Shape) -> DecodeFailure {
    var paths: [String] = []
    for section in plan.sections[shape.sections] {
      paths += plan.fieldPaths[section.fields]
      for event in plan.events[section.events] { paths += plan.attributes[event.attributes].map(\.path) }
    }
    let shown = paths.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
    return DecodeFailure(
      .missingField, "none of the mapped fields has a value: \(shown)\(paths.count > 5 ? " …" : "")")
  }

  /// The date is not one field of the reading: it is two, the format brought it in its own way, or there is none.
  @inline(never)
  private func dateOtherwise(_ place: inout Place, _ payload: Span<UInt8>, _ slot: Int32) throws(DecodeFailure) {
    if slot < -1 { try dateInTwoFields(&place, payload) }
    // A reading that the device itself doubts has its time, and stays doubtful.
    if place.quality != .uncertainUndated {
      place.time = place.time - Span64(nanoseconds: plan.sections[place.section].clockAhead)
    } else if plan.sections[place.section].trustsReceiveTime {
      place.quality = .good
    }
  }

  @inline(__always)
  func decode(
    _ undated: Place, _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    var place = undated
    let timestampSlot = plan.sections[place.section].timestampSlot
    if timestampSlot >= 0, scanner.captures[Int(timestampSlot)].isPresent {
      place.time = try timestamp(scanner.captures[Int(timestampSlot)], place, payload)
      place.time = place.time - Span64(nanoseconds: plan.sections[place.section].clockAhead)
      place.quality = .good
    } else {
      try dateOtherwise(&place, payload, timestampSlot)
    }
    for number in plan.sections[place.section].fields { try sample(number, place, payload, &samples) }
    for number in plan.sections[place.section].events {
      if let event = try event(number, place, payload) { events.append(event) }
    }
  }

  /// Runs of samples are one entry, also over several messages.
  @inline(__always)
  private func append(_ firstSample: Int, _ events: [Event], to batch: inout Batch) {
    let end = batch.samples.count
    if end > firstSample {
      if let last = batch.entries.indices.last, case .samples(let range) = batch.entries[last],
        range.upperBound == firstSample
      {
        batch.entries[last] = .samples(range.lowerBound..<end)
      } else {
        batch.entries.append(.samples(firstSample..<end))
      }
    }
    for event in events { batch.entries.append(.event(event)) }
  }
}
