import Telemetry
import Templates

/// Writes a device's readings in the format and the shape that the site's mapping of the topic expects.
struct PayloadWriter {
  private let mapping: TopicMapping
  private let asset: Asset
  private var waveforms: WaveformSource

  init(mapping: TopicMapping, asset: Asset, seed: UInt64) {
    self.mapping = mapping
    self.asset = asset
    waveforms = WaveformSource(asset: asset, seed: seed)
  }

  mutating func payload(_ readings: [String: DeviceModel.Reading], stamp: Timestamp) -> [UInt8] {
    let text: String
    switch mapping.payload.format {
    case .json(let each): text = json(readings, stamp, each)
    case .text: text = mapping.fields.first.flatMap { cell(readings, $0) } ?? ""
    case .csv(let settings): text = csv(readings, stamp, settings)
    case .senml: text = senml(readings, stamp)
    case .nameValue(let settings): text = nameValue(readings, stamp, settings)
    }
    return Array(text.utf8)
  }

  /// The payload as a fault of the device leaves it: nothing that could be taken for a reading.
  func damaged(_ payload: [UInt8]) -> [UInt8] {
    switch mapping.payload.format {
    case .json, .senml, .nameValue: Array(payload.dropLast(max(1, payload.count / 3)))
    case .text, .csv: Array("#ERR ??".utf8)
    }
  }

  // MARK: JSON

  private mutating func json(
    _ readings: [String: DeviceModel.Reading], _ stamp: Timestamp, _ each: FieldPath?
  ) -> String {
    var entry = PayloadNode.empty
    put(stamp, into: &entry)
    if let path = mapping.messageID, let reading = readings[DeviceModel.messageID] {
      entry.set(node(reading, nil), at: path.steps[...])
    }
    for field in mapping.fields where field.waveform == nil {
      guard let reading = readings[DeviceModel.key(field)] else { continue }
      entry.set(node(reading, field), at: field.path.steps[...])
    }
    for record in waveforms.records(of: mapping.fields) {
      if let rate = record.rate { entry.set(rate.value, at: rate.path.steps[...]) }
      entry.set(record.points, at: record.path.steps[...])
    }
    guard let each else { return entry.text }
    var root = PayloadNode.empty
    root.set(.array([entry]), at: each.steps[...])
    return root.text
  }

  private func put(_ stamp: Timestamp, into entry: inout PayloadNode) {
    guard let timestamp = mapping.timestamp else { return }
    entry.set(Self.node(stamp, timestamp.format), at: timestamp.path.steps[...])
    if let path = timestamp.nanoseconds {
      entry.set(.raw(String(stamp.nanoseconds % 1_000_000_000)), at: path.steps[...])
    }
  }

  private static func node(_ stamp: Timestamp, _ format: TimestampMapping.Format) -> PayloadNode {
    switch format {
    case .epochSeconds: .raw(String(stamp.nanoseconds / 1_000_000_000))
    case .epochMilliseconds: .raw(String(stamp.nanoseconds / 1_000_000))
    case .epochMicroseconds: .raw(String(stamp.nanoseconds / 1000))
    // Beyond 2^53: as text, which every reader keeps exactly.
    case .epochNanoseconds: .string(String(stamp.nanoseconds))
    case .iso8601, .iso8601Local: .string(stamp.rfc3339UTC)
    }
  }

  private func node(_ reading: DeviceModel.Reading, _ field: FieldMapping?) -> PayloadNode {
    switch reading {
    case .text(let text): .string(text)
    case .list(let words): .array(words.map { .string($0) })
    // Meters often send registers as texts, because a number would lose digits.
    case .decimal: .string(Self.number(reading, field))
    case .number: .raw(Self.number(reading, field))
    }
  }

  // MARK: Lists of named values

  private func nameValue(
    _ readings: [String: DeviceModel.Reading], _ stamp: Timestamp, _ settings: PayloadMapping.NameValueSettings
  ) -> String {
    var entries: [PayloadNode] = []
    for field in mapping.fields {
      guard let reading = readings[DeviceModel.key(field)] else { continue }
      var part = PayloadNode.empty
      if case .decimal = reading {
        part.set(.raw(Self.number(reading, field)), at: settings.value.steps[...])
      } else {
        part.set(node(reading, field), at: settings.value.steps[...])
      }
      put(stamp, into: &part)
      if let quality = settings.quality, let good = quality.good.first {
        part.set(good == "true" ? .raw(good) : .string(good), at: quality.path.steps[...])
      }
      var entry = settings.readings == nil ? part : PayloadNode.empty
      if let path = settings.readings { entry.set(.array([part]), at: path.steps[...]) }
      entry.set(.string(field.path.joined), at: settings.name.steps[...])
      if let path = settings.unit, !field.payloadUnit.isEmpty {
        entry.set(.string(field.payloadUnit), at: path.steps[...])
      }
      entries.append(entry)
    }
    guard let each = settings.each else { return PayloadNode.array(entries).text }
    var root = PayloadNode.empty
    root.set(.array(entries), at: each.steps[...])
    return root.text
  }

