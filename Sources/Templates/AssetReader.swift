import Sparkplug
import Telemetry

/// Reads the list of assets. An entry with `count:` is a group: one entry for hundreds of equal assets.
struct AssetReader {
  static let keys =
    [
      "id", "name", "place", "template", "topic", "sparkplug", "criticality", "broker", "rated-power",
      "expected-interval", "payload", "timestamp", "message-id", "fault-model", "signals", "count", "first",
      "clock", "formerly", "services",
    ] + MeteringReader.keys + ProductionReader.keys + NameplateReader.keys
  static let maximumAssets = 100_000

  let catalogue: TemplateCatalogue
  let connections: [String]
  let source: SourceText
  let diagnostics: Diagnostics
  /// By name of the connection.
  var sparkplug: [String: SparkplugSettings] = [:]
  /// The table of limits, where a line of a bearing is asked for.
  var condition: () -> ConditionTable? = { nil }
  private(set) var assets: [Asset] = []
  /// For an explanation: whose entry to keep.
  var wanted: String?
  private(set) var wantedSection: Section?
  /// Of those that name a feeder, by position in `assets`.
  private var feeding: [Int: Section] = [:]
  /// Of those that name a line, by position in `assets`.
  private var serving: [Int: Section] = [:]
  /// By former id.
  var formerNames: [String: FormerName] = [:]
  private(set) var firstID: [String: Position] = [:]
  private var firstTopic: [TopicKey: (asset: String, line: Int)] = [:]

  private struct TopicKey: Hashable {
    var connection: String
    var topic: String
  }

  init(catalogue: TemplateCatalogue, connections: [String], source: SourceText, diagnostics: Diagnostics) {
    self.catalogue = catalogue
    self.connections = connections
    self.source = source
    self.diagnostics = diagnostics
  }

  mutating func read(_ top: Section) {
    guard let node = top["assets"], !node.isNothing else {
      top.missing("assets", remedy: "Add `assets:` and below it one entry each, beginning with `- id: meter-1`.")
      return
    }
    guard let items = node.items else {
      top.report(
        node.position, "\"assets\" must be a list, found \(node.description)",
        remedy: "Begin each asset with `- id: meter-1`.")
      return
    }
    assets.reserveCapacity(items.count)
    firstID.reserveCapacity(items.count)
    firstTopic.reserveCapacity(items.count)
    for item in items {
      let id = item.entries?.first { $0.key == "id" }?.value.text
      if let section = top.section(item, id.map { "asset \"\($0)\"" } ?? "asset", keys: Self.keys) {
        readAsset(section)
      }
    }
    checkFormerNames()
    MeteringReader.check(assets, feeding)
    ProductionReader.check(assets, serving)
  }

  /// What an entry says, before the numbers of a group are filled in.
  private struct Entry {
    var id: NamePattern
    var name: NamePattern?
    var formerly: NamePattern?
    var fedBy: NamePattern?
    var serves: NamePattern?
    var place: [NamePattern]
    var topics: [AssetSignals.Topic]
    var asset: Asset
  }

  private mutating func readAsset(_ section: Section) {
    guard let id = pattern(section, "id", fields: [], isRequired: true) else { return }
    var count = section.read("count", .integer(1...Self.maximumAssets))
    let first = section.read("first", .integer(0...1_000_000_000), default: 1)
    if count != nil, !id.hasNumber {
      section.report(
        section["id"]?.position, "all assets of the group would have the same id",
        remedy: "Put the number into it: `id: meter-{n}`, or `{n:03}` for three digits.")
      count = nil
    } else if count == nil, !section.has("count"), id.hasNumber {
      section.report(
        section["id"]?.position, "\"{n}\" numbers the assets of a group, but there is no count",
        remedy: "Add `count: 10`.")
    }
    guard let template = template(section) else { return }
    let signals = AssetSignals(section, template: template)
    let place = place(section)
    let connection = connection(section)
    if sparkplug[connection] != nil, !section.has("sparkplug") {
      section.report(
        section.has("broker") ? section.position(of: "broker") : section.position,
        "the broker \"\(connection)\" of \(section.name) is a Sparkplug connection, and takes nothing else",
        remedy:
          "Add `sparkplug: { group: plant, node: edge1, device: \(id.text(number: first)) }`, or name another broker; "
          + "one broker may be listed twice, with and without `sparkplug:`.")
      return
    }
    let topics =
      section.has("sparkplug")
      ? signals.metrics(section, place: place, broker: connection, settings: sparkplug[connection])
      : signals.topics(section, place: place)
    var entry = Entry(
      id: id, name: pattern(section, "name", fields: []), place: place, topics: topics,
      asset: Asset(
        id: "", name: "", site: "", area: "", line: "", cell: "", template: template.name,
        criticality: section.read(
          "criticality", .word(Asset.Criticality.allCases, noun: "criticality"), default: .normal),
        connection: connection, topics: [], signals: signals.signals, ratedPower: ratedPower(section)))
    entry.asset.faultModel = TemplateReader.faultModel(section, inherited: template.faultModel)
    entry.formerly = pattern(section, "formerly", fields: [])
    entry.asset.clock = QualityReader.clock(section)
    entry.asset.metering = MeteringReader.read(section)
    entry.fedBy = pattern(section, "fed-by", fields: [])
    entry.asset.production = ProductionReader.read(section, signals: signals.signals)
    entry.asset.nameplate = NameplateReader.read(section)
    for place in entry.topics.indices {
      findBearingLines(&entry.topics[place].mapping, entry.asset, section)
    }
    entry.asset.learning = section.read("learning", .boolean)
    entry.asset.services = .init(own: ServiceReader.ofOne(section), usual: template.services)
    entry.serves = pattern(section, "serves", fields: [])
    if entry.asset.clock == .receiveTime,
      section.has("sparkplug") || topics.contains(where: { $0.mapping.payload.format == .senml })
    {
      section.report(
        section.position(of: "clock"), "the times of \(section.name) are part of its messages' format",
        remedy: "Write how wrong its clock is: `clock: { ahead: 1 h }`, or leave `clock` out: what comes without a "
          + "time has that of its arrival.")
    }
    guard assets.count + (count ?? 1) <= Self.maximumAssets else {
      section.report(
        nil, "there are more than \(Self.maximumAssets) assets", remedy: "Split the plant over several gateways.")
      return
    }
    for number in first..<(first + (count ?? 1)) where !expand(entry, number: number, section) { break }
  }

