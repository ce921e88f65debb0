import Telemetry

/// Everything but the model, which is large and saved in parts of its own.
extension Assessor {
  public func encode(into writer: inout ByteWriter) {
    writer.zigzag(above.nanoseconds)
    writer.zigzag(below.nanoseconds)
    writer.zigzag(aboveNotice.nanoseconds)
    writer.boolean(isAlarmed)
    writer.boolean(isNoticed)
    writer.varint(averages.count)
    for value in averages { writer.double(value) }
    sensors.encode(into: &writer)
    prognosis.encode(into: &writer)
    early.encode(into: &writer, isYoung: model.evidence.state == .learning)
    writer.double(lapses)
  }

  /// - Throws: for another machine or fault model; the state is then as it was before.
  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    var copy = self
    copy.above = Span64(nanoseconds: try reader.zigzag())
    copy.below = Span64(nanoseconds: try reader.zigzag())
    copy.aboveNotice = Span64(nanoseconds: try reader.zigzag())
    copy.isAlarmed = try reader.boolean()
    copy.isNoticed = try reader.boolean()
    let count = try reader.count()
    guard count == averages.count else {
      throw ByteReaderError(offset: reader.offset, expected: "as many deviations as signals")
    }
    for index in 0..<count { copy.averages[index] = try reader.double() }
    copy.sensors = try SensorWatch(from: &reader)
    guard copy.sensors.signals == averages.count else {
      throw ByteReaderError(offset: reader.offset, expected: "as many sensors as signals")
    }
    try copy.prognosis.restore(from: &reader)
    try copy.early.restore(from: &reader)
    copy.lapses = try reader.double()
    self = copy
  }
}
