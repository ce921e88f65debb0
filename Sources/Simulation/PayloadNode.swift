import Telemetry

/// A JSON document in the making: members in the order in which they were put there, numbers by their digits.
enum PayloadNode {
  /// A number, `true`, `false` or `null` as it stands.
  case raw(String)
  case string(String)
  case object([(name: String, value: PayloadNode)])
  case array([PayloadNode])

  static let empty = PayloadNode.object([])

  static func number(_ value: Double) -> PayloadNode { .raw(JSONValue.number(value).canonicalText) }

  /// Puts a value at a path as the configuration writes it, making objects and lists on the way: a number is a place in
  /// a list, `[name=temp]` the element that says so, and `[*]` takes a list apart, one object for each of its elements.
  mutating func set(_ value: PayloadNode, at path: ArraySlice<String>) {
    guard let step = path.first else {
      self = value
      return
    }
    let rest = path.dropFirst()
    if step == "[*]" {
      guard case .array(let values) = value else { return set(.array([value]), at: path) }
      var elements = elements
      while elements.count < values.count { elements.append(.empty) }
      for (index, value) in values.enumerated() { elements[index].set(value, at: rest) }
      self = .array(elements)
    } else if step.hasPrefix("["), step.hasSuffix("]"), let sign = step.firstIndex(of: "=") {
      let name = String(step[step.index(after: step.startIndex)..<sign])
      let wanted = String(step[step.index(after: sign)...].dropLast())
      var elements = elements
      let place = elements.firstIndex { $0.member(name) == wanted }
      if place == nil { elements.append(.object([(name, .string(wanted))])) }
      elements[place ?? elements.count - 1].set(value, at: rest)
      self = .array(elements)
    } else if let place = Int(step), (0..<64).contains(place) {
      var elements = elements
      while elements.count <= place { elements.append(.empty) }
      elements[place].set(value, at: rest)
      self = .array(elements)
    } else {
      var members = members
      let place = members.firstIndex { $0.name == step }
      if place == nil { members.append((step, .empty)) }
      members[place ?? members.count - 1].value.set(value, at: rest)
      self = .object(members)
    }
  }

  private var elements: [PayloadNode] {
    if case .array(let elements) = self { return elements }
    return []
  }

  private var members: [(name: String, value: PayloadNode)] {
    if case .object(let members) = self { return members }
    return []
  }

  private func member(_ name: String) -> String? {
    if case .string(let text)? = members.first(where: { $0.name == name })?.value { return text }
    return nil
  }

  var text: String {
    switch self {
    case .raw(let text): text
    case .string(let text): JSONValue.string(text).canonicalText
    case .object(let members):
      "{" + members.map { "\(JSONValue.string($0.name).canonicalText):\($0.value.text)" }.joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    }
  }
}
