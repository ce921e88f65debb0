import Templates

/// Matches templates whose signals are features of a waveform: a long list of numbers, or one in base64.
struct WaveformMatcher {
  let reader: NameReader
  let fields: [FieldSummary]

  private struct Found {
    var field: Int
    var record: FieldValue.Record
    /// Where the payload says the sample rate.
    var rate: Int?
    var unit: Unit?
    var reason: String
  }

  func match(_ template: EquipmentTemplate) -> TemplateGuess? {
    let mappings = template.fields.filter { $0.waveform != nil }
    guard !mappings.isEmpty, mappings.count == template.fields.count, let found = find(mappings) else { return nil }
    let signals = mappings.compactMap { guess(template.signals[$0.signal], $0, found) }
    guard let confidence = signals.map(\.confidence).max() else { return nil }
    return TemplateGuess(
      template: template, confidence: confidence, reason: "the payload holds a waveform: \(found.reason)",
      signals: signals, used: Set([found.field] + [found.rate].compactMap(\.self)))
  }

  private func find(_ mappings: [FieldMapping]) -> Found? {
    let candidates = fields.indices.filter { fields[$0].record != nil }
    guard
      let field = candidates.first(where: { index in mappings.contains { fields[index].source.isSame($0.path) } })
        ?? candidates.max(by: { (fields[$0].record?.points ?? 0) < (fields[$1].record?.points ?? 0) }),
      let record = fields[field].record
    else { return nil }
    let rate = rate(mappings)
    let unit = unit(fields[field])
    var parts = ["\(fields[field].source.text) has \(record.points) points (\(record.encoding.words))"]
    if let rate {
      parts.append("\(fields[rate].source.text) is its sample rate, \(FieldSummary.text(fields[rate].lowest)) Hz")
    }
    if let unit { parts.append("in \(unit.symbol)") }
    return Found(field: field, record: record, rate: rate, unit: unit, reason: parts.joined(separator: "; "))
  }

  /// A field that says how many points a second: by the template's own path, else by its name.
  private func rate(_ mappings: [FieldMapping]) -> Int? {
    let numbers = fields.indices.filter { fields[$0].kind == .number && fields[$0].lowest >= 10 }
    let own = mappings.compactMap { mapping -> FieldPath? in
      if case .field(let path) = mapping.waveform?.sampleRate { return path }
      return nil
    }
    if let exact = numbers.first(where: { index in own.contains { fields[index].source.isSame($0) } }) { return exact }
    let names = Set(reader.vocabulary.sampleRateNames.map { reader.tokens.split($0).joined() })
    return numbers.first { names.contains(reader.tokens.split(fields[$0].labels.last ?? "").joined()) }
  }

  /// Of the record: what the payload says, or the end of its name (`acc_g`).
  private func unit(_ field: FieldSummary) -> Unit? {
    let words = reader.tokens.split(field.labels.last ?? "")
    let spellings = [field.givenUnit].compactMap(\.self) + [words.suffix(2).joined(separator: "/"), words.last ?? ""]
    for spelling in spellings {
      for dimension in Self.dimensions {
        if let unit = NameReader.unit([spelling], dimension) { return unit }
      }
    }
    return nil
  }

  private static let dimensions: [Dimension] = ["m/s²", "mm/s"].compactMap { try? UnitCatalogue.unit($0).dimension }

  private func guess(_ signal: Signal, _ mapping: FieldMapping, _ found: Found) -> SignalGuess? {
    guard let own = mapping.waveform else { return nil }
    let unit = found.unit ?? (try? UnitCatalogue.unit(own.unit))
    var doubts: [String] = []
    if found.unit == nil { doubts.append("nothing tells the unit of the record") }
    if found.record.encoding == .int16 {
      doubts.append(
        "what a 1 in the record is (scale) stands in the sensor's data sheet: for ±16 g in 16 bits 0.00048828125 g")
    }
    if let problem = unfit(own, found) { doubts.append(problem) }
    if found.rate == nil {
      doubts.append("the payload does not say the sample rate: write `sample-rate: 25.6 kHz`")
    }
    if let unit, let wanted = try? UnitCatalogue.unit(signal.unit), own.feature != .rmsVelocity, own.feature != .crest,
      own.feature != .kurtosis, unit.dimension != wanted.dimension
    {
      doubts.append("a record in \(unit.symbol) has no \(signal.name) in \(signal.unit)")
    }
    var parts: [String] = []
    if own.encoding != found.record.encoding { parts.append("encoding: \(found.record.encoding.rawValue)") }
    if let unit, unit.symbol != own.unit { parts.append("unit: \(YAMLText.scalar(unit.symbol))") }
    if found.record.encoding != .int16, own.scale.description != "1" { parts.append("scale: 1") }
    if let rate = found.rate {
      let path = fields[rate].source
      if case .field(let known) = own.sampleRate, path.isSame(known) {
        // As in the template.
      } else {
        parts.append("sample-rate: { path: \(YAMLText.path(path.path)) }")
      }
    } else {
      parts.append("sample-rate: 25.6 kHz")
    }
    return SignalGuess(
      signal: signal.name, field: found.field, confidence: doubts.isEmpty ? 0.75 : 0.4,
      reason: doubts.isEmpty ? found.reason : doubts.joined(separator: "; "),
      waveform: parts.isEmpty ? nil : "{ \(parts.joined(separator: ", ")) }")
  }

  /// Why the record says nothing about a feature's band or line.
  private func unfit(_ mapping: WaveformMapping, _ found: Found) -> String? {
    guard let rate = found.rate.map({ fields[$0].lowest }) else { return nil }
    let highest = [mapping.highest, mapping.line].compactMap { $0?.doubleValue }.max() ?? 0
    if highest > rate / 2 { return "\(FieldSummary.text(rate)) Hz is too slow for \(FieldSummary.text(highest)) Hz" }
    let needed = max(
      mapping.lowest.map { 1 / $0.doubleValue } ?? 0, mapping.line.map { 3 / $0.doubleValue } ?? 0)
    // Spectra take the largest power of two or so of the points: half of the record at least.
    let duration = Double(found.record.fewest) / rate / (mapping.lowest == nil ? 1 : 2)
    return duration < needed
      ? "the record of \(FieldSummary.text(Double(found.record.fewest) / rate)) s is too short for "
        + "\(FieldSummary.text(1 / max(needed, 1e-9))) Hz" : nil
  }
}

extension WaveformMapping.Encoding {
  var words: String {
    switch self {
    case .numbers: "a list of numbers"
    case .int16: "base64 of 16-bit integers"
    case .float32: "base64 of 32-bit numbers"
    }
  }
}
