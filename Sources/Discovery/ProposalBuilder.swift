import Telemetry
import Templates

/// Goes from devices to entries: chooses a template for each shape, and numbers what runs in sequence.
struct ProposalBuilder {
  let discovery: Discovery
  var notes: Notes
  private(set) var assets: [AssetProposal] = []
  private(set) var drafts: [TemplateDraft] = []

  private let templateWords: [Set<String>]

  init(discovery: Discovery, notes: Notes) {
    self.discovery = discovery
    self.notes = notes
    let reader = discovery.finder.reader
    templateWords = discovery.templates.map { TemplateMatcher.words($0, reader) }
  }

  private var threshold: Double { discovery.vocabulary.threshold }
  private var finder: DeviceFinder { discovery.finder }

  mutating func build(_ devices: [Device]) {
    let named = AssetNaming(finder: finder).ids(devices, taken: discovery.known.ids)
    var place: [String: (id: String, place: [String])] = [:]
    for (device, name) in zip(devices, named) { place[device.topics[0].name] = name }
    // Words of templates' names in topics keep shapes apart that look the same: pumps and fans.
    let words = templateWords
    let shapes = Shape.shapes(devices, finder: finder) { device in
      let own = spoken(device)
      return Set(zip(discovery.templates, words).filter { !$0.1.isDisjoint(with: own) }.map(\.0.name))
    }
    for shape in shapes { build(shape, place) }
  }

  private func spoken(_ device: Device) -> Set<String> { Set(device.base.flatMap(finder.reader.tokens.split)) }

  private mutating func build(_ shape: Shape, _ names: [String: (id: String, place: [String])]) {
    let topics = shape.devices.flatMap { $0.topics.map(\.name) }
    let syntax = PayloadSyntax(shape: shape)
    let matcher = TemplateMatcher(
      reader: finder.reader, shape: shape, signalMeanings: discovery.signalMeanings)
    let words = spoken(shape.devices[0])
    let records = WaveformMatcher(reader: finder.reader, fields: shape.fields)
    let guesses = discovery.templates.compactMap { matcher.match($0, words: words) ?? records.match($0) }
      .sorted { ($1.confidence, $0.template.name) < ($0.confidence, $1.template.name) }
    if var best = guesses.first, best.confidence >= threshold, isUsable(best) {
      let rivals = guesses.dropFirst().filter { $0.confidence > best.confidence - 0.03 && isUsable($0) }
      if !rivals.isEmpty {
        best.confidence = max(threshold, best.confidence - 0.08)
        best.reason += "; it could also be \(rivals.prefix(4).map(\.template.name).joined(separator: ", "))"
      }
      propose(shape, best, names, matcher)
      if best.signals.allSatisfy({ $0.waveform == nil }) { proposeWaveform(shape, guesses, names, matcher) }
      return
    }
    let stateNames = Set(
      discovery.templates.flatMap { template in
        template.signals.flatMap { signal -> [String] in
          if case .state(let names) = signal.kind { return names }
          return []
        }
      })
    let builder = DraftBuilder(
      shape: shape, matcher: matcher, syntax: syntax, threshold: threshold, stateNames: stateNames)
    if let result = builder.build(name: draftName(shape, names), topics: topics.count) {
      drafts.append(result.draft)
      propose(shape, result, names, near: guesses.first)
      proposeWaveform(shape, guesses, names, matcher)
    } else if let best = guesses.first {
      propose(shape, best, names, matcher)
    } else {
      notes.add("\(shape.devices[0].form.words); its names say nothing that is known\(seen(shape))", topics)
    }
  }

  /// Something of it is sure.
  private func isUsable(_ guess: TemplateGuess) -> Bool {
    guess.signals.contains { $0.confidence >= threshold } || (guess.event?.confidence ?? 0) >= threshold
  }

  /// ` (temp 12 … 20, …)`: what a person needs to map it by hand.
  private func seen(_ shape: Shape) -> String {
    let fields = shape.fields.filter { !$0.isTime }.prefix(8).map { field in
      let range = field.rangeText.isEmpty ? field.words.prefix(3).joined(separator: ", ") : field.rangeText
      return "\(TemplateMatcher.name(field)): \(range)"
    }
    return fields.isEmpty ? "" : " (\(fields.joined(separator: "; ")))"
  }

  private func draftName(_ shape: Shape, _ names: [String: (id: String, place: [String])]) -> String {
    let id = names[shape.devices[0].topics[0].name]?.id ?? "device"
    let words = id.split(whereSeparator: { "-_.".contains($0) }).map { part in part.prefix { $0.isLetter } }
    let stem = words.filter { $0.count > 1 }.joined(separator: "-").lowercased()
    let wanted = "found-" + (stem.isEmpty ? "device" : stem)
    let taken = Set(discovery.templates.map(\.name) + drafts.map(\.name))
    var name = wanted
    var number = 2
    while taken.contains(name) {
      name = "\(wanted)-\(number)"
      number += 1
    }
    return name
  }

