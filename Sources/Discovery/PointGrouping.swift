import Telemetry
import Templates

/// Puts topics that carry one value each together to devices, by the part of the topic that does not name a quantity.
struct PointGrouping {
  let finder: DeviceFinder

  /// How a topic divides into device and name of the value.
  private struct Division {
    var base: [String]
    var labels: [String]
    /// The base as in the topic, for telling devices apart.
    var key: String
    var isNamed: Bool
  }

  func devices(_ points: [DeviceFinder.Point]) -> [Device] {
    let heads = sharedHeads(points)
    var order: [String] = []
    var members: [String: [(point: DeviceFinder.Point, division: Division)]] = [:]
    for point in points {
      let division = divide(point, heads)
      let key = "\(division.key)\u{2}\(point.form)"
      if members[key] == nil { order.append(key) }
      members[key, default: []].append((point, division))
    }
    return order.compactMap { key in members[key].map(device) }
  }

  private func device(_ members: [(point: DeviceFinder.Point, division: Division)]) -> Device {
    var device = Device(
      topics: [], form: members[0].point.form, fields: [], base: members[0].division.base, isPointwise: true,
      messages: 0)
    for (point, division) in members.sorted(by: {
      ($0.division.labels.joined(separator: "/"), $0.point.topic)
        < ($1.division.labels.joined(separator: "/"), $1.point.topic)
    }) {
      let number = device.topics.count
      device.topics.append(
        Device.Topic(
          name: point.topic, labels: division.labels, interval: DeviceFinder.interval(point.log)))
      device.messages += point.log.count
      for (position, field) in point.fields.enumerated() {
        var field = field
        field.topic = number
        if position == point.value { field.labels = division.labels }
        device.fields.append(field)
      }
    }
    return device
  }

  // MARK: - Which part of a topic names the value

  private func divide(_ point: DeviceFinder.Point, _ heads: Set<String>) -> Division {
    var levels = point.levels
    let isWord = point.fields[point.value].kind != .number
    while levels.count > 2, let last = levels.last, finder.isGeneric(last) {
      let before = finder.reader.read([levels[levels.count - 2]])
      // `press-1/state` with a word is the state of the press; `press_temperature/state` only says "value".
      if isWord, finder.reader.read([last]).quantity != nil, before.quantity == nil { break }
      levels.removeLast()
    }
    let label = levels.last ?? ""
    let prefix = Array(levels.dropLast())
    if isNamed(label) {
      if let (head, tail) = split(label), heads.contains(Self.key(prefix, head)) || head.contains(where: \.isNumber) {
        return Division(base: prefix + [head], labels: [tail], key: Self.key(prefix, head), isNamed: true)
      }
      // `meter-7/l1/voltage`: the phase belongs to the name.
      if let phase = prefix.last, Self.isPhase(phase) {
        let base = Array(prefix.dropLast())
        return Division(base: base, labels: [phase, label], key: Self.key(base, ""), isNamed: true)
      }
      return Division(base: prefix, labels: [label], key: Self.key(prefix, ""), isNamed: true)
    }
    // `temperature/boiler-1`: the quantity stands further left.
    for position in prefix.indices.reversed() where prefix[position].count > 2 {
      let meaning = finder.reader.read([prefix[position]])
      guard meaning.quantity != nil, meaning.qualifiers.isEmpty, meaning.exclusion == nil else { continue }
      var base = levels
      base.remove(at: position)
      return Division(base: base, labels: [prefix[position]], key: Self.key(base, "\u{3}"), isNamed: true)
    }
    return Division(base: prefix, labels: [label], key: Self.key(prefix, ""), isNamed: false)
  }

  private func isNamed(_ label: String) -> Bool { finder.reader.read([label]).quantity != nil }

  private static func key(_ prefix: [String], _ head: String) -> String {
    prefix.joined(separator: "/") + "\u{1}" + head
  }

  static func isPhase(_ level: String) -> Bool {
    let words = level.lowercased()
    return [
      "l1", "l2", "l3", "phase1", "phase2", "phase3", "phase_a", "phase_b", "phase_c", "phasea", "phaseb", "phasec",
    ]
    .contains(words)
  }

  /// `boiler_flow_temperature` → (`boiler_flow`, `temperature`): the shortest end that names a quantity by itself.
  private func split(_ label: String) -> (head: String, tail: String)? {
    let separators = label.indices.filter { "_-.".contains(label[$0]) }
    for separator in separators.reversed() {
      let head = String(label[..<separator])
      let tail = String(label[label.index(after: separator)...])
      let meaning = finder.reader.read([tail])
      // A unit alone (`temperature_c`) names no quantity that the whole would not name better.
      guard tail.count > 1, meaning.quantity != nil, meaning.qualifiers.isEmpty,
        meaning.quantity == finder.reader.read([label]).quantity, !isNamed(head)
      else { continue }
      return (head, tail)
    }
    return nil
  }

  /// Heads (`boiler1` of `boiler1_temperature`, `boiler1_pressure`) under which there are different quantities.
  private func sharedHeads(_ points: [DeviceFinder.Point]) -> Set<String> {
    var quantities: [String: Set<Int>] = [:]
    for point in points {
      var levels = point.levels
      while levels.count > 2, let last = levels.last, finder.isGeneric(last) { levels.removeLast() }
      guard let label = levels.last, let (head, tail) = split(label),
        let quantity = finder.reader.read([tail]).quantity
      else { continue }
      quantities[Self.key(Array(levels.dropLast()), head), default: []].insert(quantity)
    }
    return Set(quantities.filter { $0.value.count > 1 }.keys)
  }
}
