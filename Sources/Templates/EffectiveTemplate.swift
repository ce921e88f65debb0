import Telemetry

/// A template, or what an asset has made of one, with the origin of every value: what `weir template show` prints.
///
/// As text it is a template file again, so a changed copy of it can be used.
public struct EffectiveTemplate {
  public struct Line: Hashable, Sendable {
    public var indent: Int
    /// `unit: kWh`.
    public var text: String
    /// `Devices/three-phase-meter.yaml:14`, or `default`; nil for a line that only opens a group.
    public var origin: String?
  }

  /// What stands above the template: comments.
  public private(set) var heading: [String] = []
  public private(set) var lines: [Line] = []

  /// The layers that values come from, the strongest first.
  private let layers: [Layer]
  private let signals: [Signal]
  private let fields: [FieldMapping]

  struct Layer {
    var section: Section
    /// The entry of an asset: it says `unit` for the payload's unit, and one interval for all signals.
    var isAsset = false

    func signal(_ name: String) -> YAMLNode? {
      section["signals"]?.entries?.first { $0.key == name }?.value
    }
  }

  init(_ template: EquipmentTemplate, lineage: [TemplateCatalogue.Source]) {
    layers = lineage.map { Layer(section: $0.section) }
    signals = template.signals
    fields = template.fields
    let parents = lineage.dropFirst().map { "\($0.name) (\($0.section.source.file))" }
    if !parents.isEmpty { heading.append("extends \(parents.joined(separator: ", which extends "))") }
    head(
      name: template.name, summary: template.summary, timestamp: template.timestamp, messageID: template.messageID,
      faultModel: template.faultModel)
    body()
  }

  /// - Parameter section: the asset's entry in the configuration.
  init(_ asset: Asset, _ template: EquipmentTemplate, section: Section, lineage: [TemplateCatalogue.Source]) {
    layers = [Layer(section: section, isAsset: true)] + lineage.map { Layer(section: $0.section) }
    signals = asset.signals
    fields = asset.topics.flatMap(\.fields).sorted { $0.signal < $1.signal }
    headAsset(asset, section)
    let parents = lineage.map { "\($0.name) (\($0.section.source.file))" }
    heading.append("template \(parents.joined(separator: ", which extends "))")
    let messageID = asset.topics.compactMap(\.messageID).first
    head(
      name: template.name, summary: template.summary, timestamp: asset.topics.first?.timestamp, messageID: messageID,
      faultModel: asset.faultModel)
    body()
  }

  // MARK: - Parts

  private mutating func headAsset(_ asset: Asset, _ section: Section) {
    func add(_ key: String, _ value: String) {
      let origin = section.has(key) ? Self.origin(section, section.position(of: key)) : "default"
      heading.append("\(key) \(value)  (\(origin))")
    }
    add("id", asset.id)
    add("name", asset.name)
    if !asset.place.isEmpty { add("place", asset.place) }
    add("broker", asset.connection)
    add("criticality", asset.criticality.rawValue)
    if let power = asset.ratedPower { add("rated-power", "\(power) kW") }
    for topic in asset.topics {
      let names = Set(topic.fields.map { signals[$0.signal].name })
      let own = names.sorted().first { layers[0].signal($0)?.entries?.contains { $0.key == "topic" } == true }
      if let own, let entry = layers[0].signal(own)?.entries?.first(where: { $0.key == "topic" }) {
        heading.append("topic \(topic.topic)  (\(Self.origin(section, entry.position)))")
      } else {
        add("topic", topic.topic)
      }
    }
  }

  private mutating func head(
    name: String, summary: String, timestamp: TimestampMapping?, messageID: FieldPath?, faultModel: String?
  ) {
    add(0, "template", name, origin(["template"]) ?? layers.last { !$0.isAsset }.map { $0.section.source.file })
    add(0, "summary", summary, origin(["summary"]))
    if let timestamp {
      open(0, "timestamp")
      add(1, "path", timestamp.path.description, origin(["timestamp", "path"]))
      add(1, "format", timestamp.format.rawValue, origin(["timestamp", "format"]))
      if let path = timestamp.nanoseconds {
        add(1, "nanoseconds", path.description, origin(["timestamp", "nanoseconds"]))
      }
    } else {
      add(0, "timestamp", "none", origin(["timestamp"]))
    }
    if messageID != nil || signals.contains(where: { $0.kind == .event }) {
      add(0, "message-id", messageID?.description ?? "none", origin(["message-id"]))
    }
    add(0, "fault-model", faultModel ?? "none", origin(["fault-model"]))
    let known = Set(TemplateReader.bodyKeys + AssetReader.keys + ["template"]).subtracting(["payload", "services"])
    for (key, node, origin) in others(known: known, in: layers.map { ($0.section.all, $0.section) }) {
      add(0, key, flow: node, origin)
    }
  }

  private mutating func body() {
    open(0, "signals")
    for (index, signal) in signals.enumerated() {
      open(1, signal.name)
      let own = fields.filter { $0.signal == index }
      add(signal, own)
      add(quality: signal)
      let entries = layers.compactMap { layer in layer.signal(signal.name)?.entries.map { ($0, layer.section) } }
      let known = Set(SignalReader.templateKeys + ["topic"]).subtracting(["payload", "subtopic", "waveform"])
      for (key, node, origin) in others(known: known, in: entries) { add(2, key, flow: node, origin) }
    }
  }

