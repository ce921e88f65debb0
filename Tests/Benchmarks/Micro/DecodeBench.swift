import Ingest
import Journal
import Telemetry
import Templates

/// ns per message from the received bytes to samples in a batch, in batches as large as under full load.
struct DecodeBench {
  private static let batch = 4096
  private static let rounds = 5

  let site: Site
  let messages: MessageFile

  func run() throws {
    let connection = site.connections[0].name
    let decoder = Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1), connectionName: connection)
    var batch = Batch()
    var samples = 0
    var unused = 0
    var figures: [Double] = []
    for _ in 0..<Self.rounds {
      samples = 0
      unused = 0
      let time = CPUClock.measure {
        for start in stride(from: 0, to: messages.count, by: Self.batch) {
          let part = start..<min(messages.count, start + Self.batch)
          batch.samples.removeAll(keepingCapacity: true)
          batch.entries.removeAll(keepingCapacity: true)
          batch.counts = BatchCounts()
          messages.forEach(in: part) { topic, payload in
            decoder.decode(topic: topic, payload: payload, received: Timestamp(seconds: 0), into: &batch)
          }
          samples += batch.samples.count
          unused += batch.counts.received - batch.counts.decoded
        }
      }
      figures.append(Double(time) / Double(messages.count))
    }
    print(
      "decode_ns=\(Int(figures.median ?? 0)) decode_best_ns=\(Int(figures.min() ?? 0)) messages=\(messages.count)",
      "samples=\(samples) undecoded=\(unused)")
  }
}
