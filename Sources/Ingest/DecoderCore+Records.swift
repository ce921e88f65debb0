import Telemetry

// Formats of named values with a time each: values of one time make up one reading.
extension DecoderCore {
  /// A value of a name, whose capture counts from the beginning of the payload.
  struct Record {
    var slot: Int
    var value: Capture
    var time: Timestamp
    var isDated: Bool
    /// What the device says about it.
    var quality = Quality.good
    /// As the catalogue writes it, or as the payload does if the catalogue does not know it; nil: not said.
    var unit: String?
  }

  mutating func put(
    _ record: Record, _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    if let unit = record.unit, let failure = unitFailure(slot: record.slot, unit, readings) { throw failure }
    let quality = record.quality == .good && !record.isDated ? .uncertainUndated : record.quality
    let isOther = readings.place.time != record.time || readings.place.quality != quality
    if readings.isOpen, isOther || scanner.captures[record.slot].kind != .absent {
      try close(&readings, payload, &samples, &events)
    }
    if readings.seen.isEmpty { readings.seen = Array(repeating: false, count: readings.shape.slots) }
    readings.seen[record.slot] = readings.seen[record.slot] || record.value.isPresent
    readings.isOpen = true
    readings.place.time = record.time
    readings.place.quality = quality
    scanner.captures[record.slot] = record.value
  }

  /// Hands the collected values over.
  private mutating func close(
    _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    readings.isOpen = false
    isPartial = true
    // A distance from the time of receipt is no date, but tells readings apart.
    let hasTime = readings.place.quality != .uncertainUndated || readings.place.time != readings.received
    try reading(&readings, isDated: hasTime, payload, &samples, &events)
    row += 1
    clear(readings.shape)
  }

  /// Hands the last values over. A required value must have been in one of the readings.
  mutating func finish(
    _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    if readings.isOpen { try close(&readings, payload, &samples, &events) }
    var place = readings.place
    for section in readings.shape.sections {
      for number in plan.sections[section].fields where plan.fields[number].isRequired {
        let slot = Int(plan.fields[number].slot)
        if readings.seen.isEmpty || !readings.seen[slot] { throw missing(plan.fieldPaths[number], place, Capture()) }
      }
      place.asset += 1
    }
  }

  private func unitFailure(slot: Int, _ unit: String, _ readings: Readings) -> DecodeFailure? {
    var place = readings.place
    for section in readings.shape.sections {
      for number in plan.sections[section].fields where Int(plan.fields[number].slot) == slot {
        if let failure = unitFailure(number, unit, place) { return failure }
      }
      place.asset += 1
    }
    return nil
  }
}

extension Capture {
  /// The same in a text that this one is a part of, from `offset` on.
  func moved(by offset: Int) -> Capture {
    var capture = self
    capture.start += Int32(truncatingIfNeeded: offset)
    capture.end += Int32(truncatingIfNeeded: offset)
    return capture
  }
}
