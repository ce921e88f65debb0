import Telemetry
import Templates

/// Makes a template of the site's own from the fields of a shape, where none of the catalogue fits.
struct DraftBuilder {
  let shape: Shape
  let matcher: TemplateMatcher
  let syntax: PayloadSyntax
  let threshold: Double
  /// Words of the run states that templates use.
  let stateNames: Set<String>

  struct Result {
    var draft: TemplateDraft
    /// Names of the sure signals with their fields, in order.
    var signals: [(name: String, field: Int)]
  }

  /// Nil if no field is sure.
  func build(name: String, topics: Int) -> Result? {
    var draft = TemplateDraft(
      name: name, summary: "Made by weir discover from \(topics) topic\(topics == 1 ? "" : "s")",
      timestamp: shape.time.doubt == nil ? shape.time.mapping : nil, payload: syntax.payload(.json), signals: [])
    var signals: [(name: String, field: Int)] = []
    var names: Set<String> = []
    for number in shape.fields.indices {
      guard let (quantity, guess) = matcher.plain(number),
        let path = syntax.path(shape.fields[number].source, inTemplate: true)
      else {
        continue
      }
      var name = self.name(quantity, shape.fields[number])
      if !names.insert(name).inserted {
        name = AssetNaming.sanitized(shape.fields[number].labels.joined(separator: "-")).replacing(".", with: "-")
        guard !name.isEmpty, names.insert(name).inserted else { continue }
      }
      var line = SignalLine(name: name, text: nil, confidence: guess.confidence, reason: guess.reason)
      let states = quantity.kind == .state ? states(shape.fields[number]) : nil
      if let states, !states.unknown.isEmpty {
        line.confidence = 0.4
        line.reason += ", but nothing explains \(states.unknown.prefix(6).joined(separator: ", "))"
      } else if let states {
        line.confidence = states.confidence
      }
      if let confidence = line.confidence, confidence >= threshold {
        line.text = text(quantity, shape.fields[number], path, guess.unit, states?.groups ?? [])
        signals.append((name, number))
      } else {
        let units = guess.alternatives.isEmpty ? [guess.unit].compactMap { $0 } : guess.alternatives
        line.alternatives = units.map { unit in
          "\(name): \(text(quantity, shape.fields[number], path, unit, states?.groups ?? []))"
        }
        if units.isEmpty, let states {
          line.alternatives = [
            "\(name): \(text(quantity, shape.fields[number], path, nil, states.groups + [Vocabulary.Group(name: "<state>", words: states.unknown)]))"
          ]
        }
      }
      draft.signals.append(line)
    }
    return signals.isEmpty ? nil : Result(draft: draft, signals: signals)
  }

  private func name(_ quantity: Vocabulary.Quantity, _ field: FieldSummary) -> String {
    let words = field.meaning.qualifiers.sorted().filter { $0.utf8.allSatisfy { $0 < 0x80 } }
    let index = field.meaning.index.map { ["\($0)"] } ?? []
    return (words + [quantity.name] + index).joined(separator: "-")
  }

  private func states(
    _ field: FieldSummary
  ) -> (groups: [Vocabulary.Group], unknown: [String], confidence: Double) {
    let judge = WordJudge(vocabulary: matcher.vocabulary)
    let groups = matcher.vocabulary.words.filter { stateNames.contains($0.name) }
    let verdict = judge.judge(field.words, names: groups.map(\.name), known: [:])
    let complete = groups.map { group in
      let seen = verdict.added.first { $0.name == group.name }?.words ?? []
      return Vocabulary.Group(
        name: group.name,
        words: group.words.filter { $0 != group.name && !seen.contains($0) } + seen.filter { $0 != group.name })
    }
    return (complete, verdict.unknown, verdict.confidence)
  }

  private func text(
    _ quantity: Vocabulary.Quantity, _ field: FieldSummary, _ path: String, _ unit: Unit?, _ states: [Vocabulary.Group]
  ) -> String {
    var parts: [String] = []
    let inner = quantity.units.first?.unit
    switch quantity.kind {
    case .gauge: parts.append("kind: gauge")
    case .register: parts += ["kind: register", "counts: \(quantity.counts?.rawValue ?? "none")"]
    case .state: parts.append("kind: state")
    }
    if let inner {
      parts.append("unit: \(YAMLText.scalar(inner.symbol))")
      if let unit, unit != inner { parts.append("payload-unit: \(YAMLText.scalar(unit.symbol))") }
    }
    if !path.isEmpty { parts.append("path: \(path)") }
    if quantity.kind == .register, let inner, let unit {
      let exponent = SignalLines.exponent(places: field.places, from: unit, to: inner.symbol) ?? -field.places
      parts.append("resolution: \(SignalLines.decimal(max(-9, exponent)))")
    }
    if quantity.kind == .state { parts.append("states: \(SignalLines.words(states))") }
    parts.append("expected-interval: \(YAMLText.duration(ExpectedInterval.from(shape.interval)))")
    return "{ \(parts.joined(separator: ", ")) }"
  }
}

/// How long a gap may be before it is missing data, from the usual time between messages.
enum ExpectedInterval {
  private static let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400]

  /// The next round length of at least one and a half times the interval; a minute if it is not known.
  static func from(_ interval: Span64?) -> Span64 {
    guard let interval else { return .minutes(1) }
    let wanted = interval.nanoseconds / 2 * 3
    return .seconds(steps.first { $0 * 1_000_000_000 >= wanted } ?? 86400)
  }
}
