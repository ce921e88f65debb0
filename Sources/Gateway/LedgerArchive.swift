import Control
import Foundation
import Ledger
import Plant
import Store
import Telemetry
import Templates

/// The ledger of a data directory, or of a copy of its store, with the plant's time zone: for reading without a gateway.
public struct LedgerArchive: Sendable {
  public let file: StoreFile
  private let zone: PlantZone

  /// - Parameter path: of a data directory or of a `store.sqlite`.
  public init(path: String) throws {
    let plain = try StoreFile(path: path)
    var zone = try PlantZone(identifier: "UTC")
    if let text = try plain.state(SiteRecord.configuration) {
      do {
        let site = try SiteLoader.load(canonicalText: String(decoding: text, as: UTF8.self))
        zone = try PlantZone(identifier: site.zone)
      } catch {
        throw LedgerError(
          "the configuration in \(plain.path) cannot be read, so the plant's zone is not known: \(error)")
      }
    }
    self.zone = zone
    file = try plain.formatting { [zone] in zone.rfc3339($0) }
  }

  /// A time with offset (RFC 3339), or a day of the plant (`2026-11-21`), which begins at its midnight; nil for anything
  /// else.
  public func instant(_ text: String) -> Timestamp? {
    if let time = Timestamp(rfc3339: text) { return time }
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, let noon = Timestamp(rfc3339: "\(text)T12:00:00Z"),
      let local = zone.firstInstant(ofLocal: noon)
    else { return nil }
    return zone.startOfDay(containing: local)
  }

  public func keys() throws -> [LedgerKeyLine] { Self.lines(try file.ledgerKeys()) { zone.rfc3339($0) } }

  static func lines(_ keys: [LedgerKey], formatTime: (Timestamp) -> String) -> [LedgerKeyLine] {
    keys.enumerated().map { place, key in
      LedgerKeyLine(
        fingerprint: key.key.fingerprint, key: ["crv": "Ed25519", "kty": "OKP", "x": Base64URL.encode(key.key.raw)],
        since: formatTime(key.since.windowStart(.seconds(1))), handover: key.handover, isInUse: place == keys.count - 1)
    }
  }
}
