import Sparkplug
import Telemetry
import Templates

/// One entry of `assets:` that discovery proposes.
public struct AssetProposal: Sendable {
  /// With `{n}` in a group.
  public var id: String
  public var name: String?
  public var place: String?
  public var template: String
  /// Assets of the group; nil = a single asset.
  public var count: Int?
  public var first: Int
  /// The topic of all signals, with `{n}` in a group; nil where each signal has a topic of its own.
  public var topic: String?
  /// Every topic that the entry takes.
  public var topics: [String]
  public var confidence: Double
  public var reason: String
  /// False: the whole entry is shown as a comment.
  public var isSure: Bool
  var timestamp: TimeGuess
  /// Written only where it differs from the template.
  var writesTimestamp: Bool
  /// The value of `payload:`, where the template has another one.
  var payload: String?
  var messageID: String?
  var interval: Span64?
  var signals: [SignalLine]
  /// The entry has the signals of the entry before.
  var repeatsSignals: Bool
  /// Things to know: what was seen and is not used.
  var remarks: [String]
  var messages: Int

  /// The edge node and device whose metrics it takes.
  public var sparkplug: SparkplugSource? { topic.flatMap { SparkplugSource(dataTopic: $0) } }

  /// The number of assets that it stands for.
  public var assetCount: Int { count ?? 1 }
}

/// One line below `signals:` of an entry.
struct SignalLine: Hashable, Sendable {
  var name: String
  /// `{ path: temp_c, unit: °C }`; nil if there is nothing to change; `none` if the asset does not have it.
  var text: String?
  /// nil: no guess, the signal was not seen.
  var confidence: Double?
  var reason: String
  /// Lines to choose from where it is unsure.
  var alternatives: [String] = []
}

/// A template of the site's own, where none of the catalogue fits.
struct TemplateDraft: Sendable {
  var name: String
  var summary: String
  var timestamp: TimestampMapping?
  /// The value of `payload:`; nil for plain JSON.
  var payload: String?
  var signals: [SignalLine]
}

/// Topics that are not proposed, and why.
public struct DiscoveryNote: Hashable, Sendable {
  public var reason: String
  public var topics: [String]
}

/// The answer of discovery.
public struct DiscoveryReport: Sendable {
  public var assets: [AssetProposal] = []
  var templates: [TemplateDraft] = []
  public var notes: [DiscoveryNote] = []
  /// Topics that the configuration has already.
  public var knownTopics = 0
  public var topicCount = 0
  public var messageCount = 0

  /// The groups of the edge nodes that are proposed, sorted.
  public var sparkplugGroups: [String] { Set(assets.compactMap { $0.sparkplug?.group }).sorted() }

  /// Without a broker entry that is a Sparkplug host, entries of edge nodes are only shown.
  mutating func doubtSparkplug() {
    let groups = sparkplugGroups.map(YAMLText.scalar).joined(separator: ", ")
    for index in assets.indices where assets[index].sparkplug != nil {
      assets[index].isSure = false
      assets[index].reason +=
        "; it needs a broker entry `- { name: sparkplug, host: …, sparkplug: { groups: [\(groups)] } }` under `brokers:`"
    }
    // A template that nobody uses.
    let used = Set(assets.filter(\.isSure).map(\.template))
    let doubted = Set(assets.filter { !$0.isSure }.map(\.template))
    templates.removeAll { doubted.contains($0.name) && !used.contains($0.name) }
  }

  /// Topics that the sure entries take, sorted.
  public var mappedTopics: [String] { assets.filter(\.isSure).flatMap(\.topics).sorted() }
  /// Whether there is anything to add to a configuration.
  public var isUsable: Bool { assets.contains { $0.isSure } }
}
