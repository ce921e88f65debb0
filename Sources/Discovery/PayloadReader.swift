import Telemetry
import Templates

/// A message's payload: its form and the values in it.
struct Payload: Sendable {
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
    if let value = DecimalComma.read(trimmed) {
      return Payload(form: .scalar(comma: true), values: [(.path([]), value, nil)])
    }
    if let value = Self.scalar(trimmed) {
      return Payload(form: .scalar(comma: false), values: [(.path([]), value.content, value.unit)])
    }
    return SeparatedLines.read(trimmed) ?? Payload(form: .text)
  }

  private func read(_ document: JSONValue) -> Payload {
    if let pack = SenMLPack.read(document) { return Payload(form: .senML, values: pack) }
    if let batch = PropertyBatch.read(document) { return batch }
    if let list = timedList(document) { return list }
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
      payload.values.append((.path(path), .series(Self.numbers(elements.count)), nil))
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
          .entry(list: path, nameMember: nameMember, name: name, valueMember: valueMember), Self.content(value),
          unit.flatMap { members[$0]?.stringValue }
        ))
    }
    return found.isEmpty ? nil : found
  }

  /// A list, at the root or one step below it, whose elements are readings with a time each.
  private func timedList(_ document: JSONValue) -> Payload? {
    var lists: [(path: [String], elements: [JSONValue])] = []
    if let elements = document.arrayValue { lists.append(([], elements)) }
    if case .object(let members) = document {
      // A time of the message as a whole belongs to all its values.
      guard vocabularyMember(vocabulary.timeNames, members, where: { $0.arrayValue == nil }) == nil else { return nil }
      for name in members.keys.sorted() {
        if let elements = members[name]?.arrayValue { lists.append(([name], elements)) }
      }
    }
    for list in lists {
      guard case .object(let first)? = list.elements.first,
        let time = vocabularyMember(
          vocabulary.timeNames, first, where: { $0.doubleValue ?? 0 > 1e8 || $0.stringValue != nil }),
        list.elements.allSatisfy({ $0[time] != nil })
      else { continue }
      return namedReadings(list, first, time) ?? readings(list)
    }
    return nil
  }

  private func namedReadings(
    _ list: (path: [String], elements: [JSONValue]), _ first: [String: JSONValue], _ time: String
  ) -> Payload? {
    guard let entries = namedEntries(list.elements, list.path) else { return nil }
    var form = Payload.Form.json
    var values = entries.map { entry -> (source: FieldSource, value: FieldValue.Content, unit: String?) in
      guard case .entry(_, let nameMember, let name, let valueMember) = entry.source else { return entry }
      form = .named(each: list.path, name: nameMember, value: [valueMember], readings: nil)
      return (.named(name), entry.value, entry.unit)
    }
    for element in list.elements { values.append((.element([time]), Self.content(element[time] ?? .null), nil)) }
    return Payload(form: form, values: values)
  }

  private func readings(_ list: (path: [String], elements: [JSONValue])) -> Payload? {
    var payload = Payload(form: .readings(each: list.path))
    for element in list.elements { flatten(element, [], &payload) }
    return payload
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

  private static func numbers(_ count: Int) -> FieldValue.Record {
    FieldValue.Record(points: count, fewest: count, encoding: .numbers)
  }

  static func content(_ value: JSONValue) -> FieldValue.Content {
    switch value {
    case .null: .nothing
    case .boolean(let value): .boolean(value)
    case .integer(let value): .number(Double(value), places: 0)
    case .number(let value): .number(value, places: places("\(value)"))
    case .string(let text): Self.number(text) ?? EncodedRecord.read(text).map { .series($0) } ?? .word(text)
    case .array(let elements): .series(numbers(elements.count))
    case .object: .nothing
    }
  }

  // MARK: - Texts

  /// One number, perhaps with its unit, or one short word; nil for anything longer.
  static func scalar(_ text: String) -> (content: FieldValue.Content, unit: String?)? {
    if let number = number(text) { return (number, nil) }
    if text == "true" || text == "false" { return (.boolean(text == "true"), nil) }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 {
      return scalar(String(text.dropFirst().dropLast()))
    }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || "+-.".contains($0)) }
    let rest = trim(String(text[digits.endIndex...]))
    if let number = number(String(digits)), (try? UnitCatalogue.unit(rest)) != nil { return (number, rest) }
    let isWord = text.count <= 32 && !text.contains(where: { ",;|\t\n{}[]=<>".contains($0) })
    return isWord && text.split(separator: " ").count <= 3 ? (.word(text), nil) : nil
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
