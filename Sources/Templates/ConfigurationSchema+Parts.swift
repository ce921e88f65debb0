import Telemetry

/// What the schemas are made of.
extension ConfigurationSchema {
  static func document(_ file: String, _ title: String, _ root: JSONValue) -> RecordSchema {
    guard case .object(var members) = root else { return RecordSchema([:]) }
    members["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    members["$id"] = .string("urn:weir:schema:\(file)")
    members["title"] = .string(title)
    return RecordSchema(members)
  }

  /// A group of keys. Those without a schema of their own may hold anything.
  static func group(
    _ description: String, _ keys: [String], _ known: [String: JSONValue], required: [String] = []
  ) -> JSONValue {
    var properties: [String: JSONValue] = [:]
    for key in keys { properties[key] = known[key] ?? .object([:]) }
    return .object([
      "type": "object", "description": .string(description), "additionalProperties": false,
      "properties": .object(properties), "required": .array(required.map { .string($0) }),
    ])
  }

  /// Keys that are names.
  static func table(_ description: String, _ value: JSONValue) -> JSONValue {
    ["type": "object", "description": .string(description), "additionalProperties": value]
  }

  static func list(_ description: String, of item: JSONValue) -> JSONValue {
    ["type": "array", "description": .string(description), "items": item]
  }

  static func any(_ description: String, _ options: [JSONValue]) -> JSONValue {
    ["description": .string(description), "anyOf": .array(options)]
  }

  static func words(_ description: String, _ words: [String]) -> JSONValue {
    ["description": .string(description), "enum": .array(words.map { .string($0) })]
  }

  /// A text; `5` and `true` without quotes are texts for the readers too.
  static func text(_ description: String, _ example: String) -> JSONValue {
    [
      "type": ["string", "number", "boolean"], "description": .string(description),
      "examples": .array([.string(example)]),
    ]
  }

  static let anyText: JSONValue = ["type": ["string", "number", "boolean"]]

  static let path = text("The payload field: member names joined by dots.", "values.temperature")

  static func duration(_ description: String, _ example: String) -> JSONValue {
    [
      "type": ["string", "integer"], "description": .string("\(description) A number and ms, s, min, h or d."),
      "examples": .array([.string(example)]),
    ]
  }

  static func size(_ example: String) -> JSONValue {
    [
      "type": ["string", "integer"], "description": "A number and KB, MB, GB (1000) or KiB, MiB, GiB (1024).",
      "examples": .array([.string(example)]),
    ]
  }

  static func number(_ description: String, _ example: String) -> JSONValue {
    [
      "type": ["number", "string"], "description": .string(description), "examples": .array([.string(example)]),
    ]
  }

  static func integer(_ description: String, _ range: ClosedRange<Int>) -> JSONValue {
    [
      "type": "integer", "description": .string(description), "minimum": .integer(Int64(range.lowerBound)),
      "maximum": .integer(Int64(range.upperBound)),
    ]
  }

  static func flag(_ description: String) -> JSONValue {
    [
      "description": .string(description),
      "enum": [true, false, "yes", "no", "on", "off"],
    ]
  }
}
