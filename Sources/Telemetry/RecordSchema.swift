/// A JSON Schema (draft 2020-12) of something that the gateway forwards.
///
/// The descriptions in this module are the source; `Config/schemas` holds what they generate, for upstream systems.
public struct RecordSchema: Hashable, Sendable {
  /// The schema itself.
  public let json: JSONValue

  package init(_ json: [String: JSONValue]) { self.json = .object(json) }

  /// A member of an object.
  struct Member {
    var name: String
    var schema: RecordSchema
    var isRequired: Bool

    static func required(_ name: String, _ schema: RecordSchema) -> Member {
      Member(name: name, schema: schema, isRequired: true)
    }
    static func optional(_ name: String, _ schema: RecordSchema) -> Member {
      Member(name: name, schema: schema, isRequired: false)
    }
  }

  // MARK: Parts

  /// Only these members.
  static func object(_ description: String, _ members: [Member]) -> RecordSchema {
    RecordSchema([
      "type": "object", "description": .string(description), "additionalProperties": false,
      "properties": .object(Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.schema.json) })),
      "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
    ])
  }

  /// Members of any name, all of one schema.
  static func table(_ description: String, of value: RecordSchema) -> RecordSchema {
    RecordSchema(["type": "object", "description": .string(description), "additionalProperties": value.json])
  }

  static func list(_ description: String, of item: RecordSchema) -> RecordSchema {
    RecordSchema(["type": "array", "description": .string(description), "items": item.json])
  }

  static func string(_ description: String) -> RecordSchema {
    RecordSchema(["type": "string", "description": .string(description)])
  }

  static func word(_ description: String, of words: [String]) -> RecordSchema {
    RecordSchema([
      "type": "string", "description": .string(description), "enum": .array(words.map { .string($0) }),
    ])
  }

  /// RFC 3339 with an offset.
  static func time(_ description: String) -> RecordSchema {
    RecordSchema(["type": "string", "format": "date-time", "description": .string(description)])
  }

  /// An exact decimal as a string. It must not pass through a binary float.
  static func decimal(_ description: String) -> RecordSchema {
    RecordSchema(["type": "string", "pattern": .string(Pattern.decimal.rawValue), "description": .string(description)])
  }

  static func hash(_ description: String) -> RecordSchema {
    RecordSchema(["type": "string", "pattern": .string(Pattern.sha256.rawValue), "description": .string(description)])
  }

  static func count(_ description: String, from minimum: Int64 = 0) -> RecordSchema {
    RecordSchema(["type": "integer", "minimum": .integer(minimum), "description": .string(description)])
  }

  static func number(_ description: String) -> RecordSchema {
    RecordSchema(["type": "number", "description": .string(description)])
  }

  /// 0…1
  static func share(_ description: String) -> RecordSchema {
    RecordSchema(["type": "number", "minimum": 0, "maximum": 1, "description": .string(description)])
  }

  static func flag(_ description: String) -> RecordSchema {
    RecordSchema(["type": "boolean", "description": .string(description)])
  }

  static func any(_ description: String, of schemas: [RecordSchema]) -> RecordSchema {
    RecordSchema(["description": .string(description), "anyOf": .array(schemas.map(\.json))])
  }

  /// This, or null.
  var orNull: RecordSchema {
    guard case .object(var members) = json else { return self }
    if case .string(let type)? = members["type"] { members["type"] = [.string(type), "null"] }
    return RecordSchema(members)
  }

  /// The patterns in use. Each is a regular expression in the schema and a plain loop in the validator.
  enum Pattern: String, CaseIterable {
    case decimal = #"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"#
    case sha256 = "^[0-9a-f]{64}$"

    func matches(_ text: String) -> Bool {
      switch self {
      case .sha256:
        return text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      case .decimal:
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return false }
        return parts[0] == "0" || !parts[0].hasPrefix("0")
      }
    }
  }
}