  private mutating func add(_ signal: Signal, _ own: [FieldMapping]) {
    func from(_ key: String...) -> String? { origin(signal: signal.name, key) }
    switch signal.kind {
    case .gauge: add(2, "kind", "gauge", from("kind"))
    case .register: add(2, "kind", "register", from("kind"))
    case .delta: add(2, "kind", "delta", from("kind"))
    case .state: add(2, "kind", "state", from("kind"))
    case .event: add(2, "kind", "event", from("kind"))
    }
    if let quantity = signal.kind.quantity { add(2, "counts", quantity.rawValue, from("counts")) }
    add(2, "expected-interval", QuantityText.text(signal.expectedInterval), from("expected-interval"))
    if signal.kind == .event {
      add(attributes: own, of: signal.name)
      return
    }
    if let field = own.first {
      add(2, "path", field.path.description, from("path"))
      add(2, "required", field.required ? "true" : "false", from("required"))
    }
    if case .state(let names) = signal.kind {
      open(2, "states")
      for (place, name) in names.enumerated() {
        let words = signal.stateWords.filter { $0.value == place && $0.key != name }.keys.sorted()
        add(3, name, list: words, from("states", name))
      }
      return
    }
    add(2, "unit", signal.unit, from("unit"))
    if own.first?.waveform == nil {
      add(2, "payload-unit", own.first?.payloadUnit ?? signal.unit, from("payload-unit"))
    }
    let range = [signal.minimum, signal.maximum].map { $0.map { JSONValue.number($0).canonicalText } ?? "none" }
    add(2, "range", raw: "[\(range.joined(separator: ", "))]", from("range"))
    guard signal.kind.quantity != nil else { return }
    add(2, "resolution", ScaledInteger(1, exponent: signal.resolution).description, from("resolution"))
    if case .register = signal.kind { add(2, "modulus", signal.modulus?.description ?? "none", from("modulus")) }
    add(2, "maximum-rate", signal.maximumRate.map { "\($0) \(signal.unit)/h" } ?? "none", from("maximum-rate"))
  }

  private mutating func add(attributes: [FieldMapping], of signal: String) {
    open(2, "attributes")
    for field in attributes {
      let name = field.attribute ?? ""
      open(3, name)
      let plain = origin(signal: signal, ["attributes", name])
      add(4, "path", field.path.description, origin(signal: signal, ["attributes", name, "path"]) ?? plain)
      add(4, "required", field.required ? "true" : "false", origin(signal: signal, ["attributes", name, "required"]))
      guard !field.words.isEmpty else { continue }
      open(4, "words")
      for word in Set(field.words.values).sorted() {
        let others = field.words.filter { $0.value == word && $0.key != word }.keys.sorted()
        add(5, word, list: others, origin(signal: signal, ["attributes", name, "words"]))
      }
    }
  }

  // MARK: - Lines

  mutating func open(_ indent: Int, _ key: String) {
    lines.append(Line(indent: indent, text: "\(Self.plain(key)):", origin: nil))
  }

  mutating func add(_ indent: Int, _ key: String, _ value: String, _ origin: String?) {
    add(indent, key, raw: Self.plain(value), origin)
  }

  mutating func add(_ indent: Int, _ key: String, list: [String], _ origin: String?) {
    add(indent, key, raw: "[\(list.map(Self.plain).joined(separator: ", "))]", origin)
  }

  private mutating func add(_ indent: Int, _ key: String, flow node: YAMLNode, _ origin: String?) {
    add(indent, key, raw: Self.flow(node), origin)
  }

  mutating func add(_ indent: Int, _ key: String, raw value: String, _ origin: String?) {
    lines.append(Line(indent: indent, text: "\(Self.plain(key)): \(value)", origin: origin ?? "default"))
  }

  // MARK: - Origins

  /// Of a value outside the signals; nil if no layer gives it.
  private func origin(_ path: [String]) -> String? {
    for layer in layers {
      // The name and the summary are the template's own.
      if layer.isAsset, path == ["summary"] || path == ["template"] { continue }
      if let position = Self.position(layer.section.all, path) { return Self.origin(layer.section, position) }
    }
    return nil
  }

  func origin(signal: String, _ path: [String]) -> String? {
    for layer in layers {
      let entries = layer.signal(signal)?.entries
      // An asset says `unit` for the unit of its payload.
      let own = layer.isAsset ? (path == ["unit"] ? [""] : path == ["payload-unit"] ? ["unit"] : path) : path
      if let entries, let position = Self.position(entries, own) { return Self.origin(layer.section, position) }
      if layer.isAsset, path == ["expected-interval"], layer.section.has("expected-interval") {
        return Self.origin(layer.section, layer.section.position(of: "expected-interval"))
      }
      // Defined anew here: what stands further down does not count.
      if !layer.isAsset, entries?.contains(where: { $0.key == "kind" }) == true { return nil }
    }
    return nil
  }

  /// Where the key at the end of a path stands.
  private static func position(_ entries: [YAMLNode.Entry], _ path: [String]) -> Position? {
    guard let key = path.first, let entry = entries.first(where: { $0.key == key }) else { return nil }
    if path.count == 1 { return entry.position }
    return entry.value.entries.flatMap { position($0, Array(path.dropFirst())) }
  }

  /// Keys of other concerns, which are shown as they are written.
  private func others(
    known: Set<String>, in layers: [(entries: [YAMLNode.Entry], section: Section)]
  ) -> [(key: String, node: YAMLNode, origin: String)] {
    var found: [(key: String, node: YAMLNode, origin: String)] = []
    for layer in layers {
      for entry in layer.entries where !known.contains(entry.key) && !found.contains(where: { $0.key == entry.key }) {
        found.append((entry.key, entry.value, Self.origin(layer.section, entry.position)))
      }
    }
    return found
  }

  private static func origin(_ section: Section, _ position: Position) -> String {
    "\(section.source.file):\(position.line)"
  }
}
