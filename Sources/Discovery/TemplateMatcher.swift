import Templates

/// Finds out how well a template explains the fields of a shape. Nothing here knows a template by name.
struct TemplateMatcher {
  let reader: NameReader
  let fields: [FieldSummary]
  var vocabulary: Vocabulary { reader.vocabulary }
  private let physics: PowerPhysics
  private let judge: UnitJudge
  private let indexOffset: Int
  private let form: Payload.Form
  private let isDated: Bool
  private let isPointwise: Bool

  private let signalMeanings: [String: NameMeaning]

  init(reader: NameReader, shape: Shape, signalMeanings: [String: NameMeaning]) {
    self.reader = reader
    self.signalMeanings = signalMeanings
    fields = shape.fields
    form = shape.devices[0].form
    isPointwise = shape.devices[0].isPointwise
    isDated = shape.time.mapping != nil
    physics = PowerPhysics(fields: fields, vocabulary: reader.vocabulary)
    judge = UnitJudge(vocabulary: reader.vocabulary)
    // Some devices count phases from 0.
    indexOffset = fields.contains { $0.meaning.index == 0 && $0.meaning.quantity != nil } ? 1 : 0
  }

  /// A field that measures something, as far as its name is known.
  func isRecognised(_ field: FieldSummary) -> Bool {
    guard !field.isTime, !field.isIgnored, field.meaning.exclusion == nil, let quantity = reader.quantity(field.meaning)
    else { return false }
    return quantity.kind == .state ? field.kind != .list && field.kind != .series : field.kind == .number
  }

  // MARK: - One signal

