import Plant
import Telemetry

/// A unit at a station, as the station's rule tells it at once.
struct UnitPassage: Hashable {
  static let name = "inspection/unit"

  var unit: String
  var step: UInt64
  var kind: InterceptionWatch.Visit.Kind

  /// Nil for an event that names no unit, or a review that only agrees.
  init?(_ event: Event) {
    guard let unit = event.first("unit"), !unit.isEmpty else { return nil }
    self.unit = unit
    step = InterceptionWatch.step(event.first("step") ?? "")
    let review = event.first("review").flatMap(ReviewWord.init)
    if let isBad = review?.isBad(rejected: nil) {
      kind = isBad ? .condemned : .released
    } else if let verdict = event.first("verdict") {
      kind =
        switch verdict {
        case UnitVisit.bad: .rejected
        case UnitVisit.good: .passed
        case "rework": .released
        default: .seen
        }
    } else {
      return nil
    }
  }

  /// In the bytes of `DerivedFigures`.
  func encode(into writer: inout ByteWriter) {
    writer.byte(kind.rawValue)
    writer.fixed64(step)
    writer.string(unit)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let kind = InterceptionWatch.Visit.Kind(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "what happened to a unit")
    }
    self.kind = kind
    step = try reader.fixed64()
    unit = try reader.string()
  }
}
