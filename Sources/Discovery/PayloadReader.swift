import Telemetry
import Templates

/// What kind of payload a message has, and the values in it.
struct Payload: Sendable {
  enum Form: Hashable, Sendable {
    case json
    /// One number or word as plain text.
    case scalar
    case csv(separator: String)
    case senML
    /// An Azure- or SiteWise-like batch: lists of values with a time each.
    case batch
    case text
    case binary
    case empty

    var words: String {
      switch self {
      case .json: "JSON"
      case .scalar: "one plain value"
      case .csv(let separator): "values separated by \"\(separator == "\t" ? "tab" : separator)\""
      case .senML: "a SenML pack"
      case .batch: "a batch of property values"
      case .text: "text"
      case .binary: "binary"
      case .empty: "empty"
      }
    }
  }

  var form: Form
  var values: [(source: FieldSource, value: FieldValue.Content, unit: String?)] = []
}

struct PayloadReader {
  let vocabulary: Vocabulary
  private let valueNames: Set<String>
  private let nameNames: Set<String>
  private let unitNames: Set<String>
  /// Deeper structures are not telemetry.
  private static let deepest = 6
  private static let longestList = 16

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    valueNames = Set(vocabulary.valueNames.map { $0.lowercased() })
    nameNames = Set(vocabulary.nameNames.map { $0.lowercased() })
    unitNames = Set(vocabulary.unitNames.map { $0.lowercased() })
  }

  func read(_ bytes: [UInt8]) -> Payload {
    guard let text = String(validating: bytes, as: UTF8.self) else { return Payload(form: .binary) }
    let trimmed = Self.trim(text)
    if trimmed.isEmpty { return Payload(form: .empty) }
    if trimmed.unicodeScalars.contains(where: { $0.value < 0x20 && !"\t\r\n".unicodeScalars.contains($0) }) {
      return Payload(form: .binary)
    }
    if let first = trimmed.utf8.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      guard let document = try? JSONValue(parsing: bytes) else { return Payload(form: .text) }
      return read(document)
    }
    if let value = Self.scalar(trimmed) {
      return Payload(form: .scalar, values: [(.path([]), value, nil)])
    }
    return SeparatedLines.read(trimmed) ?? Payload(form: .text)
  }

  private func read(_ document: JSONValue) -> Payload {
    if let pack = SenMLPack.read(document) { return Payload(form: .senML, values: pack) }
    if BatchShape.isBatch(document) { return Payload(form: .batch) }
    var payload = Payload(form: .json)
    flatten(document, [], &payload)
    payload.values.sort { $0.source.key < $1.source.key }
    return payload
  }

  // MARK: - JSON

  private func flatten(_ value: JSONValue, _ path: [String], _ payload: inout Payload) {
    guard path.count <= Self.deepest else { return }
    switch value {
    case .object(let members):
      let unit = members.first { unitNames.contains($0.key.lowercased()) && $0.value.stringValue != nil }
      let isMeasurement = unit != nil && members.keys.contains { valueNames.contains($0.lowercased()) }
      for name in members.keys.sorted() {
        guard let member = members[name] else { continue }
        if isMeasurement, name == unit?.key { continue }
        let before = payload.values.count
        flatten(member, path + [name], &payload)
        if isMeasurement, valueNames.contains(name.lowercased()), payload.values.count == before + 1 {
          payload.values[before].unit = unit?.value.stringValue
        }
      }
    case .array(let elements): flatten(elements, path, &payload)
    default: payload.values.append((.path(path), Self.content(value), nil))
    }
  }

  private func flatten(_ elements: [JSONValue], _ path: [String], _ payload: inout Payload) {
    if let entries = namedEntries(elements, path) {
      payload.values += entries
    } else if elements.allSatisfy({ $0.doubleValue != nil }), elements.count > Self.longestList {
      payload.values.append((.path(path), .series(elements.count), nil))
    } else if elements.allSatisfy({ $0.stringValue != nil }) {
      payload.values.append((.path(path), .list(elements.compactMap(\.stringValue)), nil))
    } else {
      for (index, element) in elements.prefix(Self.longestList).enumerated() {
        flatten(element, path + [String(index)], &payload)
      }
    }
  }

  /// `[{"name": "temp", "value": 61.5, "unit": "°C"}, …]` with names that differ.
  private func namedEntries(
    _ elements: [JSONValue], _ path: [String]
  ) -> [(source: FieldSource, value: FieldValue.Content, unit: String?)]? {
    guard case .object(let first)? = elements.first,
      let nameMember = vocabularyMember(vocabulary.nameNames, first, where: { $0.stringValue != nil }),
      let valueMember = vocabularyMember(vocabulary.valueNames, first, where: { _ in true }), valueMember != nameMember
    else { return nil }
    var found: [(source: FieldSource, value: FieldValue.Content, unit: String?)] = []
    var names: Set<String> = []
    for element in elements {
      guard case .object(let members) = element, let name = members[nameMember]?.stringValue,
        names.insert(name).inserted, let value = members[valueMember]
      else { return nil }
      let unit = vocabularyMember(vocabulary.unitNames, members, where: { $0.stringValue != nil })
      found.append(
        (
          .entry(list: path, nameMember: nameMember, name: name, valueMember: [valueMember]), Self.content(value),
          unit.flatMap { members[$0]?.stringValue }
        ))
    }
    return found.isEmpty ? nil : found
  }

  /// The first of the known names that is a member.
  private func vocabularyMember(
    _ known: [String], _ members: [String: JSONValue], where accepts: (JSONValue) -> Bool
  ) -> String? {
    let names = members.keys.sorted()
    for word in known {
      if let name = names.first(where: { $0.lowercased() == word.lowercased() }), let value = members[name],
        accepts(value)
      {
        return name
      }
    }
    return nil
  }

  static func content(_ value: JSONValue) -> FieldValue.Content {
    switch value {
    case .null: .nothing
    case .boolean(let value): .boolean(value)
    case .integer(let value): .number(Double(value), places: 0)
    case .number(let value): .number(value, places: places("\(value)"))
    case .string(let text): Self.number(text) ?? .word(text)
    case .array(let elements): .series(elements.count)
    case .object: .nothing
    }
  }

  // MARK: - Texts

  /// One number or one short word; nil for anything longer.
  static func scalar(_ text: String) -> FieldValue.Content? {
    if let number = number(text) { return number }
    if text == "true" || text == "false" { return .boolean(text == "true") }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 {
      return scalar(String(text.dropFirst().dropLast()))
    }
    let isWord = text.count <= 32 && !text.contains(where: { ",;|\t\n{}[]=<>".contains($0) })
    return isWord && text.split(separator: " ").count <= 3 ? .word(text) : nil
  }

  static func number(_ text: String) -> FieldValue.Content? {
    let body = trim(text)
    guard let first = body.utf8.first, first &- 48 < 10 || "+-.".utf8.contains(first), let value = Double(body),
      value.isFinite
    else { return nil }
    return .number(value, places: places(body))
  }

  /// Digits after the decimal point; of `1.5e-7` those of the number written out.
  private static func places(_ text: String) -> Int {
    let parts = text.lowercased().split(separator: "e")
    let digits = parts.first?.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = digits.map { $0.count > 1 ? $0[1] : "" } ?? ""
    let written = fraction == "0" ? 0 : fraction.count
    return max(0, written - (parts.count > 1 ? Int(parts[1]) ?? 0 : 0))
  }

  static func trim(_ text: String) -> String {
    var text = text[...].drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