  /// How well a name fits a signal, 0 to 1, with the reason.
  private func nameScore(
    _ field: FieldSummary, _ signal: Signal, _ mapping: FieldMapping
  ) -> (score: Double, isExact: Bool, reason: String) {
    let isExact = field.source.isSame(mapping.path)
    let own = signalMeanings[signal.name] ?? reader.read([signal.name])
    if let exclusion = field.meaning.exclusion, own.exclusion != exclusion, !isExact {
      return (0, false, "\"\(exclusion)\" says that it is something else")
    }
    if isExact { return (1, true, "\(field.source.text) stands in the template") }
    guard let quantity = reader.quantity(field.meaning), own.quantity == field.meaning.quantity else {
      let isSame = !own.normalized.isEmpty && own.normalized == field.meaning.normalized
      return isSame ? (0.85, false, "\(Self.name(field)) is the signal's name") : (0, false, "")
    }
    let index = field.meaning.index.map { $0 + indexOffset }
    if own.index != index {
      // A single sensor may have a number without meaning (`temp1`), a phase may not.
      guard own.index == nil, index == 1, !fields.contains(where: { isSibling($0, field) }) else {
        return (0, false, "")
      }
    }
    let different = own.qualifiers.symmetricDifference(field.meaning.qualifiers)
    let score = max(0.5, 0.95 - 0.13 * Double(different.count))
    let extra = different.isEmpty ? "" : " (but for \(different.sorted().map { "\"\($0)\"" }.joined(separator: ", ")))"
    return (score, false, "\(Self.name(field)) means \(quantity.name)\(extra)")
  }

  private func isSibling(_ other: FieldSummary, _ field: FieldSummary) -> Bool {
    other.meaning.quantity == field.meaning.quantity && other.meaning.qualifiers == field.meaning.qualifiers
      && other.meaning.index != field.meaning.index
  }

  static func name(_ field: FieldSummary) -> String {
    let topic = field.labels.joined(separator: "/")
    return field.source.steps?.isEmpty == true || field.labels != field.source.labels
      ? "topic \"\(topic)\"" : field.source.text
  }

  private func guess(
    _ number: Int, _ signal: Signal, _ mapping: FieldMapping, trusts: Bool
  ) -> SignalGuess? {
    let field = fields[number]
    guard !field.isTime else { return nil }
    let name = nameScore(field, signal, mapping)
    let isAmount = if case .delta = signal.kind { true } else { false }
    guard name.score > 0 || isAmount else { return nil }
    switch signal.kind {
    case .event: return nil
    case .delta: return amountGuess(number, signal, mapping, name, trusts: trusts)
    case .state(let names):
      guard field.kind == .word || field.kind == .boolean || field.kind == .number, field.words.count <= 20 else {
        return nil
      }
      var known = signal.stateWords.mapValues { names[$0] }
      for word in names { known[word] = word }
      let verdict = WordJudge(vocabulary: vocabulary).judge(field.words, names: names, known: known)
      let seen = field.words.prefix(6).joined(separator: ", ")
      let reason =
        verdict.unknown.isEmpty
        ? "\(name.reason); seen: \(seen)"
        : "\(name.reason), but nothing explains \(verdict.unknown.prefix(6).joined(separator: ", "))"
      return SignalGuess(
        signal: signal.name, field: number, confidence: min(name.score, verdict.confidence), reason: reason,
        words: verdict.added, unknownWords: verdict.unknown)
    case .register where amountWord(field) != nil && !name.isExact: return nil
    case .gauge, .register: return numberGuess(number, signal, mapping, name, trusts: trusts)
    }
  }

  /// The word that says that a field holds what was counted since the last message.
  private func amountWord(_ field: FieldSummary) -> String? {
    let words = Set(vocabulary.amountWords.map { reader.tokens.split($0).joined() })
    return ([field.meaning.exclusion].compactMap(\.self) + field.meaning.qualifiers.sorted()).first {
      words.contains(reader.tokens.split($0).joined())
    }
  }

  /// What a message adds is told from what a counter shows by its name, and because a counter never falls again and
  /// again.
  private func amountGuess(
    _ number: Int, _ signal: Signal, _ mapping: FieldMapping, _ name: (score: Double, isExact: Bool, reason: String),
    trusts: Bool
  ) -> SignalGuess? {
    let field = fields[number]
    guard field.kind == .number, field.lowest >= 0 else { return nil }
    let word = amountWord(field)
    let own = signalMeanings[signal.name] ?? reader.read([signal.name])
    guard
      name.isExact
        || (own.quantity != nil && own.quantity == field.meaning.quantity && own.index == field.meaning.index)
    else { return nil }
    if field.meaning.exclusion != nil, word == nil, !name.isExact { return nil }
    let falls = field.numbers.reduce(0) { sum, list in sum + zip(list, list.dropFirst()).count { $0 > $1 } }
    let score: Double
    var reason: String
    switch (word, falls) {
    case (let word?, _):
      score = falls > 0 ? 0.9 : 0.75
      reason = "\"\(word)\" says that it is what was counted since the last message"
    case (nil, 2...) where name.isExact:
      score = 0.75
      reason = "\(name.reason), and it fell \(falls) times, which no counter does"
    case (nil, 1...):
      score = 0.5
      reason =
        "it fell \(falls) times: what was counted since the last message, or a counter that is set back "
        + "(a day, a shift)?"
    // It may be a counter.
    default: return nil
    }
    guard var guess = numberGuess(number, signal, mapping, (score, name.isExact, reason), trusts: trusts) else {
      return nil
    }
    guess.confidence = min(guess.confidence, score)
    if !isDated, guess.confidence >= vocabulary.threshold {
      guess.confidence = 0.5
      guess.reason += "; without a time of the device a repeated message would be counted twice"
    }
    return guess
  }

  private func numberGuess(
    _ number: Int, _ signal: Signal, _ mapping: FieldMapping, _ name: (score: Double, isExact: Bool, reason: String),
    trusts: Bool
  ) -> SignalGuess? {
    let field = fields[number]
    guard field.kind == .number, let inner = try? UnitCatalogue.unit(signal.unit) else { return nil }
    if case .register = signal.kind, !field.isMonotone {
      return SignalGuess(
        signal: signal.name, field: number, confidence: 0.3,
        reason: "\(name.reason), but it went down: \(field.rangeText)")
    }
    let trusted = trusts ? try? UnitCatalogue.unit(mapping.payloadUnit) : nil
    let known = reader.quantity(field.meaning).flatMap { $0.units.first?.unit.dimension == inner.dimension ? $0 : nil }
    if known == nil, !name.isExact, reader.quantity(field.meaning) != nil { return nil }
    let unit: UnitGuess
    if let known {
      unit = judge.judge(field, known, trusted: trusted, physics: physics.unit(field))
    } else if let given = field.givenUnit {
      let found = NameReader.unit([given], inner.dimension)
      unit = UnitGuess(
        unit: found, confidence: found == nil ? 0.2 : 0.98, reason: "the payload gives the unit \(given)")
    } else if inner.symbol == "1" || trusted != nil {
      unit = UnitGuess(
        unit: trusted ?? inner, confidence: 0.85, reason: "\((trusted ?? inner).symbol) as in the template")
    } else {
      unit = UnitGuess(
        confidence: 0.4, reason: "nothing tells the unit",
        alternatives: UnitCatalogue.symbols(of: inner.dimension).compactMap { try? UnitCatalogue.unit($0) })
    }
    var confidence = min(name.score, unit.confidence)
    var reason = "\(name.reason); \(unit.reason)\(field.rangeText.isEmpty ? "" : "; seen: \(field.rangeText)")"
    if let payload = unit.unit, let conversion = try? UnitConversion(from: payload, to: inner) {
      let low = conversion.apply(field.lowest)
      let high = conversion.apply(field.highest)
      if low < signal.minimum ?? -.infinity || high > signal.maximum ?? .infinity {
        confidence = min(confidence, 0.4)
        reason += "; that is beyond the range of the template"
      }
    }
    return SignalGuess(
      signal: signal.name, field: number, confidence: confidence, reason: reason, unit: unit.unit,
      alternatives: unit.alternatives)
  }

  // MARK: - One template

  /// The words of a template's name that can say something in a topic.
  static func words(_ template: EquipmentTemplate, _ reader: NameReader) -> Set<String> {
    Set(reader.tokens.split(template.name).filter { $0.count > 2 && $0.contains(where: \.isLetter) })
  }

  /// How well the template's own payload fits this one: a mapping of a certain vendor's messages is not the first
  /// choice for others, even if they measure the same.
  private func fit(_ template: EquipmentTemplate, exact: Int) -> Double {
    var fit = 1.0
    if template.payload != .json, PayloadSyntax(form: form).payload(template.payload) != nil { fit *= 0.8 }
    if form == .sparkplug, template.payload != .json { fit *= 0.8 }
    if !template.subtopics.isEmpty, !isPointwise { fit *= 0.8 }
    if template.payload == .json, exact == 0, template.fields.contains(where: { $0.path.steps.count > 1 }) {
      fit *= 0.85
    }
    if template.timestamp == nil, template.payload == .json, isDated { fit *= 0.92 }
    return fit
  }

  /// - Parameter words: what the topics say about the kind of equipment.
  func match(_ template: EquipmentTemplate, words: Set<String>) -> TemplateGuess? {
    let hasEvents = template.signals.contains { $0.kind == .event }
    // A metric is one number, on the topic of its device.
    if form == .sparkplug, hasEvents || !template.subtopics.isEmpty { return nil }
    if hasEvents {
      return EventMatcher(reader: reader, fields: fields).match(template, words: words)
    }
    let mappings = template.fields.filter { mapping in
      mapping.attribute == nil && mapping.waveform == nil && mapping.signal < template.signals.count
    }
    let exact = mappings.count { mapping in
      fields.contains { $0.source.isSame(mapping.path) }
    }
    // A few short names are chance; several, or names that only this template has, are not.
    let measured = fields.count { isRecognised($0) }
    let trusts = exact >= 3 && exact * 10 >= measured * 6
    var pairs: [(guess: SignalGuess, rank: Int)] = []
    for (rank, mapping) in mappings.enumerated() {
      for number in fields.indices {
        if let guess = guess(number, template.signals[mapping.signal], mapping, trusts: trusts) {
          pairs.append((guess, rank))
        }
      }
    }
    // The best pairs first, each field and each signal once.
    pairs.sort { ($1.guess.confidence, $0.rank, $0.guess.field) < ($0.guess.confidence, $1.rank, $1.guess.field) }
    var signals: [SignalGuess] = []
    var used: Set<Int> = []
    for pair in pairs where !used.contains(pair.guess.field) {
      guard !signals.contains(where: { $0.signal == pair.guess.signal }) else { continue }
      signals.append(pair.guess)
      used.insert(pair.guess.field)
    }
    guard !signals.isEmpty else { return nil }
    let order = template.signals.map(\.name)
    signals.sort { (order.firstIndex(of: $0.signal) ?? 0) < (order.firstIndex(of: $1.signal) ?? 0) }
    return rate(template, mappings, signals, used, words, fit(template, exact: exact))
  }

  private func rate(
    _ template: EquipmentTemplate, _ mappings: [FieldMapping], _ signals: [SignalGuess], _ used: Set<Int>,
    _ words: Set<String>, _ fit: Double
  ) -> TemplateGuess {
    let recognised = fields.indices.filter { isRecognised(fields[$0]) || used.contains($0) }
    let explained = Double(used.count) / Double(max(1, recognised.count))
    func weight(_ name: String) -> Double {
      guard let signal = template.signals.firstIndex(where: { $0.name == name }) else { return 1 }
      return mappings.contains { $0.signal == signal && $0.required } ? 3 : 1
    }
    let all = template.signals.reduce(0) { $0 + weight($1.name) }
    let found = signals.reduce(0) { $0 + weight($1.signal) }
    let names = signals.reduce(0) { $0 + max($1.confidence, 0.7) } / Double(signals.count)
    let own = Self.words(template, reader)
    let spoken = own.intersection(words).sorted()
    let share = found / all
    var confidence = names * explained.squareRoot() * flattened(share) * fit + (spoken.isEmpty ? 0 : 0.04)
    confidence = min(0.98, confidence)
    let missing = template.signals.map(\.name).filter { name in !signals.contains { $0.signal == name } }
    var reason = "\(signals.count) of its \(template.signals.count) signals found"
    if !missing.isEmpty {
      reason += " (not sent: \(missing.prefix(6).joined(separator: ", "))\(missing.count > 6 ? " …" : ""))"
    }
    if !spoken.isEmpty { reason += "; the topic says \(spoken.joined(separator: ", "))" }
    return TemplateGuess(template: template, confidence: confidence, reason: reason, signals: signals, used: used)
  }

  /// A few signals of many still say something: x^(3/8), by square roots alone, the same on every machine.
  private func flattened(_ value: Double) -> Double {
    let quarter = value.squareRoot().squareRoot()
    return quarter * quarter.squareRoot()
  }

  // MARK: - Without a template

  /// What is known about a field without any template: quantity and unit.
  func plain(_ number: Int) -> (quantity: Vocabulary.Quantity, guess: SignalGuess)? {
    let field = fields[number]
    guard isRecognised(field), let quantity = reader.quantity(field.meaning) else { return nil }
    let unit = judge.judge(field, quantity, trusted: nil, physics: physics.unit(field))
    var guess = SignalGuess(
      signal: "", field: number, confidence: min(0.9, unit.confidence),
      reason: "\(Self.name(field)) means \(quantity.name); \(unit.reason)"
        + (field.rangeText.isEmpty ? "" : "; seen: \(field.rangeText)"), unit: unit.unit,
      alternatives: unit.alternatives)
    if quantity.kind == .register, !field.isMonotone {
      guess.confidence = 0.3
      guess.reason += "; but it went down"
    } else if quantity.kind == .register, quantity.counts == nil {
      guess.confidence = 0.3
      guess.reason += "; the gateway does not count it yet"
    }
    return (quantity, guess)
  }
}
