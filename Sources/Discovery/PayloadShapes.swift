import Telemetry

/// Lines of separated values: `61.5;2.3;running`, with or without a line of headings before.
enum SeparatedLines {
  static func read(_ text: String) -> Payload? {
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    guard let last = lines.last, lines.count <= 100 else { return nil }
    for separator in [";", "\t", "|", ","] {
      let cells = split(last, separator)
      guard cells.count >= 2, lines.allSatisfy({ split($0, separator).count == cells.count }) else { continue }
      let contents = cells.map { PayloadReader.number($0) ?? .word($0) }
      let numbers = contents.count { if case .number = $0 { true } else { false } }
      guard numbers >= 1 else { continue }
      let first = split(lines[0], separator)
      let hasHeadings = lines.count > 1 && first.allSatisfy { PayloadReader.number($0) == nil }
      return Payload(
        form: .csv(separator: separator),
        values: contents.enumerated().map { index, content in
          (.column(index, heading: hasHeadings ? first[index] : nil), content, nil)
        })
    }
    return nil
  }

  private static func split(_ line: String, _ separator: String) -> [String] {
    line.split(separator: separator, omittingEmptySubsequences: false).map { PayloadReader.trim(String($0)) }
  }
}

/// SenML JSON (RFC 8428): an array of records with `n`/`bn` and a value.
enum SenMLPack {
  static func read(_ document: JSONValue) -> [(source: FieldSource, value: FieldValue.Content, unit: String?)]? {
    guard let records = document.arrayValue, !records.isEmpty else { return nil }
    let labels: Set<String> = [
      "bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut",
    ]
    var baseName = ""
    var baseUnit: String?
    var order: [String] = []
    var found: [String: (FieldValue.Content, String?)] = [:]
    for record in records {
      guard case .object(let members) = record, members.keys.allSatisfy(labels.contains) else { return nil }
      if let name = members["bn"]?.stringValue { baseName = name }
      if let unit = members["bu"]?.stringValue { baseUnit = unit }
      let name = baseName + (members["n"]?.stringValue ?? "")
      guard let value = members["v"] ?? members["vs"] ?? members["vb"] ?? members["s"] else { continue }
      if found[name] == nil { order.append(name) }
      found[name] = (PayloadReader.content(value), members["u"]?.stringValue ?? baseUnit)
    }
    guard !order.isEmpty, order.allSatisfy({ !$0.isEmpty }) else { return nil }
    return order.sorted().compactMap { name in found[name].map { (.senML(name: name), $0.0, $0.1) } }
  }
}

/// Batches of property values as AWS IoT SiteWise (`entries[].propertyValues[]`) and Azure publishers write them.
enum BatchShape {
  static func isBatch(_ document: JSONValue) -> Bool {
    let entries = document["entries"]?.arrayValue ?? document.arrayValue ?? [document]
    return !entries.isEmpty
      && entries.allSatisfy { entry in
        (entry["propertyAlias"] != nil || entry["propertyId"] != nil || entry["entryId"] != nil)
          && (entry["propertyValues"]?.arrayValue != nil)
      }
  }
}

/// Sparkplug B topics, and the metric names of a birth as far as its bytes tell. The full reader is another module's.
enum SparkplugShape {
  /// Group, message type, edge node and device of a topic.
  static func parts(_ topic: String) -> (group: String, type: String, node: String, device: String?)? {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard levels.count >= 4, levels.count <= 5, levels[0] == "spBv1.0" else { return nil }
    return (levels[1], levels[2], levels[3], levels.count == 5 ? levels[4] : nil)
  }

  /// Field 2 of the payload holds a metric, field 1 of a metric its name (Sparkplug 3.0.0, Protobuf schema).
  static func metricNames(_ payload: [UInt8]) -> [String] {
    var names: [String] = []
    forEachField(payload[...]) { number, bytes in
      guard number == 2, let bytes else { return }
      forEachField(bytes) { number, bytes in
        guard number == 1, let bytes, let name = String(validating: bytes, as: UTF8.self) else { return }
        names.append(name)
      }
    }
    return names
  }

  /// Calls `body` for each field, with its bytes if it is length-delimited; ends at the first thing it cannot read.
  private static func forEachField(_ message: ArraySlice<UInt8>, _ body: (UInt64, ArraySlice<UInt8>?) -> Void) {
    var rest = message
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return }
      switch tag & 7 {
      case 0: guard varint(&rest) != nil else { return }
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case 2:
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return }
        body(tag >> 3, rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
        continue
      default: return
      }
      body(tag >> 3, nil)
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