  /// What else the payload holds: shown, but left to a person, since it needs an asset of its own.
  private mutating func proposeWaveform(
    _ shape: Shape, _ guesses: [TemplateGuess], _ names: [String: (id: String, place: [String])],
    _ matcher: TemplateMatcher
  ) {
    guard shape.fields.contains(where: { $0.record != nil }),
      let guess = guesses.first(where: { guess in guess.template.fields.allSatisfy { $0.waveform != nil } })
    else { return }
    let first = assets.count
    propose(shape, guess, names, matcher)
    for index in assets.indices.dropFirst(first) {
      assets[index].isSure = false
      assets[index].id += "-vibration"
    }
  }

  // MARK: - Entries

  private mutating func propose(
    _ shape: Shape, _ guess: TemplateGuess, _ names: [String: (id: String, place: [String])], _ matcher: TemplateMatcher
  ) {
    let isSure = guess.confidence >= threshold && isUsable(guess)
    let timestamp = shape.time.doubt == nil ? shape.time.mapping : nil
    var remarks: [String] = []
    let open = shape.fields.indices.filter { !guess.used.contains($0) && isOfInterest(shape.fields[$0]) }
    if !open.isEmpty {
      remarks.append("also in the payload, without a signal of the template: \(list(open, shape))")
    }
    var messageID: String?
    if let event = guess.event {
      let path = event.messageID.map { shape.fields[$0].source }
      if let path, guess.template.messageID.map({ !path.isSame($0) }) ?? true {
        messageID = PayloadSyntax(shape: shape).path(path)
      } else if path == nil, guess.template.messageID != nil {
        messageID = "none"
      }
    }
    let used = guess.template.signals.filter { signal in guess.signals.contains { $0.signal == signal.name } }
    let expected = used.map(\.expectedInterval).min()
    let wanted = ExpectedInterval.from(shape.interval)
    let interval = shape.interval != nil && expected.map { wanted > $0 } ?? false ? wanted : nil
    let threshold = threshold
    let payload = PayloadSyntax(shape: shape).payload(guess.template.payload)
    append(shape, names) { topics in
      SignalLines(
        shape: shape, syntax: PayloadSyntax(shape: shape), threshold: threshold, topics: topics
      ).lines(guess)
    } fill: { asset in
      asset.template = guess.template.name
      asset.confidence = guess.confidence
      asset.reason = guess.reason
      asset.isSure = isSure
      // Metrics of Sparkplug have times of their own.
      asset.writesTimestamp = shape.devices[0].form != .sparkplug && timestamp != guess.template.timestamp
      asset.payload = payload
      asset.messageID = messageID
      asset.interval = interval
      asset.remarks = remarks
    }
  }

  private mutating func propose(
    _ shape: Shape, _ result: DraftBuilder.Result, _ names: [String: (id: String, place: [String])],
    near: TemplateGuess?
  ) {
    var remarks: [String] = []
    let used = Set(result.signals.map(\.field))
    let open = shape.fields.indices.filter { !used.contains($0) && isOfInterest(shape.fields[$0]) }
    if !open.isEmpty { remarks.append("also in the payload: \(list(open, shape))") }
    let confidence = max(threshold, 0.75)
    append(shape, names) { topics in
      guard let topics else { return [] }
      return result.signals.map { signal in
        SignalLine(
          name: signal.name, text: "{ topic: \(YAMLText.scalar(topics[shape.fields[signal.field].topic])) }",
          confidence: 1, reason: "")
      }
    } fill: { asset in
      asset.template = result.draft.name
      asset.confidence = confidence
      asset.reason =
        "no template of the catalogue fits"
        + (near.map { " (nearest: \($0.template.name), \(YAMLText.confidence($0.confidence)))" } ?? "")
        + "; this one is made from the payload"
      asset.remarks = remarks
    }
  }

  private func isOfInterest(_ field: FieldSummary) -> Bool {
    !field.isTime && !field.isIgnored && (field.kind == .number || field.kind == .word || field.kind == .series)
  }

  private func list(_ fields: [Int], _ shape: Shape) -> String {
    let shown = fields.prefix(8).map { number in
      let field = shape.fields[number]
      let range = field.rangeText.isEmpty ? field.words.prefix(3).joined(separator: ", ") : field.rangeText
      return "\(TemplateMatcher.name(field)) (\(range))"
    }
    return shown.joined(separator: ", ") + (fields.count > 8 ? " …" : "")
  }

  /// One entry for each sequence of devices of the shape.
  private mutating func append(
    _ shape: Shape, _ names: [String: (id: String, place: [String])],
    signals: ([String]?) -> [SignalLine], fill: (inout AssetProposal) -> Void
  ) {
    let isRepeatable = !shape.devices[0].isPointwise
    var isFirst = true
    for group in EntryGroups(shape: shape, names: names).groups {
      let lines = signals(shape.devices[0].isPointwise ? group.topics : nil)
      let members = group.members.map { shape.devices[$0] }
      var asset = AssetProposal(
        id: group.id, name: nil, place: group.place, template: "", count: group.count, first: group.first,
        topic: shape.devices[0].isPointwise ? nil : group.topics[0],
        topics: members.flatMap { $0.topics.map(\.name) }, confidence: 0, reason: "", isSure: true,
        timestamp: shape.time, writesTimestamp: false, messageID: nil, interval: nil, signals: lines,
        repeatsSignals: isRepeatable && !isFirst, remarks: [], messages: members.reduce(0) { $0 + $1.messages })
      fill(&asset)
      assets.append(asset)
      isFirst = false
    }
  }
}