  /// Adds one asset; false if it has a mistake, which the others of its group would only repeat.
  private mutating func expand(_ entry: Entry, number: Int, _ section: Section) -> Bool {
    var asset = entry.asset
    asset.id = entry.id.text(number: number)
    asset.name = entry.name?.text(number: number) ?? asset.id
    let levels = entry.place.map { $0.text(number: number) }
    if levels.count > 0 { asset.site = levels[0] }
    if levels.count > 1 { asset.area = levels[1] }
    if levels.count > 2 { asset.line = levels[2] }
    if levels.count > 3 { asset.cell = levels[3] }
    let position = section["id"]?.position ?? section.position
    guard Self.isIdentifier(asset.id) else {
      section.report(
        position, "\"\(asset.id)\" cannot be the id of an asset",
        remedy: "Use letters, digits, \"-\", \"_\" and \".\"; `name:` may be any text.")
      return false
    }
    if asset.id == "gateway" {
      section.report(position, "the id \"gateway\" means the gateway itself", remedy: "Choose another id.")
      return false
    }
    if let twin = firstID.updateValue(position, forKey: asset.id) {
      section.report(
        position, "the asset id \"\(asset.id)\" is used twice (first in line \(twin.line))",
        remedy: "Give each asset an id of its own.")
      return false
    }
    for topic in entry.topics {
      var mapping = topic.mapping
      mapping.topic = topic.pattern.text(number: number) { asset.text(of: $0) }
      let isFine =
        topic.isSparkplug
        ? check(sparkplug: mapping.topic, at: topic.position, asset, section)
        : check(mapping.topic, at: topic.position, asset, section)
      guard isFine else { return false }
      asset.topics.append(mapping)
    }
    if let former = entry.formerly?.text(number: number) {
      guard takeFormer(former, of: asset.id, section) else { return false }
      asset.formerly = former
    }
    if let feeder = entry.fedBy?.text(number: number) {
      asset.metering.fedBy = feeder
      feeding[assets.count] = section
    }
    if let line = entry.serves?.text(number: number) {
      if section.isOff("serves") {
        asset.production.servesNone = true
      } else if ProductionReader.check(place: line, section) {
        asset.production.serves = line
        serving[assets.count] = section
      } else {
        return false
      }
    }
    if asset.id == wanted { wantedSection = section }
    assets.append(asset)
    return true
  }

  private mutating func check(_ topic: String, at position: Position, _ asset: Asset, _ section: Section) -> Bool {
    if let problem = Self.problem(ofTopic: topic) {
      section.report(position, "\"\(topic)\" cannot be a topic of an asset: \(problem.0)", remedy: problem.1)
      return false
    }
    let key = TopicKey(connection: asset.connection, topic: topic)
    if let twin = firstTopic.updateValue((asset.id, position.line), forKey: key) {
      section.report(
        position, "the topic \"\(topic)\" belongs to asset \"\(twin.asset)\" already (line \(twin.line))",
        remedy: "Give each asset a topic of its own, for example with `{id}` in it.")
      return false
    }
    return true
  }

