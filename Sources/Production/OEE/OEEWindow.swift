import Plant
import Telemetry

/// What a machine told of one energy window, as it is kept.
struct OEEWindow: Hashable, Sendable {
  var start: Timestamp
  var states: [StateSpan] = []
  var pieces: [PieceStep] = []
  /// kWh; nil = not metered.
  var energy: ScaledInteger?

  init(start: Timestamp) { self.start = start }

  func fold(length: Span64) throws -> OEEFold.Window {
    OEEFold.Window(
      start: start, end: start + length, states: states, pieces: pieces,
      energy: try energy.map { try ExactDecimal($0) })
  }

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(start)
    writer.varint(states.count)
    for span in states {
      writer.string(span.name)
      writer.byte(span.state.map { $0.rawValue + 1 } ?? 0)
      writer.zigzag((span.start - start).nanoseconds)
      writer.zigzag((span.end - span.start).nanoseconds)
    }
    writer.varint(pieces.count)
    for step in pieces {
      writer.zigzag((step.since - start).nanoseconds)
      writer.zigzag((step.time - step.since).nanoseconds)
      writer.zigzag(step.good)
      writer.zigzag(step.scrap)
    }
    writer.boolean(energy != nil)
    if let energy { writer.scaled(energy) }
  }

  init(from reader: inout ByteReader) throws {
    self.init(start: try reader.timestamp())
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      let word = try reader.byte()
      guard word == 0 || RunState(rawValue: word - 1) != nil else {
        throw ByteReaderError(offset: reader.offset, expected: "a run state")
      }
      let from = start + Span64(nanoseconds: try reader.zigzag())
      let to = from + Span64(nanoseconds: try reader.zigzag())
      states.append(
        StateSpan(name: name, state: word == 0 ? nil : RunState(rawValue: word - 1), start: from, end: to))
    }
    for _ in 0..<(try reader.count()) {
      let since = start + Span64(nanoseconds: try reader.zigzag())
      let time = since + Span64(nanoseconds: try reader.zigzag())
      pieces.append(PieceStep(since: since, time: time, good: try reader.zigzag(), scrap: try reader.zigzag()))
    }
    energy = try reader.boolean() ? try reader.scaled() : nil
  }
}
