import Templates

/// Matches templates of events: messages that tell a verdict about one unit.
struct EventMatcher {
  let reader: NameReader
  let fields: [FieldSummary]

  /// - Parameter words: what the topics say about the kind of equipment.
  func match(_ template: EquipmentTemplate, words: Set<String>) -> TemplateGuess? {
    guard let number = template.signals.firstIndex(where: { $0.kind == .event }) else { return nil }
    let mappings = template.fields.filter { $0.signal == number && $0.attribute != nil }
    var used: Set<Int> = []
    var attributes: [EventGuess.Attribute] = []
    var confidence = 0.95
    var doubts: [String] = []
    let messageID = messageID(template)
    if let messageID { used.insert(messageID) }
    for mapping in mappings {
      guard let name = mapping.attribute else { continue }
      guard let (field, score) = best(name, mapping, used) else {
        if mapping.required { return nil }
        continue
      }
      used.insert(field)
      var attribute = EventGuess.Attribute(name: name, field: field)
      if !mapping.words.isEmpty {
        let judge = WordJudge(vocabulary: reader.vocabulary)
        let names = Set(mapping.words.values).sorted()
        let verdict = judge.judge(fields[field].words, names: names, known: mapping.words)
        attribute.words = verdict.added
        confidence = min(confidence, verdict.confidence)
        if !verdict.unknown.isEmpty {
          doubts.append("nothing explains the words \(verdict.unknown.prefix(6).joined(separator: ", "))")
        }
        // A word that no list knows says that it is something else.
        guard verdict.unknown.count < max(1, fields[field].words.count) else { return nil }
      }
      confidence = min(confidence, score)
      attributes.append(attribute)
    }
    guard attributes.count >= 2 || messageID != nil, !attributes.isEmpty else { return nil }
    let open = fields.indices.filter { index in
      !fields[index].isTime && !used.contains(index) && reader.quantity(fields[index].meaning) != nil
        && fields[index].kind == .number && !fields[index].isIgnored
    }
    if !open.isEmpty { confidence -= 0.1 * Double(min(3, open.count)) }
    // Of two templates that can be meant, the one with less that is missing, on either side, and that the topic names.
    let unused = fields.indices.filter { !fields[$0].isTime && !fields[$0].isIgnored && !used.contains($0) }
    confidence -= 0.1 * (1 - Double(attributes.count) / Double(max(1, mappings.count)))
    confidence -= 0.03 * Double(min(3, unused.count))
    if !TemplateMatcher.words(template, reader).isDisjoint(with: words) { confidence = min(0.98, confidence + 0.04) }
    let found = attributes.map { "\($0.name) = \(fields[$0.field].source.text)" }.joined(separator: ", ")
    let reason = ([found] + doubts).joined(separator: "; ")
    let event = EventGuess(
      signal: template.signals[number].name, attributes: attributes, confidence: confidence, reason: reason,
      messageID: messageID)
    return TemplateGuess(
      template: template, confidence: confidence,
      reason: "\(attributes.count) of its \(mappings.count) attributes found", signals: [], event: event, used: used)
  }

  /// The field that tells a repetition from a new event: by its name, and because it never repeats.
  private func messageID(_ template: EquipmentTemplate) -> Int? {
    let names = reader.vocabulary.messageIDNames.map { reader.tokens.split($0).joined() }
    let candidates = fields.indices.filter { index in
      let field = fields[index]
      return field.isUniqueInEachMessage && (field.kind == .word || field.kind == .number)
        && !field.source.path.steps.isEmpty
    }
    if let path = template.messageID, let exact = candidates.first(where: { fields[$0].source.isSame(path) }) {
      return exact
    }
    for name in names {
      if let found = candidates.first(where: { normalized($0) == name }) { return found }
    }
    return nil
  }

  private func normalized(_ field: Int) -> String {
    reader.tokens.split(fields[field].labels.last ?? "").joined()
  }

  /// The field for an attribute: the template's own path, else a name that means the same.
  private func best(_ attribute: String, _ mapping: FieldMapping, _ used: Set<Int>) -> (field: Int, score: Double)? {
    let free = fields.indices.filter { !used.contains($0) && !fields[$0].isTime && fields[$0].kind != .series }
    if let exact = free.first(where: { fields[$0].source.isSame(mapping.path) }) { return (exact, 0.98) }
    let own = reader.tokens.split(attribute).joined()
    let synonyms = reader.vocabulary.attributes.first { $0.name == attribute }?.words ?? []
    for name in [own] + synonyms.map({ reader.tokens.split($0).joined() }) {
      let found = free.first { field in
        normalized(field) == name
          || reader.tokens.split(fields[field].labels.suffix(2).joined(separator: " ")).joined() == name
      }
      if let found { return (found, 0.92) }
    }
    return nil
  }
}
