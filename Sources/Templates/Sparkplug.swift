import Sparkplug
import Telemetry

/// Makes a connection that of a Sparkplug B host application: clean start, births, aliases, sequence, host state.
public struct SparkplugSettings: Hashable, Sendable {
  /// The gateway's name as a host application, in `spBv1.0/STATE/<host id>`.
  public var hostID: String
  /// The groups whose messages are taken.
  public var groups: [String]
  /// How long a message that is missing in an edge node's sequence is waited for before a rebirth is asked for.
  public var reorderTimeout: Span64

  public init(hostID: String, groups: [String], reorderTimeout: Span64 = .seconds(5)) {
    self.hostID = hostID
    self.groups = groups
    self.reorderTimeout = reorderTimeout
  }

  /// Without groups, which is a mistake that has been told, any group will do.
  func takes(_ group: String) -> Bool { groups.isEmpty || groups.contains(group) }
}

extension SparkplugSource {
  static let namespace = SparkplugTopic.namespace + "/"

  /// Of the topic on which the data comes, also with placeholders in the ids: `spBv1.0/<group>/DDATA/<node>/<device>` or `spBv1.0/<group>/NDATA/<node>`.
  public init?(dataTopic topic: String) {
    guard topic.hasPrefix(Self.namespace) else { return nil }
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch (levels.count, levels.count > 2 ? levels[2] : "") {
    case (5, "DDATA"): self.init(group: levels[1], node: levels[3], device: levels[4])
    case (4, "NDATA"): self.init(group: levels[1], node: levels[3])
    default: return nil
    }
  }

  /// The topic, also with placeholders in the ids.
  public var dataTopic: String {
    Self.namespace + group + (device == nil ? "/NDATA/" : "/DDATA/") + node + (device.map { "/" + $0 } ?? "")
  }
}

extension Asset {
  /// Not nil: the asset's signals are metrics of Sparkplug B. Their names are the joined steps of the fields' paths, and
  /// the mapping's time stamp does not matter, since every metric has its own.
  public var sparkplug: SparkplugSource? { topics.first.flatMap { SparkplugSource(dataTopic: $0.topic) } }
}
