import Foundation
import Journal
import Telemetry
import Templates

@testable import Ingest

/// A configuration as a person writes it, and what messages become under it.
struct FormatBench {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  let site: Site
  let decoder: Decoder

  /// - Parameters:
  ///   - template: the body of an inline template.
  ///   - asset: further lines of the only asset `m1`, on topic `t`.
  init(template: String, asset: String = "", zone: String = "Europe/Berlin") throws {
    try self.init(
      text: """
        gateway: { id: g }
        zone: \(zone)
        broker: { host: h }
        templates:
          mine:
        \(Self.indented(template, 4))
        assets:
          - id: m1
            template: mine
            topic: t
        \(Self.indented(asset, 4))
        """)
  }

  init(text: String) throws {
    let loaded = try SiteLoader.load(text: text, file: "test.yaml", devices: [Self.root + "/Devices"])
    // Everything here must also survive being written down and read back.
    site = try SiteLoader.load(canonicalText: loaded.canonicalText)
    guard site == loaded else { throw RoundTripFailure(text: loaded.canonicalText) }
    decoder = Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
      connectionName: site.connections[0].name)
  }

  struct RoundTripFailure: Error {
    var text: String
  }

  static func indented(_ text: String, _ width: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: width) + $0 }.joined(separator: "\n")
  }

  func decode(_ payload: String, topic: String = "t") -> Batch { decode(Array(payload.utf8), topic: topic) }

  func decode(_ payload: [UInt8], topic: String = "t") -> Batch {
    var batch = Batch()
    decoder.decode(topic, payload, into: &batch)
    return batch
  }

  /// `signal=value@seconds since the receive time`, with the quality if it is not good; in order of arrival.
  func lines(_ payload: String, topic: String = "t") -> [String] {
    let batch = decode(payload, topic: topic)
    let catalog = SeriesCatalog(site: site)
    let kept = batch.samples.map { sample in
      let place = catalog.place(of: sample.series)
      let name = place.map { site.assets[$0.asset].signals[$0.signal].name } ?? "?"
      let value: String
      switch sample.value {
      case .double(let number): value = "\(number)"
      case .scaled(let number): value = number.description
      }
      let time = "\((sample.time - Bench.received).seconds)"
      let quality = sample.quality == .good ? "" : " \(sample.quality)"
      return "\(name)=\(value)@\(time)\(quality)"
    }
    return kept + batch.quarantined.map { "\($0.reason.word): \($0.detail)" }
  }
}