  // MARK: SenML

  /// Units that RFC 8428 has another symbol for, or the same; others are left out.
  private static let senmlUnits = [
    "°C": "Cel", "V": "V", "A": "A", "W": "W", "Pa": "Pa", "K": "K", "m": "m", "kg": "kg",
  ]

  private func senml(_ readings: [String: DeviceModel.Reading], _ stamp: Timestamp) -> String {
    var records: [PayloadNode] = []
    for field in mapping.fields {
      guard let reading = readings[DeviceModel.key(field)] else { continue }
      var record: [(name: String, value: PayloadNode)] = []
      if records.isEmpty {
        record.append(("bn", .string("urn:dev:weir:\(asset.id):")))
        record.append(("bt", .raw(ScaledInteger(stamp.nanoseconds / 1_000_000, exponent: -3).description)))
      }
      let name = field.path.joined
      let isSum = name.hasSuffix("#s")
      record.append(("n", .string(isSum ? String(name.dropLast(2)) : name)))
      if !isSum, let unit = Self.senmlUnits[field.payloadUnit] { record.append(("u", .string(unit))) }
      switch reading {
      case .text(let text): record.append(("vs", .string(text)))
      case .list(let words): record.append(("vs", .string(words.first ?? "")))
      case .number, .decimal: record.append((isSum ? "s" : "v", .raw(Self.number(reading, field))))
      }
      records.append(.object(record))
    }
    return PayloadNode.array(records).text
  }

  // MARK: CSV

  private func csv(
    _ readings: [String: DeviceModel.Reading], _ stamp: Timestamp, _ settings: PayloadMapping.CSVSettings
  ) -> String {
    var cells: [(column: String, text: String)] = []
    if let timestamp = mapping.timestamp {
      let text =
        switch Self.node(stamp, timestamp.format) {
        case .raw(let text), .string(let text): text
        case .object, .array: ""
        }
      cells.append((timestamp.path.joined, text))
    }
    for field in mapping.fields {
      cells.append((field.path.joined, cell(readings, field) ?? ""))
    }
    let separator = String(UnicodeScalar(settings.separator))
    func line(_ texts: [String]) -> String {
      texts.map { text in
        let isPlain = !text.contains { "\"\r\n".contains($0) || String($0) == separator }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
      }.joined(separator: separator) + "\n"
    }
    if settings.hasHeader { return line(cells.map(\.column)) + line(cells.map(\.text)) }
    // Without names a column is a number, from 1.
    var row = Array(repeating: "", count: cells.compactMap { Int($0.column) }.max() ?? 0)
    for cell in cells {
      if let column = Int(cell.column), column > 0 { row[column - 1] = cell.text }
    }
    return line(row)
  }

  // MARK: Values

  /// A value as a text, with the decimal sign of the mapping.
  private func cell(_ readings: [String: DeviceModel.Reading], _ field: FieldMapping) -> String? {
    guard let reading = readings[DeviceModel.key(field)] else { return nil }
    switch reading {
    case .text(let text): return text
    case .list(let words): return words.first
    case .number, .decimal:
      let number = Self.number(reading, field)
      return mapping.payload.decimalComma ? number.replacing(".", with: ",") : number
    }
  }

  /// Readings are in the signal's unit: the mapping's conversion is turned round.
  private static func number(_ reading: DeviceModel.Reading, _ field: FieldMapping?) -> String {
    let conversion = field?.conversion ?? .identity
    switch reading {
    case .text, .list: return ""
    case .decimal(let decimal):
      guard !conversion.isIdentity else { return decimal.description }
      guard let turned = inverse(decimal, conversion) else { return number(.number(decimal.doubleValue), field) }
      return turned.description
    case .number(let number):
      guard !conversion.isIdentity else { return JSONValue.number(number).canonicalText }
      let offset = conversion.offset.doubleValue
      return JSONValue.number(
        (number - offset) * Double(conversion.denominator) / Double(conversion.numerator)
      ).canonicalText
    }
  }

  /// Exact, or with six digits more than the register has.
  private static func inverse(_ value: ScaledInteger, _ conversion: UnitConversion) -> ScaledInteger? {
    guard conversion.offset == .zero, conversion.numerator > 0 else { return nil }
    let product = Int128(value.mantissa) * Int128(conversion.denominator)
    let numerator = Int128(conversion.numerator)
    if product % numerator == 0 {
      return Int64(exactly: product / numerator).map { ScaledInteger($0, exponent: value.exponent) }
    }
    return Int64(exactly: ScaledInteger.roundedQuotient(product * 1_000_000, numerator))
      .map { ScaledInteger($0, exponent: value.exponent - 6) }
  }
}
