import Telemetry

// Lists of named values, as gateways and historians send them: `[{"name":"temp","value":21.5}]`,
// `{"tags":[{"id":…,"v":…,"t":…}]}`, property batches with several readings of each name.
extension DecoderCore {
  mutating func nameValue(
    _ slots: RowPlan.NameValueSlots, _ rows: RowPlan, _ readings: inout Readings, _ payload: Span<UInt8>,
    _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    let list = try list(rows, payload)
    if list.kind == .object {
      try entry(list, slots, rows, &readings, payload, &samples, &events)
    } else {
      var entries = JSONElements(list)
      var number = 0
      while let entry = entries.next(payload) {
        number += 1
        guard entry.kind == .object else { continue }
        do throws(DecodeFailure) {
          try self.entry(entry, slots, rows, &readings, payload, &samples, &events)
        } catch {
          throw DecodeFailure(error.reason, "entry \(number) (offset \(entry.start)): \(error.detail)")
        }
      }
    }
    try finish(&readings, payload, &samples, &events)
  }

  private mutating func entry(
    _ entry: Capture, _ slots: RowPlan.NameValueSlots, _ rows: RowPlan, _ readings: inout Readings,
    _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    try scan(entry, root: rows.entryRoot, slots: rows.entrySlots, payload)
    let name = outer.captures[slots.name].moved(by: Int(entry.start))
    guard name.kind == .string || name.kind == .number, let slot = slot(of: name, rows, payload) else { return }
    var unit: String?
    if slots.unit >= 0 { unit = self.unit(outer.captures[slots.unit].moved(by: Int(entry.start)), payload) }
    if slots.readings < 0 {
      try put(slot, entry, slots, unit, &readings, payload, &samples, &events)
      return
    }
    let list = outer.captures[slots.readings].moved(by: Int(entry.start))
    guard list.kind == .array else { return }
    var elements = JSONElements(list)
    while let element = elements.next(payload) {
      guard element.kind == .object else { continue }
      try scan(element, root: slots.reading, slots: slots.readingSlots, payload)
      try put(slot, element, slots, unit, &readings, payload, &samples, &events)
    }
  }

  /// What was found in `part` is a reading of the slot.
  private mutating func put(
    _ slot: Int, _ part: Capture, _ slots: RowPlan.NameValueSlots, _ unit: String?, _ readings: inout Readings,
    _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    let offset = Int(part.start)
    var place = readings.place
    place.section = readings.shape.sections.lowerBound
    var record = Record(
      slot: slot, value: outer.captures[slots.value].moved(by: offset), time: readings.received, isDated: false,
      unit: unit)
    if slots.timestamp >= 0, outer.captures[slots.timestamp].isPresent {
      record.time = try timestamp(outer.captures[slots.timestamp].moved(by: offset), place, payload)
      record.isDated = true
      if slots.nanoseconds >= 0 {
        let capture = outer.captures[slots.nanoseconds].moved(by: offset)
        record.time = try adding(capture, to: record.time, place, payload)
      }
    }
    if slots.quality >= 0 { record.quality = quality(outer.captures[slots.quality].moved(by: offset), slots, payload) }
    try put(record, &readings, payload, &samples, &events)
  }

  private mutating func scan(
    _ part: Capture, root: Int32, slots: Int, _ payload: Span<UInt8>
  ) throws(DecodeFailure) {
    let bytes = payload.extracting(part.range)
    do throws(JSONSyntaxError) {
      try outer.scan(bytes, root: root, slots: slots)
    } catch {
      throw DecodeFailure(.notJSON, error.detail(in: bytes))
    }
  }

  private func slot(of name: Capture, _ rows: RowPlan, _ payload: Span<UInt8>) -> Int? {
    if name.isEscaped { return rows.slot(JSONLexer.unescaped(payload, name.range)[...]) }
    return rows.slot(payload, name.range)
  }

  private func quality(
    _ capture: Capture, _ slots: RowPlan.NameValueSlots, _ payload: Span<UInt8>
  ) -> Quality {
    switch capture.kind {
    case .absent, .null: return .good
    case .array, .object: return .badDevice
    case .boolean, .number, .string: break
    }
    let text = capture.isEscaped ? JSONLexer.unescaped(payload, capture.range) : capture.range.map { payload[$0] }
    if slots.goodWords.contains(text) { return .good }
    return slots.uncertainWords.contains(text) ? .uncertainDevice : .badDevice
  }

  private func unit(_ capture: Capture, _ payload: Span<UInt8>) -> String? {
    guard capture.kind == .string, !capture.range.isEmpty else { return nil }
    return Self.unit(payload, capture.range) ?? excerpt(payload, from: Int(capture.start), to: Int(capture.end))
  }
}
