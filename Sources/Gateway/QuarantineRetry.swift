import Control
import Ingest
import Journal
import Sparkplug
import Telemetry
import Templates

/// Decodes messages of the quarantine again, with the mapping in force, and journals what comes of it.
struct QuarantineRetry {
  private let site: Site
  private let catalog: SeriesCatalog
  private let writer: JournalWriter
  /// By topic: the connections whose assets have it.
  private let owners: [String: Set<String>]
  private var decoders: [String: Decoder] = [:]
  private(set) var outcome = QuarantineOutcome()

  init(site: Site, catalog: SeriesCatalog, writer: JournalWriter) {
    self.site = site
    self.catalog = catalog
    self.writer = writer
    owners = Self.owners(of: site)
  }

  static func owners(of site: Site) -> [String: Set<String>] {
    var owners: [String: Set<String>] = [:]
    for asset in site.assets {
      for topic in asset.topics { owners[topic.topic, default: []].insert(asset.connection) }
    }
    return owners
  }

  /// Those that cannot be decoded stay as they are.
  mutating func run(_ entries: [QuarantineEntry]) throws {
    var byConnection: [String: [QuarantineEntry]] = [:]
    for entry in entries {
      byConnection[Self.connection(of: entry.message, site: site, catalog: catalog, owners: owners), default: []]
        .append(entry)
    }
    for (name, entries) in byConnection.sorted(by: { $0.key < $1.key }) {
      let decoder = decoder(name)
      var batch = Batch()
      var done: [Int64] = []
      for entry in entries {
        if SparkplugTopic(entry.message.topic) != nil {
          outcome.failed += 1
          outcome.firstFailure =
            outcome.firstFailure
            ?? "m\(entry.id): a Sparkplug message has its place in the sequence of its edge node and cannot be taken "
            + "later; a rebirth brings the current values"
          continue
        }
        if let failure = decoder.retry(entry.message, into: &batch) {
          outcome.failed += 1
          outcome.firstFailure = outcome.firstFailure ?? "m\(entry.id), \(failure.reason.word): \(failure.detail)"
        } else {
          done.append(entry.id)
        }
      }
      if !done.isEmpty { try writer.append(&batch, retried: done) }
      outcome.done += done.count
    }
  }

  private mutating func decoder(_ connection: String) -> Decoder {
    if let decoder = decoders[connection] { return decoder }
    let decoder = Decoder(
      site: site, catalog: catalog, connection: catalog.connection(named: connection), connectionName: connection)
    decoders[connection] = decoder
    return decoder
  }

  /// The connection that has the topic now: the message's own one if it still has it, else the first that does, since
  /// connections are renamed and topics move.
  static func connection(
    of message: QuarantinedMessage, site: Site, catalog: SeriesCatalog, owners: [String: Set<String>]
  ) -> String {
    let names = site.connections.map(\.name)
    let own = names.first { catalog.connection(named: $0) == message.connection }
    let having = owners[message.topic] ?? []
    if let own, having.contains(own) { return own }
    return names.first { having.contains($0) } ?? own ?? names.first ?? ""
  }
}
