/// Reads one limit of `when:` of a fault.
enum FaultConditionReader {
  private static let expression = Scalar<String>("a calculation", example: "torque * speed * 2 * pi / 60") { $0 }
  private static let tolerance = Scalar<Double>("a number of 0 or more", example: "0.001") { text in
    Double(text).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }

  static func condition(_ section: Section) -> FaultModel.Condition? {
    let value = value(section)
    let given = section.all.map(\.key).filter(FaultModelReader.bounds.contains)
    guard given.count == 1 else {
      section.report(
        given.count > 1 ? section.position(of: given[1]) : nil, "\(section.name) needs one bound, found \(given.count)",
        remedy: "Write one of \(FaultModelReader.bounds.joined(separator: ", ")): for example `above: 9000`.")
      return nil
    }
    guard let bound = bound(section, given[0]), let value else { return nil }
    return FaultModel.Condition(
      value: value, unit: section.read("unit", .text) ?? "1", bound: bound,
      tolerance: section.read("tolerance", tolerance) ?? 0)
  }

  private static func value(_ section: Section) -> FaultExpression? {
    guard let text = section.require("value", expression) else { return nil }
    do {
      return try FaultExpression(text)
    } catch {
      section.report(
        section["value"]?.position, "\"\(text)\" in \(section.name) cannot be calculated: \(error.message)",
        remedy: error.remedy)
      return nil
    }
  }

  private static func bound(_ section: Section, _ key: String) -> FaultModel.Condition.Bound? {
    if key == "outside" {
      let values = (section.list(key, FaultModelReader.number) ?? []).map(\.value)
      guard values.count == 2, values[0] < values[1] else {
        section.report(
          section[key]?.position, "\"outside\" has a lower and an upper limit", remedy: "Write `outside: [3500, 9000]`."
        )
        return nil
      }
      return .outside(values[0], values[1])
    }
    guard let limit = limit(section, key) else { return nil }
    return switch key {
    case "below": .below(limit)
    case "at-most": .atMost(limit)
    case "above": .above(limit)
    default: .atLeast(limit)
    }
  }

  /// A number, or `{ by: product-class, L: 11000, M: 12000 }`.
  private static func limit(_ section: Section, _ key: String) -> FaultModel.Condition.Limit? {
    guard let node = section[key], node.entries != nil else {
      return section.read(key, FaultModelReader.number).map { .fixed($0) }
    }
    guard let inner = section.section(node, "\"\(key)\" of \(section.name)", keys: []),
      let signal = inner.require("by", .identifier(), remedy: "Add `by: product-class`, the state that decides.")
    else { return nil }
    let values = inner.all.filter { $0.key != "by" }.compactMap { entry in
      inner.value(entry.value, "the limit of \(entry.key)", FaultModelReader.number).map {
        FaultModel.Condition.ByState(entry.key, $0)
      }
    }
    guard !values.isEmpty else {
      inner.report(nil, "\(inner.name) has no limit for any state", remedy: "Add for example `L: 11000`.")
      return nil
    }
    return .byState(signal: signal, values: values)
  }
}
