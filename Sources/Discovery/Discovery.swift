import Telemetry
import Templates

/// Turns what was heard on a broker into proposals for the configuration.
///
/// A pure function of what was heard: the same messages give the same answer.
public struct Discovery {
  /// What the configuration has already.
  public struct Known: Sendable {
    public var topics: Set<String> = []
    public var ids: Set<String> = []
    public init() {}
    /// The topics and assets of a site.
    public init(_ site: Site) {
      topics = Set(site.assets.flatMap { $0.topics.map(\.topic) })
      ids = Set(site.assets.map(\.id))
    }
  }

  let vocabulary: Vocabulary
  let templates: [EquipmentTemplate]
  let known: Known
  let finder: DeviceFinder
  /// What the names of the templates' signals mean, read once.
  let signalMeanings: [String: NameMeaning]

  /// - Parameters:
  ///   - vocabulary: what names mean.
  ///   - templates: those that may be proposed.
  ///   - known: what needs no proposal.
  ///   - zoneOffset: seconds that the plant's local time is ahead of UTC; nil = not known, so that times without
  ///     offset cannot be judged.
  public init(
    vocabulary: Vocabulary, templates: [EquipmentTemplate], known: Known = Known(), zoneOffset: Int? = nil
  ) {
    self.vocabulary = vocabulary
    self.templates = templates.sorted { $0.name < $1.name }
    self.known = known
    let finder = DeviceFinder(vocabulary, zoneOffset: zoneOffset)
    self.finder = finder
    let names = Set(templates.flatMap { $0.signals.map(\.name) })
    signalMeanings = Dictionary(uniqueKeysWithValues: names.map { ($0, finder.reader.read([$0])) })
  }

  public func report(_ observations: Observations) -> DiscoveryReport {
    var report = DiscoveryReport()
    report.topicCount = observations.topicCount
    report.messageCount = observations.messageCount
    var logs: [(topic: String, log: Observations.Log)] = []
    var special = SpecialTopics()
    var sparkplug = SparkplugPlant()
    for (topic, log) in observations.logs.sorted(by: { $0.key < $1.key }) {
      if known.topics.contains(topic) {
        report.knownTopics += 1
      } else if !sparkplug.take(topic, log), !special.take(topic, log) {
        logs.append((topic, log))
      }
    }
    var notes = Notes()
    var usable: [Device] = []
    let nodes = sparkplug.devices { known.topics.contains($0) }
    report.knownTopics += nodes.known
    for var device in finder.devices(logs) + nodes.devices {
      special.addUnits(&device)
      if let reason = unusable(device) {
        notes.add(reason, device.topics.map(\.name))
      } else {
        usable.append(device)
      }
    }
    var builder = ProposalBuilder(discovery: self, notes: notes)
    builder.build(usable)
    report.assets = builder.assets
    report.templates = builder.drafts
    report.notes = nodes.notes + special.notes() + builder.notes.sorted()
    if observations.messagesBeyond > 0 {
      report.notes.append(
        DiscoveryNote(
          reason: "\(observations.messagesBeyond) messages of further topics were not looked at: there are more than "
            + "\(observations.topicCount) topics; choose a part with --filter", topics: []))
    }
    return report
  }

  /// Why a device cannot become an asset at all; nil if it may.
  private func unusable(_ device: Device) -> String? {
    let braces = device.topics.contains { $0.name.contains(where: { "{}".contains($0) }) }
    if braces { return "the topic has braces, which mean placeholders in the configuration" }
    if device.form.mapping == nil { return device.form.words }
    return device.fields.isEmpty ? "\(device.form.words) without any value" : nil
  }
}

/// Topics with their reasons, collected.
struct Notes {
  private var order: [String] = []
  private var topics: [String: [String]] = [:]

  mutating func add(_ reason: String, _ names: [String]) {
    if topics[reason] == nil { order.append(reason) }
    topics[reason, default: []] += names
  }

  func sorted() -> [DiscoveryNote] { order.map { DiscoveryNote(reason: $0, topics: (topics[$0] ?? []).sorted()) } }
}