  /// Several assets may share a device: each takes its own metrics.
  private func check(sparkplug topic: String, at position: Position, _ asset: Asset, _ section: Section) -> Bool {
    if let address = SparkplugSource(dataTopic: topic),
      sparkplug[asset.connection]?.takes(address.group) == true
    {
      return true
    }
    section.report(
      position, "\"\(topic)\" is no Sparkplug device of the broker \"\(asset.connection)\"",
      remedy: "Check group, node and device; they have no \"/\", and the group is one of those of the broker.")
    return false
  }

  private static func problem(ofTopic topic: String) -> (String, String)? {
    if topic.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "+") }) {
      return ("it has a wildcard", "Write the exact topic; a group fills in `{id}` or `{n}`.")
    }
    if topic.isEmpty || topic.utf8.count > 65535 || topic.utf8.contains(0) {
      return ("it is empty or too long", "Write for example `topic: plant/{area}/{id}`.")
    }
    if topic.hasPrefix("$") { return ("topics with \"$\" belong to the broker", "Choose a topic without \"$\".") }
    if topic.hasPrefix(SparkplugSource.namespace) {
      return ("it is Sparkplug B, which is no JSON", "Use `sparkplug: { group: …, node: …, device: … }` instead.")
    }
    if topic.hasPrefix("weir/") { return ("topics below weir/ are the gateway's own", "Choose another topic.") }
    return nil
  }

  static func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= 128
      && bytes.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  // MARK: - Keys of an entry

  private func pattern(
    _ section: Section, _ key: String, fields: [NamePattern.Field], isRequired: Bool = false
  ) -> NamePattern? {
    if !section.has(key) {
      if isRequired { section.missing(key, remedy: "Add `\(key): meter-1`.") }
      return nil
    }
    guard let text = section.read(key, .text) else { return nil }
    do throws(NamePattern.Mistake) {
      return try NamePattern(text, fields: fields)
    } catch {
      section.report(section[key]?.position, error.message, remedy: error.remedy)
      return nil
    }
  }

  private func place(_ section: Section) -> [NamePattern] {
    guard let text = section.read("place", .text) else { return [] }
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count <= 4, levels.allSatisfy({ !$0.isEmpty }), !text.contains(where: { "+#\0".contains($0) }) else {
      section.report(
        section["place"]?.position, "\"\(text)\" is not a place",
        remedy: "Write up to four levels, from large to small: `site/area/line/cell`.")
      return unknownPlace
    }
    do throws(NamePattern.Mistake) {
      var patterns: [NamePattern] = []
      for level in levels { patterns.append(try NamePattern(String(level), fields: [])) }
      return patterns
    } catch {
      section.report(section["place"]?.position, error.message, remedy: error.remedy)
      return unknownPlace
    }
  }

  /// Stands in for a wrong place, so that a topic with its levels is not called wrong as well.
  private var unknownPlace: [NamePattern] { (try? NamePattern("unknown", fields: [])).map { [$0, $0, $0, $0] } ?? [] }

  private func template(_ section: Section) -> EquipmentTemplate? {
    guard let name = section.require("template", .text, remedy: "Add `template: three-phase-meter`.") else {
      return nil
    }
    if let template = catalogue[name] { return template }
    // Its own mistakes are told already.
    if catalogue.isBroken(name) { return nil }
    section.report(
      section["template"]?.position, "unknown template \"\(name)\"",
      remedy: NearestWord.remedy(name, in: catalogue.names, noun: "template") + " `weir template list` shows them all.")
    return nil
  }

  private func connection(_ section: Section) -> String {
    guard let name = section.read("broker", .text) else {
      if connections.count > 1, !section.has("broker") {
        let choices = connections.map { "`broker: \($0)`" }.joined(separator: ", ")
        section.missing("broker", remedy: "Add one of \(choices).")
      }
      return connections.first ?? ""
    }
    if !connections.contains(name) {
      section.report(
        section["broker"]?.position, "unknown broker \"\(name)\"",
        remedy: NearestWord.remedy(name, in: connections, noun: "broker"))
    }
    return name
  }

  private static let power = Scalar<ScaledInteger>("a power with its unit", example: "630 kW") { text in
    guard let (number, word) = QuantityText.split(text), number.mantissa > 0, (-9...9).contains(number.exponent),
      let unit = try? UnitCatalogue.unit(word), let kilowatt = try? UnitCatalogue.unit("kW"),
      let conversion = try? UnitConversion(from: unit, to: kilowatt)
    else { return nil }
    // Units of power are powers of ten apart, so three more places are exact.
    return conversion.apply(number, resolution: number.exponent - 3)?.withoutTrailingZeros
  }

  private func ratedPower(_ section: Section) -> ScaledInteger? { section.read("rated-power", Self.power) }
}

extension Asset {
  func text(of field: NamePattern.Field) -> String {
    switch field {
    case .id: id
    case .place: place
    case .site: site
    case .area: area
    case .line: line
    case .cell: cell
    }
  }
}
