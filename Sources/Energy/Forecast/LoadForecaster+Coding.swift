import Telemetry

extension LoadForecaster {
  /// Version of the encoded form.
  private static let version: UInt8 = 1

  /// Appends the whole state, so that a forecaster read from it forecasts the same.
  public func encode(into writer: inout ByteWriter) {
    writer.byte(Self.version)
    writer.zigzag(Int64(history.firstHour))
    writer.varint(history.values.count)
    for value in history.values {
      // NaN is common where hours are missing; all are the same one.
      let bits = value.isNaN ? Float.nan.bitPattern : value.bitPattern
      for shift in stride(from: UInt32(0), to: 32, by: 8) { writer.byte(UInt8(truncatingIfNeeded: bits &>> shift)) }
    }
    writer.blob(history.dayKinds)
    writer.varint(skill.classes.count)
    for entry in skill.classes {
      writer.varint(entry.losses.count)
      for loss in entry.losses { writer.double(loss) }
      for number in [entry.loss, entry.days, entry.lowScale, entry.highScale] { writer.double(number) }
    }
  }

  /// Reads what `encode` wrote.
  /// - Throws: `ByteReaderError` for damaged bytes and for a state of another version; begin anew then.
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    guard try reader.byte() == Self.version else {
      throw ByteReaderError(offset: reader.offset, expected: "a forecaster of version \(Self.version)")
    }
    let firstHour = Int(try reader.zigzag())
    let count = try reader.count()
    guard count <= LoadHistory.capacityInDays * 24, firstHour % 24 == 0, abs(firstHour) < 1 << 40 else {
      throw ByteReaderError(offset: reader.offset, expected: "the hours of a forecaster")
    }
    var values: [Float] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      var bits: UInt32 = 0
      for shift in stride(from: UInt32(0), to: 32, by: 8) { bits |= UInt32(try reader.byte()) &<< shift }
      let value = Float(bitPattern: bits)
      values.append(value.isFinite ? value : .nan)
    }
    let kinds = [UInt8](try reader.blob())
    guard kinds.count == (count + 23) / 24, kinds.allSatisfy({ $0 < LoadHistory.kinds }) else {
      throw ByteReaderError(offset: reader.offset, expected: "the kinds of \((count + 23) / 24) days")
    }
    history = LoadHistory(firstHour: firstHour, values: values, dayKinds: kinds)
    guard try reader.integer() == ForecastSkill.count else {
      throw ByteReaderError(offset: reader.offset, expected: "\(ForecastSkill.count) classes of hours")
    }
    for index in skill.classes.indices { skill.classes[index] = try ForecastSkill.Class(from: &reader) }
  }
}

extension ForecastSkill.Class {
  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    guard try reader.integer() == losses.count else {
      throw ByteReaderError(offset: reader.offset, expected: "the errors of \(losses.count) experts")
    }
    for expert in losses.indices { losses[expert] = try Self.number(&reader) }
    loss = try Self.number(&reader)
    days = try Self.number(&reader)
    lowScale = try Self.number(&reader)
    highScale = try Self.number(&reader)
  }

  /// Errors, counts and factors are finite and not negative.
  private static func number(_ reader: inout ByteReader) throws(ByteReaderError) -> Double {
    let value = try reader.double()
    guard value.isFinite, value >= 0 else {
      throw ByteReaderError(offset: reader.offset, expected: "a number that is not negative")
    }
    return value
  }
}
