import Telemetry

// SenML packs (RFC 8428). A signal's path is the resolved name of a record (base name and name), or its own name alone
// while the pack has one base name; with `#s` behind it the record's sum is meant.
extension DecoderCore {
  mutating func senml(
    _ rows: RowPlan, _ readings: inout Readings, _ payload: Span<UInt8>, _ samples: inout [Sample],
    _ events: inout [Event]
  ) throws(DecodeFailure) {
    let list = try list(rows, payload)
    guard list.kind == .array else {
      throw DecodeFailure(.malformed, "a SenML pack is a list of records, found \(list.kind.words)")
    }
    let hasOneBase = Self.hasOneBaseName(list, payload)
    var pack = SenMLPack()
    var elements = JSONElements(list)
    var number = 0
    while let element = elements.next(payload) {
      number += 1
      do throws(DecodeFailure) {
        let record = try SenMLRecord(element, payload)
        try pack.apply(record, payload)
        try take(record, pack, hasOneBase, rows, &readings, payload, &samples, &events)
      } catch {
        throw DecodeFailure(error.reason, "record \(number) (offset \(element.start)): \(error.detail)")
      }
    }
    try finish(&readings, payload, &samples, &events)
  }

  /// Names without their base are clear only while all records have the same one.
  private static func hasOneBaseName(_ list: Capture, _ payload: Span<UInt8>) -> Bool {
    var elements = JSONElements(list)
    var known: [UInt8]?
    var isFirst = true
    while let element = elements.next(payload) {
      do throws(DecodeFailure) {
        let record = try SenMLRecord(element, payload)
        if record[.baseName].isPresent {
          let name = record.bytes(.baseName, payload)
          if !isFirst, known != name { return false }
          known = name
        }
      } catch {
        // The pack is refused for it when its turn comes.
        return false
      }
      isFirst = false
    }
    return true
  }

  private mutating func take(
    _ record: SenMLRecord, _ pack: SenMLPack, _ hasOneBase: Bool, _ rows: RowPlan, _ readings: inout Readings,
    _ payload: Span<UInt8>, _ samples: inout [Sample], _ events: inout [Event]
  ) throws(DecodeFailure) {
    let values = [SenMLRecord.Field.value, .text, .boolean, .data].filter { record[$0].isPresent }
    guard values.count <= 1 else {
      throw DecodeFailure(.malformed, "a record has one of v, vs, vb and vd, this one has \(values.count)")
    }
    let own = record.bytes(.name, payload)
    if values.isEmpty, !record[.sum].isPresent {
      // A record may only set base values.
      if !record[.name].isPresent { return }
      throw DecodeFailure(.malformed, "the record has neither a value nor a sum")
    }
    let name = pack.baseName + own
    guard !name.isEmpty else { throw DecodeFailure(.malformed, "the record has no name") }
    let time = try pack.time(record, now: readings.received)
    func slot(_ suffix: [UInt8]) -> Int? {
      rows.slot((name + suffix)[...]) ?? (hasOneBase && !own.isEmpty ? rows.slot((own + suffix)[...]) : nil)
    }
    let ofValue = values.first.flatMap { field in slot([]).map { (field, $0) } }
    let ofSum = record[.sum].isPresent ? slot(Array("#s".utf8)).map { (SenMLRecord.Field.sum, $0) } : nil
    for (field, slot) in [ofValue, ofSum].compactMap({ $0 }) {
      guard !time.isDate || Self.isPlausible(time.time) else {
        throw DecodeFailure(
          .badTimestamp, "the time \(time.time.rfc3339UTC) is not between the years 2000 and 2200")
      }
      let isNumber = field == .value || field == .sum
      try put(
        Record(
          slot: slot, value: isNumber ? try pack.value(record, field) : record[field], time: time.time,
          isDated: time.isDate, unit: field == .value ? Self.unit(record, pack, payload) : nil),
        &readings, payload, &samples, &events)
    }
  }

  private static func unit(_ record: SenMLRecord, _ pack: SenMLPack, _ payload: Span<UInt8>) -> String? {
    let bytes = record[.unit].isPresent ? record.bytes(.unit, payload) : pack.baseUnit
    if bytes.isEmpty { return nil }
    let word = String(decoding: bytes.prefix(40), as: UTF8.self)
    return SenMLPack.unit(word) ?? "\"\(word)\""
  }
}
