import Telemetry

extension JSONValue {
  /// Puts a value at a path of member names, making the objects on the way.
  mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
    guard let step = path.first else {
      self = value
      return
    }
    var members: [String: JSONValue] = [:]
    if case .object(let existing) = self { members = existing }
    var child = members[step] ?? .object([:])
    child.set(value, at: path.dropFirst())
    members[step] = child
    self = .object(members)
  }
}
