import Rules
import Telemetry

/// A step of a unit, as the station's rule tells it at once.
struct UnitMessage {
  /// A name that is longer is no serial number.
  static let longestUnit = 128

  var unit: String
  var time: Timestamp
  /// Of a `UnitStep`.
  var step: [UInt8]

  /// Nil for an event that names no unit, or is neither a result nor a review.
  init?(_ event: Event, station: String) {
    guard let unit = event.first("unit"), !unit.isEmpty, unit.utf8.count <= Self.longestUnit,
      let step = UnitStep(event, station: station)
    else { return nil }
    self.unit = unit
    time = event.time
    var writer = ByteWriter()
    step.encode(into: &writer)
    self.step = writer.bytes
  }

  /// The unit, and its step as one of many: with its length in front.
  static func parts(of figures: DerivedFigures) throws(ByteReaderError) -> (unit: String, step: ArraySlice<UInt8>) {
    var reader = ByteReader(figures.bytes)
    let unit = try reader.string()
    return (unit, figures.bytes[reader.offset...])
  }

  var published: Published {
    var writer = ByteWriter()
    writer.string(unit)
    writer.blob(step)
    return .derived(
      DerivedFigures(name: UnitStep.name, start: time, end: time, bytes: writer.bytes, cause: nil))
  }
}

extension UnitStep {
  func encode(into writer: inout ByteWriter) {
    writer.timestamp(time)
    writer.byte(kind.rawValue)
    for text in [station, step, verdict] { writer.string(text) }
    writer.varint(attempt)
    writer.attributes(details)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    let time = try reader.timestamp()
    guard let kind = Kind(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a kind of step")
    }
    self.init(
      time: time, station: try reader.string(), kind: kind, step: try reader.string(), verdict: try reader.string())
    attempt = try reader.integer()
    details = try reader.attributes()
  }
}
