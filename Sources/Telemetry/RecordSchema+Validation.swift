extension RecordSchema {
  /// What is wrong with a document, each with the path of the place; empty if it fits.
  ///
  /// Knows the part of JSON Schema that `RecordSchema` generates; any other keyword is reported, so that nothing goes
  /// unchecked.
  public func validate(_ document: JSONValue) -> [String] {
    var problems: [String] = []
    Self.check(document, by: json, at: "", into: &problems)
    return problems
  }

  private static let annotations: Set<String> = ["$schema", "$id", "title", "description", "examples"]

  private static func check(_ value: JSONValue, by schema: JSONValue, at path: String, into problems: inout [String]) {
    guard case .object(let keywords) = schema else {
      if schema == .boolean(false) { problems.append("\(place(path)): not allowed") }
      return
    }
    if let type = keywords["type"] {
      let names = type.arrayValue ?? [type]
      guard names.contains(where: { Self.value(value, is: $0.stringValue ?? "") }) else {
        let wanted = names.compactMap(\.stringValue).joined(separator: " or ")
        problems.append("\(place(path)): expected \(wanted), found \(value.canonicalText.prefix(60))")
        return
      }
    }
    // A null that the type allows has nothing to fit further.
    if value == .null, keywords["type"] != nil { return }
    for (keyword, argument) in keywords.sorted(by: { $0.key < $1.key }) {
      switch keyword {
      case "type", "required", "additionalProperties": break
      case _ where annotations.contains(keyword): break
      case "properties": checkMembers(value, keywords, at: path, into: &problems)
      case "items":
        for (index, item) in (value.arrayValue ?? []).enumerated() {
          check(item, by: argument, at: "\(path)/\(index)", into: &problems)
        }
      case "anyOf":
        let fits = (argument.arrayValue ?? []).contains { option in
          var inner: [String] = []
          check(value, by: option, at: path, into: &inner)
          return inner.isEmpty
        }
        if !fits { problems.append("\(place(path)): fits none of the alternatives") }
      default:
        if let problem = problem(of: value, keyword, argument) { problems.append("\(place(path)): \(problem)") }
      }
    }
    if keywords["properties"] == nil, keywords["additionalProperties"] != nil {
      checkMembers(value, keywords, at: path, into: &problems)
    }
  }

  private static func checkMembers(
    _ value: JSONValue, _ keywords: [String: JSONValue], at path: String, into problems: inout [String]
  ) {
    guard case .object(let members) = value else { return }
    for name in keywords["required"]?.arrayValue ?? [] {
      guard let name = name.stringValue, members[name] == nil else { continue }
      problems.append("\(place(path)): \"\(name)\" is missing")
    }
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      if let schema = keywords["properties"]?[name] {
        check(member, by: schema, at: "\(path)/\(name)", into: &problems)
      } else if let schema = keywords["additionalProperties"] {
        check(member, by: schema, at: "\(path)/\(name)", into: &problems)
      }
    }
  }

  private static func problem(of value: JSONValue, _ keyword: String, _ argument: JSONValue) -> String? {
    switch keyword {
    case "const": return value == argument ? nil : "expected \(argument.canonicalText)"
    case "enum":
      return argument.arrayValue?.contains(value) == true
        ? nil : "\(value.canonicalText) is not one of \(argument.canonicalText)"
    case "minimum": return value.doubleValue ?? 0 >= argument.doubleValue ?? 0 ? nil : "below the minimum"
    case "maximum": return value.doubleValue ?? 0 <= argument.doubleValue ?? 0 ? nil : "above the maximum"
    case "pattern":
      guard let pattern = Pattern(rawValue: argument.stringValue ?? "") else { return "unknown pattern in the schema" }
      return pattern.matches(value.stringValue ?? "") ? nil : "\(value.canonicalText) does not match \(pattern)"
    case "format":
      guard argument == "date-time" else { return "unknown format in the schema" }
      return Timestamp(rfc3339: value.stringValue ?? "") != nil ? nil : "\(value.canonicalText) is not a date-time"
    default: return "unknown keyword \"\(keyword)\" in the schema"
    }
  }

  private static func value(_ value: JSONValue, is type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.boolean, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.integer, "integer"), (.integer, "number"), (.number, "number"):
      true
    case (.number(let number), "integer"): number == number.rounded(.towardZero)
    default: false
    }
  }

  private static func place(_ path: String) -> String { path.isEmpty ? "the document" : path }
}
