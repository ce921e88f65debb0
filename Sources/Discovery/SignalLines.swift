import Templates

/// Writes what an entry says about its signals.
struct SignalLines {
  let shape: Shape
  let syntax: PayloadSyntax
  let threshold: Double
  /// The topic of each of the device's topics, as the entry writes it; nil where the entry has one topic for all.
  var topics: [String]?

  private func topic(_ field: FieldSummary) -> String? { topics.map { "topic: \(YAMLText.scalar($0[field.topic]))" } }

  /// All signals of a template, in its order; those that were not seen as `none`.
  func lines(_ guess: TemplateGuess) -> [SignalLine] {
    if let event = guess.event { return [line(event, guess.template)] }
    return guess.template.signals.enumerated().map { number, signal in
      guard let found = guess.signals.first(where: { $0.signal == signal.name }),
        let mapping = guess.template.fields.first(where: { $0.signal == number })
      else { return SignalLine(name: signal.name, text: "none", confidence: nil, reason: "not sent") }
      return line(found, signal, mapping)
    }
  }

  private func line(_ guess: SignalGuess, _ signal: Signal, _ mapping: FieldMapping) -> SignalLine {
    let field = shape.fields[guess.field]
    guard let path = syntax.path(field.source) else {
      return SignalLine(
        name: signal.name, text: "none", confidence: 0.3,
        reason: "\(field.source.text) holds marks that a path cannot have")
    }
    var parts = [topic(field)].compactMap { $0 }
    if !path.isEmpty, !field.source.isSame(mapping.path) { parts.append("path: \(path)") }
    func text(_ more: [String]) -> String? {
      let all = parts + more
      return all.isEmpty ? nil : "{ \(all.joined(separator: ", ")) }"
    }
    func unit(_ unit: Unit?) -> [String] {
      guard let unit else { return [] }
      var more = unit.symbol == mapping.payloadUnit ? [] : ["unit: \(YAMLText.scalar(unit.symbol))"]
      if signal.kind.quantity != nil, let finer = resolution(field, unit, signal) { more.append(finer) }
      return more
    }
    var more = unit(guess.unit)
    if !guess.words.isEmpty { more.append("states: \(Self.words(guess.words))") }
    if let waveform = guess.waveform { more.append("waveform: \(waveform)") }
    guard guess.confidence >= threshold else {
      var alternatives = guess.alternatives.map { "\(signal.name): \(text(unit($0)) ?? "{}")" }
      if !guess.unknownWords.isEmpty {
        let states = guess.unknownWords.map(YAMLText.scalar).joined(separator: ", ")
        alternatives = ["\(signal.name): \(text(["states: { <state>: [\(states)] }"]) ?? "")"]
      } else if alternatives.isEmpty {
        alternatives = ["\(signal.name): \(text(more) ?? "{}")"]
      }
      return SignalLine(
        name: signal.name, text: "none", confidence: guess.confidence, reason: guess.reason,
        alternatives: alternatives)
    }
    return SignalLine(name: signal.name, text: text(more), confidence: guess.confidence, reason: guess.reason)
  }

  /// `resolution: 0.001` if the payload's last digit is finer than the template's, so that no digit is lost.
  private func resolution(_ field: FieldSummary, _ unit: Unit, _ signal: Signal) -> String? {
    let exponent = Self.exponent(places: field.places, from: unit, to: signal.unit)
    guard let exponent, exponent < Int(signal.resolution) else { return nil }
    return "resolution: \(Self.decimal(exponent))"
  }

  /// The power of ten of the last digit in the signal's unit; nil where the units are not powers of ten apart.
  static func exponent(places: Int, from unit: Unit, to symbol: String) -> Int? {
    guard let inner = try? UnitCatalogue.unit(symbol), let conversion = try? UnitConversion(from: unit, to: inner)
    else {
      return nil
    }
    var numerator = conversion.numerator
    var denominator = conversion.denominator
    var exponent = -places
    while numerator > 1, numerator % 10 == 0 {
      numerator /= 10
      exponent += 1
    }
    while denominator > 1, denominator % 10 == 0 {
      denominator /= 10
      exponent -= 1
    }
    return numerator == 1 && denominator == 1 && (-9...3).contains(exponent) ? exponent : nil
  }

  static func decimal(_ exponent: Int) -> String {
    exponent >= 0
      ? "1" + String(repeating: "0", count: exponent) : "0." + String(repeating: "0", count: -exponent - 1) + "1"
  }

  static func words(_ groups: [Vocabulary.Group]) -> String {
    "{ " + groups.map { "\(YAMLText.scalar($0.name)): \(YAMLText.list($0.words))" }.joined(separator: ", ") + " }"
  }

  private func line(_ event: EventGuess, _ template: EquipmentTemplate) -> SignalLine {
    var attributes: [String] = []
    for attribute in event.attributes {
      let field = shape.fields[attribute.field]
      guard let path = syntax.path(field.source),
        let mapping = template.fields.first(where: { $0.attribute == attribute.name })
      else { continue }
      let isSame = path.isEmpty || field.source.isSame(mapping.path)
      guard !isSame || !attribute.words.isEmpty else { continue }
      if attribute.words.isEmpty {
        attributes.append("\(YAMLText.scalar(attribute.name)): \(path)")
      } else {
        // Words replace the template's: those that it knows are written again.
        var groups = attribute.words
        for name in Set(mapping.words.values).sorted() where !groups.contains(where: { $0.name == name }) {
          groups.append(
            Vocabulary.Group(
              name: name, words: mapping.words.filter { $0.value == name && $0.key != name }.keys.sorted()))
        }
        let words = Self.words(groups.sorted { $0.name < $1.name })
        attributes.append("\(YAMLText.scalar(attribute.name)): { path: \(path), words: \(words) }")
      }
    }
    var parts: [String] = []
    if let topics, let first = event.attributes.first {
      parts.append("topic: \(YAMLText.scalar(topics[shape.fields[first.field].topic]))")
    }
    if !attributes.isEmpty { parts.append("attributes: { \(attributes.joined(separator: ", ")) }") }
    return SignalLine(
      name: event.signal, text: parts.isEmpty ? nil : "{ \(parts.joined(separator: ", ")) }",
      confidence: event.confidence, reason: event.reason)
  }
}
