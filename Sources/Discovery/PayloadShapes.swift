import Telemetry
import Templates

/// Lines of separated values: `61.5;2.3;running`, with or without a line of headings before.
enum SeparatedLines {
  static func read(_ text: String) -> Payload? {
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    guard let last = lines.last, lines.count <= 100 else { return nil }
    for separator in [";", "\t", "|", ","] {
      let cells = split(last, separator)
      guard cells.count >= 2, lines.allSatisfy({ split($0, separator).count == cells.count }) else { continue }
      let first = split(lines[0], separator)
      let hasHeadings = lines.count > 1 && first.allSatisfy { PayloadReader.number($0) == nil && !$0.isEmpty }
      let rows = lines.dropFirst(hasHeadings ? 1 : 0).map { split($0, separator) }
      let comma = separator != "," && rows.joined().contains { DecimalComma.read($0) != nil }
      var values: [(source: FieldSource, value: FieldValue.Content, unit: String?)] = []
      for row in rows {
        for (index, cell) in row.enumerated() {
          let content = PayloadReader.number(cell) ?? (comma ? DecimalComma.read(cell) : nil) ?? .word(cell)
          values.append((.column(index, heading: hasHeadings ? first[index] : nil), content, nil))
        }
      }
      guard values.contains(where: { if case .number = $0.value { true } else { false } }) else { continue }
      return Payload(form: .csv(separator: separator, header: hasHeadings, comma: comma), values: values)
    }
    return nil
  }

  private static func split(_ line: String, _ separator: String) -> [String] {
    line.split(separator: separator, omittingEmptySubsequences: false).map { PayloadReader.trim(String($0)) }
  }
}

/// Numbers with a decimal comma.
enum DecimalComma {
  /// `12,5`; nil for anything else, and for three digits behind the comma, which could be thousands.
  static func read(_ text: String) -> FieldValue.Content? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[1].count != 3,
      parts[1].utf8.allSatisfy({ $0 &- 48 < 10 }), !parts[0].contains(".")
    else { return nil }
    return PayloadReader.number("\(parts[0]).\(parts[1])")
  }
}

/// SenML JSON (RFC 8428): an array of records with `n`/`bn` and a value.
enum SenMLPack {
  private static let labels: Set<String> = [
    "bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut",
  ]

  static func read(_ document: JSONValue) -> [(source: FieldSource, value: FieldValue.Content, unit: String?)]? {
    guard let records = document.arrayValue, !records.isEmpty else { return nil }
    let baseNames = Set(records.compactMap { $0["bn"]?.stringValue })
    var baseName = ""
    var baseUnit: String?
    var order: [String] = []
    var found: [String: (FieldValue.Content, String?)] = [:]
    for record in records {
      guard case .object(let members) = record, members.keys.allSatisfy(labels.contains) else { return nil }
      if let name = members["bn"]?.stringValue { baseName = name }
      if let unit = members["bu"]?.stringValue { baseUnit = unit }
      // With one base name only, the record's own name is enough, and equal devices look equal.
      let own = members["n"]?.stringValue ?? ""
      let name = baseNames.count == 1 && !own.isEmpty ? own : baseName + own
      guard let value = members["v"] ?? members["vs"] ?? members["vb"] ?? members["s"] else { continue }
      if found[name] == nil { order.append(name) }
      found[name] = (PayloadReader.content(value), (members["u"]?.stringValue ?? baseUnit).map(unit))
    }
    guard !order.isEmpty, order.allSatisfy({ !$0.isEmpty }) else { return nil }
    return order.sorted().compactMap { name in found[name].map { (.senML(name: name), $0.0, $0.1) } }
  }

  /// Units that SenML (RFC 8428, RFC 8798) writes in a way of its own.
  private static func unit(_ text: String) -> String {
    switch text {
    case "Cel": "°C"
    case "%RH", "%EL": "%"
    case "/": "1"
    default: text
    }
  }
}

/// Batches of property values as AWS IoT SiteWise takes them: `entries[].propertyValues[]`.
enum PropertyBatch {
  static func read(_ document: JSONValue) -> Payload? {
    guard let entries = document["entries"]?.arrayValue, !entries.isEmpty else { return nil }
    var values: [(source: FieldSource, value: FieldValue.Content, unit: String?)] = []
    var valueNames: Set<String> = []
    for entry in entries {
      guard let name = entry["propertyAlias"]?.stringValue, let readings = entry["propertyValues"]?.arrayValue else {
        return nil
      }
      for reading in readings {
        guard case .object(let value)? = reading["value"], value.count == 1, let member = value.first else {
          return nil
        }
        valueNames.insert(member.key)
        values.append((.named(name), PayloadReader.content(member.value), nil))
        if let seconds = reading["timestamp"]?["timeInSeconds"] {
          values.append((.element(["timestamp", "timeInSeconds"]), PayloadReader.content(seconds), nil))
        }
      }
    }
    // The configuration has one path of the value for all entries.
    guard valueNames.count == 1, let value = valueNames.first else { return nil }
    return Payload(
      form: .named(
        each: ["entries"], name: "propertyAlias", value: ["value", value], readings: ["propertyValues"]),
      values: values)
  }
}
