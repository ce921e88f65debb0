import Rules
import Telemetry

/// What was said of a machine when it was judged last: it is shown, and stands in the record of the day.
struct Judged: Hashable, Sendable {
  var score: Double
  var contributions: [Deviation.Contribution]
  /// Best first.
  var faults: [ConditionReport.Fault]

  init(_ deviation: Deviation, faults: [ConditionReport.Fault]) {
    score = deviation.score
    contributions = deviation.contributions
    self.faults = faults
  }

  func encode(into writer: inout ByteWriter) {
    writer.double(score)
    writer.varint(contributions.count)
    for part in contributions {
      writer.varint(part.signal)
      writer.double(part.z)
      writer.double(part.value)
      writer.double(part.expected)
    }
    writer.varint(faults.count)
    for fault in faults {
      for text in [fault.id, fault.name, fault.chinese, fault.supporting, fault.opposing] { writer.string(text) }
      writer.double(fault.score)
    }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    score = try reader.double()
    contributions = []
    for _ in 0..<(try reader.count()) {
      let signal = try reader.integer()
      let z = try reader.double()
      let value = try reader.double()
      contributions.append(.init(signal: signal, z: z, value: value, expected: try reader.double()))
    }
    faults = []
    for _ in 0..<(try reader.count()) {
      let id = try reader.string()
      let name = try reader.string()
      let chinese = try reader.string()
      let supporting = try reader.string()
      let opposing = try reader.string()
      faults.append(
        .init(
          id: id, name: name, chinese: chinese, score: try reader.double(), supporting: supporting, opposing: opposing))
    }
  }
}
