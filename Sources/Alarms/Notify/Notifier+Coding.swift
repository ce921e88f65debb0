import Telemetry
import Templates

extension Notifier {
  func encode(into writer: inout ByteWriter) {
    writer.varint(sequence)
    writer.varint(routes.count)
    for (name, state) in routes.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      writer.varint(state.told.count)
      for (number, told) in state.told.sorted(by: { $0.key < $1.key }) {
        writer.varint(number)
        writer.timestamp(told.time)
        writer.byte(told.priority.rawValue)
        writer.varint(told.recurrences)
        writer.boolean(told.isRecovered)
        writer.varint(told.begun.count)
        for time in told.begun { writer.timestamp(time) }
      }
      writer.varint(state.sent.count)
      for time in state.sent { writer.timestamp(time) }
      writer.varint(state.held.count)
      for number in state.held.sorted() { writer.varint(number) }
    }
    writer.varint(lamps.count)
    for (name, lamp) in lamps.sorted(by: { $0.key < $1.key }) {
      writer.string(name)
      writer.string(lamp.colour.rawValue)
      writer.boolean(lamp.isFlashing)
      writer.boolean(lamp.hasSound)
    }
    writer.optional(next)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    self = Notifier()
    sequence = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      var state = RouteState()
      for _ in 0..<(try reader.count()) {
        let number = try reader.integer()
        let time = try reader.timestamp()
        guard let priority = AlarmSettings.Priority(rawValue: try reader.byte()) else {
          throw ByteReaderError(offset: reader.offset, expected: "a priority")
        }
        var told = Told(
          time: time, priority: priority, recurrences: try reader.integer(), isRecovered: try reader.boolean())
        for _ in 0..<(try reader.count()) { told.begun.append(try reader.timestamp()) }
        state.told[number] = told
      }
      for _ in 0..<(try reader.count()) { state.sent.append(try reader.timestamp()) }
      for _ in 0..<(try reader.count()) { state.held.insert(try reader.integer()) }
      routes[name] = state
    }
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      guard let colour = Notice.Colour(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a colour")
      }
      lamps[name] = Notice.Lamp(colour: colour, isFlashing: try reader.boolean(), hasSound: try reader.boolean())
    }
    next = try reader.optionalTimestamp()
  }
}
