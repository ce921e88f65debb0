import Foundation
import Journal
import Telemetry
import Templates

/// A directory of its own for one test, removed at the end.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      print("cannot remove \(path): \(error)")
    }
  }

  var journalPath: String { path + "/journal.sqlite" }

  func journal(
    bytes: Int = 64 << 20, age: Span64 = .days(30), reserve: Int = 0,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 1_800_000_000) }
  ) throws -> Journal {
    try Journal(
      path: journalPath,
      settings: StorageSettings(
        journalBytes: bytes, journalAge: age, storeBytes: 0, freeSpaceFloor: 0, reserveBytes: reserve), now: now)
  }
}

/// A batch of `messages` messages with five samples each, as a plant sends them.
func plantBatch(messages: Int, seed: UInt64 = 1, connection: UInt8 = 1, firstPacketID: UInt16 = 1) -> Batch {
  var random = SplitMix64(seed: seed)
  var batch = Batch()
  batch.entries.append(.mark(Timestamp(seconds: 1_795_000_000)))
  for message in 0..<messages {
    let asset = UInt32.random(in: 0..<2350, using: &random)
    let time = Timestamp(nanoseconds: 1_795_000_000_000_000_000 + Int64(message) * 3_000_000)
    for signal in 1...5 as ClosedRange<UInt32> {
      let value: Value =
        signal < 3
        ? .scaled(ScaledInteger(Int64.random(in: 1_000_000...20_000_000, using: &random), exponent: -2))
        : .double(Double(Int.random(in: 100...99_999, using: &random)) / 100)
      batch.samples.append(Sample(series: SeriesID(asset * 5 + signal), time: time, value: value))
    }
    batch.identities.append(
      MessageIdentity(
        connection: ConnectionID(connection), packetID: firstPacketID &+ UInt16(message), hash: random.next()))
  }
  batch.entries.append(.samples(0..<batch.samples.count))
  batch.counts.received = messages
  batch.counts.decoded = messages
  batch.counts.payloadBytes = messages * 250
  return batch
}

func quarantined(
  _ topic: String, payload: String = "{", reason: QuarantineReason = .notJSON, connection: UInt8 = 1, at: Int64 = 1
) -> QuarantinedMessage {
  QuarantinedMessage(
    connection: ConnectionID(connection), topic: topic, payload: Array(payload.utf8), received: Timestamp(seconds: at),
    reason: reason, detail: "offset 1: unexpected end")
}

/// What a batch is when it is read back: of quarantined messages only what it holds itself.
func asReadBack(_ batch: Batch) -> Batch {
  var batch = batch
  for index in batch.quarantined.indices {
    batch.quarantined[index].topic = ""
    batch.quarantined[index].payload = []
    batch.quarantined[index].detail = ""
  }
  return batch
}

/// Equal in everything, values bit for bit (a NaN equals itself).
func same(_ a: Batch, _ b: Batch) -> Bool {
  a.position == b.position && a.entries == b.entries && a.identities == b.identities && a.quarantined == b.quarantined
    && a.retriedReasons == b.retriedReasons && a.counts == b.counts && a.samples.count == b.samples.count
    && zip(a.samples, b.samples).allSatisfy { left, right in
      guard left.series == right.series, left.time == right.time, left.quality == right.quality else { return false }
      switch (left.value, right.value) {
      case (.double(let x), .double(let y)): return x.bitPattern == y.bitPattern
      case (.scaled(let x), .scaled(let y)): return x == y
      default: return false
      }
    }
}

extension Journal {
  func all(after position: Int64 = 0) throws -> [Batch] {
    var batches: [Batch] = []
    try forEachBatch(after: position) {
      batches.append($0)
      return true
    }
    return batches
  }
}

/// A site with assets of the given signals, for catalogue tests.
func site(_ assets: [(id: String, signals: [String])], connections: [String]) -> Site {
  Site(
    gateway: GatewaySettings(id: "test", dataDirectory: "/nowhere"), zone: "UTC", clock: .system,
    connections: connections.map { name in
      Connection(
        name: name, host: "localhost", port: 1883, clientID: name, username: nil, password: nil, tls: nil,
        keepAlive: .seconds(60), sessionExpiry: .days(1), commitInterval: .milliseconds(20), maximumPacketSize: 1 << 20,
        embedded: nil)
    },
    assets: assets.map { asset in
      Asset(
        id: asset.id, name: asset.id, site: "s", area: "a", line: "l", cell: "c", template: "t", criticality: .normal,
        connection: connections.first ?? "", topics: [],
        signals: asset.signals.map { name in
          Signal(
            name: name, kind: .gauge, unit: "", minimum: nil, maximum: nil, expectedInterval: .seconds(60),
            modulus: nil, resolution: 0, stateWords: [:])
        }, ratedPower: nil)
    }, horizons: [:], energy: EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)),
    destinations: [],
    storage: StorageSettings(
      journalBytes: 0, journalAge: .zero, storeBytes: 0, freeSpaceFloor: 0, reserveBytes: 0),
    control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
}
