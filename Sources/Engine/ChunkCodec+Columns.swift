import Telemetry

extension ChunkCodec {
  /// How the values of a column are written.
  private enum Form: UInt8 {
    /// Doubles as decimal mantissas with one exponent.
    case decimal = 0
    /// Doubles as they are.
    case raw = 1
    /// Scaled integers with one exponent.
    case scaled = 2
    /// Anything else: every value with its own type.
    case mixed = 3
  }

  /// Bits of a column's first byte beside its form.
  private static let someTimes: UInt8 = 0x10
  private static let someQuality: UInt8 = 0x20

  /// The longest decimal fraction that is tried for a double.
  private static let digits: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

  static func encode(_ samples: [Sample], times: [Int64], into writer: inout ByteWriter) {
    let (form, exponent, mantissas) = form(of: samples)
    let allTimes = samples.count == times.count
    let allGood = samples.allSatisfy { $0.quality == .good }
    writer.byte(form.rawValue | (allTimes ? 0 : someTimes) | (allGood ? 0 : someQuality))
    if !allTimes { encodePresence(samples, times: times, into: &writer) }
    if !allGood { for sample in samples { writer.byte(sample.quality.rawValue) } }
    switch form {
    case .decimal, .scaled:
      writer.byte(UInt8(bitPattern: exponent))
      var previous: Int64 = 0
      for mantissa in mantissas {
        writer.zigzag(mantissa &- previous)
        previous = mantissa
      }
    case .raw:
      for sample in samples { if case .double(let value) = sample.value { writer.double(value) } }
    case .mixed:
      for sample in samples {
        switch sample.value {
        case .double(let value):
          writer.boolean(false)
          writer.double(value)
        case .scaled(let value):
          writer.boolean(true)
          writer.scaled(value)
        }
      }
    }
  }

  static func decodeSamples(
    _ series: SeriesID, times: [Int64], from reader: inout ByteReader
  ) throws(ByteReaderError) -> [Sample] {
    let head = try reader.byte()
    guard let form = Form(rawValue: head & 0x0F) else {
      throw ByteReaderError(offset: reader.offset, expected: "a form of values")
    }
    let times = head & someTimes == 0 ? times : try decodePresence(times, from: &reader)
    var qualities: [Quality] = []
    if head & someQuality != 0 {
      for _ in times {
        guard let quality = Quality(rawValue: try reader.byte()) else {
          throw ByteReaderError(offset: reader.offset, expected: "a quality")
        }
        qualities.append(quality)
      }
    }
    var exponent: Int8 = 0
    if form == .decimal || form == .scaled { exponent = Int8(bitPattern: try reader.byte()) }
    if form == .decimal, !digits.indices.contains(Int(exponent)) {
      throw ByteReaderError(offset: reader.offset, expected: "a number of digits")
    }
    var samples: [Sample] = []
    samples.reserveCapacity(times.count)
    var previous: Int64 = 0
    for (place, time) in times.enumerated() {
      let value: Value
      switch form {
      case .decimal:
        previous = previous &+ (try reader.zigzag())
        value = .double(Double(previous) / digits[Int(exponent)])
      case .scaled:
        previous = previous &+ (try reader.zigzag())
        value = .scaled(ScaledInteger(previous, exponent: exponent))
      case .raw:
        value = .double(try reader.double())
      case .mixed:
        value = try reader.boolean() ? .scaled(try reader.scaled()) : .double(try reader.double())
      }
      samples.append(
        Sample(
          series: series, time: Timestamp(nanoseconds: time), value: value,
          quality: qualities.isEmpty ? .good : qualities[place]))
    }
    return samples
  }

  private static func encodePresence(_ samples: [Sample], times: [Int64], into writer: inout ByteWriter) {
    var bits = [UInt8](repeating: 0, count: (times.count + 7) / 8)
    var place = 0
    for sample in samples {
      while times[place] != sample.time.nanoseconds { place += 1 }
      bits[place / 8] |= 1 << UInt8(place % 8)
    }
    writer.bytes += bits
  }

  private static func decodePresence(
    _ times: [Int64], from reader: inout ByteReader
  ) throws(ByteReaderError) -> [Int64] {
    var present: [Int64] = []
    var bits: UInt8 = 0
    for (place, time) in times.enumerated() {
      if place % 8 == 0 { bits = try reader.byte() }
      if bits & (1 << UInt8(place % 8)) != 0 { present.append(time) }
    }
    return present
  }

  private static func form(of samples: [Sample]) -> (Form, exponent: Int8, mantissas: [Int64]) {
    var mantissas: [Int64] = []
    mantissas.reserveCapacity(samples.count)
    switch samples.first?.value {
    case nil:
      return (.raw, 0, [])
    case .scaled(let first):
      for sample in samples {
        guard case .scaled(let value) = sample.value, value.exponent == first.exponent else { return (.mixed, 0, []) }
        mantissas.append(value.mantissa)
      }
      return (.scaled, first.exponent, mantissas)
    case .double:
      // The shortest decimal fraction that is exact for all of them.
      search: for exponent in digits.indices {
        mantissas.removeAll(keepingCapacity: true)
        for sample in samples {
          guard case .double(let value) = sample.value else { return (.mixed, 0, []) }
          guard let mantissa = mantissa(value, exponent) else { continue search }
          mantissas.append(mantissa)
        }
        return (.decimal, Int8(exponent), mantissas)
      }
      let allDoubles = samples.allSatisfy { if case .double = $0.value { true } else { false } }
      return (allDoubles ? .raw : .mixed, 0, [])
    }
  }

  /// value × 10^exponent, if that is an integer from which division gives the same double, bit for bit.
  private static func mantissa(_ value: Double, _ exponent: Int) -> Int64? {
    let scaled = value * digits[exponent]
    guard abs(scaled) < 1e15 else { return nil }
    let mantissa = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
    // Negative zero fails here, as it must.
    return (Double(mantissa) / digits[exponent]).bitPattern == value.bitPattern ? mantissa : nil
  }
}
