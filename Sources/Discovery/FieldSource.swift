/// Where a value stands in a payload.
enum FieldSource: Hashable, Sendable {
  /// Steps into a JSON document; none = the payload is the value.
  case path([String])
  /// The entry of a list of `{"name": …, "value": …}` objects that has this name.
  case entry(list: [String], nameMember: String, name: String, valueMember: [String])
  /// A column of a line of separated values, from 0, with its heading if a line gave one.
  case column(Int, heading: String?)
  /// A record of a SenML pack, by its resolved name.
  case senML(name: String)

  /// What names the value, from the outside in.
  var labels: [String] {
    switch self {
    case .path(let steps): steps
    case .entry(_, _, let name, _): [name]
    case .column(let number, let heading): [heading ?? "column \(number + 1)"]
    case .senML(let name): [String(name.split(separator: ":").last ?? Substring(name))]
    }
  }

  /// For people: `ENERGY.Total`, `"temp" of the list`, `column 3`.
  var text: String {
    switch self {
    case .path(let steps): steps.isEmpty ? "the payload" : "\"\(steps.joined(separator: "."))\""
    case .entry(_, _, let name, _): "\"\(name)\" of the list"
    case .column(let number, let heading): heading.map { "column \(number + 1) (\($0))" } ?? "column \(number + 1)"
    case .senML(let name): "record \"\(name)\""
    }
  }

  /// For sorting, so that results do not depend on the order of members.
  var key: String {
    switch self {
    case .path(let steps):
      "p"
        + steps.map { $0.allSatisfy(\.isNumber) ? String(repeating: "0", count: max(0, 4 - $0.count)) + $0 : $0 }
        .joined(separator: "\u{1}")
    case .entry(let list, _, let name, _): "e" + list.joined(separator: "\u{1}") + "\u{2}" + name
    case .column(let number, _): "c" + String(10_000 + number)
    case .senML(let name): "s" + name
    }
  }

  /// Steps of a plain JSON path; nil for the other kinds.
  var steps: [String]? {
    if case .path(let steps) = self { return steps }
    return nil
  }
}
