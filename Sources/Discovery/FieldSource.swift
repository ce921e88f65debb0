import Templates

/// Where a value stands in a payload.
enum FieldSource: Hashable, Sendable {
  /// Steps into a JSON document; none = the payload is the value.
  case path([String])
  /// The entry of a list of `{"name": …, "value": …}` objects that has this name.
  case entry(list: [String], nameMember: String, name: String, valueMember: String)
  /// An entry of a list of named values that have times of their own.
  case named(String)
  /// A member of each entry of such a list, or of each of its readings: the time.
  case element([String])
  /// A column of lines of separated values, from 0, with its heading if a line gave one.
  case column(Int, heading: String?)
  /// A record of a SenML pack, by its name.
  case senML(name: String)
  /// A metric of Sparkplug B, by its name.
  case metric(String)

  /// What names the value, from the outside in.
  var labels: [String] {
    switch self {
    case .path(let steps): steps
    case .entry(_, _, let name, _), .named(let name), .senML(let name):
      [String(name.split(whereSeparator: { ":/".contains($0) }).last ?? Substring(name))]
    case .element(let steps): steps
    case .metric(let name): name.split(separator: "/").map(String.init)
    case .column(let number, let heading): [heading ?? "column \(number + 1)"]
    }
  }

  /// The path that the configuration has for it.
  var path: FieldPath {
    switch self {
    case .path(let steps), .element(let steps): FieldPath(steps)
    case .entry(let list, let member, let name, let value): FieldPath(list + ["[\(member)=\(name)]", value])
    case .named(let name), .senML(let name), .metric(let name): FieldPath([name])
    case .column(let number, let heading): FieldPath([heading ?? "\(number + 1)"])
    }
  }

  /// For people: `"ENERGY.Total"`, `"temp" of the list`, `column 3`.
  var text: String {
    switch self {
    case .path(let steps): steps.isEmpty ? "the payload" : "\"\(steps.joined(separator: "."))\""
    case .entry(_, _, let name, _), .named(let name): "\"\(name)\" of the list"
    case .element(let steps): "\"\(steps.joined(separator: "."))\" of each entry"
    case .column(let number, let heading): heading.map { "column \"\($0)\"" } ?? "column \(number + 1)"
    case .senML(let name): "record \"\(name)\""
    case .metric(let name): "metric \"\(name)\""
    }
  }

  /// For sorting, so that results do not depend on the order of members.
  var key: String {
    switch self {
    case .path(let steps): "p" + steps.map(Self.padded).joined(separator: "\u{1}")
    case .entry(let list, _, let name, _): "e" + list.joined(separator: "\u{1}") + "\u{2}" + name
    case .named(let name): "n" + name
    case .element(let steps): "t" + steps.joined(separator: "\u{1}")
    case .column(let number, let heading): "c\(10_000 + number)\(heading ?? "")"
    case .senML(let name): "s" + name
    case .metric(let name): "m" + name
    }
  }

  private static func padded(_ step: String) -> String {
    step.allSatisfy(\.isNumber) ? String(repeating: "0", count: max(0, 4 - step.count)) + step : step
  }

  /// Steps of a plain JSON path; nil for the other kinds.
  var steps: [String]? {
    if case .path(let steps) = self { return steps }
    return nil
  }

  /// Whether a template's path means this very place.
  func isSame(_ other: FieldPath) -> Bool {
    guard !other.steps.isEmpty else { return false }
    if path.joined == other.joined { return true }
    // Of a list of objects the first stands for all.
    return other.list != nil && path.steps == other.steps.map { $0 == FieldPath.every ? "0" : $0 }
  }
}
