import Telemetry

// Payloads with several readings, or with none of JSON's: each format fills the slots, the sections do the rest.
extension DecoderCore {
  /// The readings of one payload, while it is being read.
  struct Readings {
    let shape: DecodePlan.Shape
    /// The time of what has no date.
    let received: Timestamp
    var place: Place
    /// Those that were handed over.
    var count = 0
    var undated = 0
    /// Formats of named values: values of one time are collected until another time, or a value that is there already.
    var isOpen = false
    /// By slot: a value was there in any reading.
    var seen: [Bool] = []

    init(_ shape: DecodePlan.Shape, _ place: Place) {
      self.shape = shape
      self.place = place
      received = place.time
    }
  }

  @inline(never)
  mutating func decodeRows(
    _ shape: DecodePlan.Shape, _ place: Place, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    let rows = plan.rows[Int(shape.rows)]
    var readings = Readings(shape, place)
    readings.place.section = shape.sections.lowerBound
    clear(shape)
    defer { (row, isPartial) = (0, false) }
    switch rows.format {
    case .each: try each(rows, &readings, payload, &samples, &events)
    case .text: try text(&readings, payload, &samples, &events)
    case .csv(let settings): try csv(settings, rows, &readings, payload, &samples, &events)
    case .senml: try senml(rows, &readings, payload, &samples, &events)
    case .nameValue(let slots): try nameValue(slots, rows, &readings, payload, &samples, &events)
    }
  }

  mutating func clear(_ shape: DecodePlan.Shape) {
    for slot in 0..<shape.slots { scanner.captures[slot].kind = .absent }
  }

  /// A reading whose slots are filled.
  /// - Parameter isDated: formats that bring the time in their own way say so; nil: the time is one of the fields.
  mutating func reading(
    _ readings: inout Readings, isDated: Bool?, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    readings.count += 1
    guard readings.count <= limits.readings else {
      throw DecodeFailure(.tooLarge, "the message has more than \(limits.readings) readings")
    }
    if !(isDated ?? hasDate(readings.shape)) { readings.undated += 1 }
    if readings.undated > 0, readings.count > 1 {
      throw DecodeFailure(
        .badTimestamp, "of several readings in one message each needs a time of its own: `timestamp: { path: … }`")
    }
    if !plan.waveforms.isEmpty { waveforms.forget() }
    var place = readings.place
    for section in readings.shape.sections {
      place.section = section
      try decode(place, payload, &samples, &events)
      place.asset += 1
    }
  }

  private func hasDate(_ shape: DecodePlan.Shape) -> Bool {
    shape.sections.allSatisfy { section in
      let slot = plan.sections[section].timestampSlot
      return slot != -1 && scanner.captures[Int(slot < -1 ? -2 - slot : slot)].isPresent
    }
  }

  // MARK: - Lists

  /// The list that a path leads to, in a payload that is JSON as a whole.
  mutating func list(_ rows: RowPlan, _ payload: Span<UInt8>) throws(DecodeFailure) -> Capture {
    do throws(JSONSyntaxError) {
      try outer.scan(payload, root: rows.listRoot, slots: rows.listRoot < 0 ? 0 : 1)
    } catch {
      throw DecodeFailure(.notJSON, error.detail(in: payload))
    }
    let list = rows.listRoot < 0 ? Self.whole(payload) : outer.captures[0]
    if list.kind == .array || list.kind == .object { return list }
    guard list.isPresent else {
      throw DecodeFailure(.missingField, "the list \"\(rows.listPath)\" of readings is missing")
    }
    throw DecodeFailure(
      .wrongType, "\"\(rows.listPath)\": expected a list of readings, found \(found(list, payload))")
  }

  /// The one value of a checked payload, as far as arrays and objects go.
  static func whole(_ payload: Span<UInt8>) -> Capture {
    var start = 0
    var end = payload.count
    while start < end, payload[start] <= 0x20 { start += 1 }
    while end > start, payload[end - 1] <= 0x20 { end -= 1 }
    var capture = Capture(kind: .number, start: Int32(start), end: Int32(end))
    if start < end, payload[start] == UInt8(ascii: "[") { capture.kind = .array }
    if start < end, payload[start] == UInt8(ascii: "{") { capture.kind = .object }
    return capture
  }

  private mutating func each(
    _ rows: RowPlan, _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    let list = try list(rows, payload)
    if list.kind == .object {
      try element(list, &readings, payload, &samples, &events)
      return
    }
    var elements = JSONElements(list)
    var number = 0
    while let element = elements.next(payload) {
      number += 1
      if element.kind == .null { continue }
      do throws(DecodeFailure) {
        try self.element(element, &readings, payload, &samples, &events)
      } catch {
        throw DecodeFailure(error.reason, "reading \(number) (offset \(element.start)): \(error.detail)")
      }
    }
  }

  private mutating func element(
    _ element: Capture, _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    let part = payload.extracting(Self.bytes(of: element))
    do throws(JSONSyntaxError) {
      try scanner.scan(part, root: readings.shape.root, slots: readings.shape.slots)
    } catch {
      throw DecodeFailure(.notJSON, error.detail(in: part))
    }
    try reading(&readings, isDated: nil, part, &samples, &events)
  }

  /// A value as it stands in the payload, with its quotes.
  static func bytes(of capture: Capture) -> Range<Int> {
    capture.kind == .string ? Int(capture.start) - 1..<Int(capture.end) + 1 : capture.range
  }

  // MARK: - Text

  private mutating func text(
    _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    var start = 0
    var end = payload.count
    while start < end, payload[start] <= 0x20 { start += 1 }
    while end > start, payload[end - 1] <= 0x20 { end -= 1 }
    if start < end { scanner.captures[0] = Capture(kind: .string, start: Int32(start), end: Int32(end)) }
    try reading(&readings, isDated: nil, payload, &samples, &events)
  }
}
