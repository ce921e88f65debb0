import Telemetry
import Templates

/// Devices whose messages look the same, with what their fields have in common.
struct Shape {
  var devices: [Device]
  var fields: [FieldSummary]
  var time: TimeGuess

  init(_ devices: [Device], finder: DeviceFinder) {
    let devices = devices.map { device in
      var device = device
      let labels = device.topics.map { $0.labels.joined(separator: "/") }
      device.fields.sort { (labels[$0.topic], $0.source.key) < (labels[$1.topic], $1.source.key) }
      return device
    }
    let first = devices[0]
    let columns = first.fields.indices.map { index in devices.map { $0.fields[index] } }
    let siblings = Set(first.fields.compactMap { $0.labels.last?.lowercased() })
    var fields = columns.map { column in
      FieldSummary(column, meaning: finder.reader.read(column[0].labels, siblings: siblings))
    }
    // Every topic must tell its time in the same way: the asset has one setting for all.
    var guesses: [TimeGuess] = []
    for topic in first.topics.indices {
      let members = first.fields.indices.filter { first.fields[$0].topic == topic }
      var candidates: [(source: FieldSource, values: [FieldValue])] = []
      for member in members { candidates.append((fields[member].source, columns[member].flatMap(\.values))) }
      let judged = finder.times.judge(candidates)
      for number in judged.timeFields { fields[members[number]].isTime = true }
      guesses.append(judged.guess)
    }
    var time = guesses[0]
    if let other = guesses.first(where: { $0.mapping != guesses[0].mapping }) {
      time = TimeGuess(
        mapping: nil, confidence: 0.6, reason: "its topics give their times in different ways",
        doubt: "\(guesses[0].reason), and \(other.reason); the time of arrival counts")
    }
    if case .named(_, _, _, .some) = first.form, time.mapping?.path.steps == ["timestamp", "timeInSeconds"] {
      time.mapping?.nanoseconds = FieldPath(["timestamp", "offsetInNanos"])
    }
    if first.form == .senML { time = TimeGuess(confidence: 0.95, reason: "the packs have their times") }
    if first.form == .sparkplug { time = TimeGuess(confidence: 0.95, reason: "each metric has its own time") }
    for index in fields.indices { fields[index].isIgnored = finder.reader.isIgnored(fields[index].labels) }
    self.devices = devices
    self.fields = fields
    self.time = time
  }

  /// Devices by their look; those whose topics speak of different kinds of equipment stay apart.
  static func shapes(_ devices: [Device], finder: DeviceFinder, kinds: (Device) -> Set<String>) -> [Shape] {
    var order: [String] = []
    var members: [String: [Device]] = [:]
    for device in devices {
      let key = device.signature + "\u{3}" + kinds(device).sorted().joined(separator: ",")
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(device)
    }
    return order.compactMap { members[$0].map { Shape($0, finder: finder) } }
  }

  /// The longest median interval of a topic; nil if it is not known.
  var interval: Span64? { devices.flatMap { $0.topics.compactMap(\.interval) }.max() }
}
