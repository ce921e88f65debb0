import Journal
import Telemetry
import Templates

@testable import Ingest

/// One asset with one topic, and what a message on it becomes.
struct Bench {
  static let received = Timestamp(seconds: 1_763_700_000)
  var topic = "plant/a"
  var signals: [Signal] = []
  var fields: [FieldMapping] = []
  var timestamp: TimestampMapping?
  var messageID: FieldPath?
  var clock = ClockSource.system
  var policy = ClockPolicy.trustDevice
  var limits = DecodeLimits()

  static func path(_ text: String) -> FieldPath {
    FieldPath(text.isEmpty ? [] : text.split(separator: ".").map(String.init))
  }

  /// Adds a signal and the field that feeds it.
  mutating func add(
    _ path: String, _ kind: Signal.Kind, resolution: Int8 = -2, minimum: Double? = nil, maximum: Double? = nil,
    conversion: UnitConversion = .identity, required: Bool = true, words: [String: Int] = [:]
  ) {
    signals.append(
      Signal(
        name: "s\(signals.count)", kind: kind, unit: "", minimum: minimum, maximum: maximum,
        expectedInterval: .minutes(1), modulus: nil, resolution: resolution, stateWords: words))
    fields.append(
      FieldMapping(
        signal: signals.count - 1, path: Self.path(path), conversion: conversion, required: required, attribute: nil))
  }

  /// Adds an attribute to the event signal, which is made with the first one.
  mutating func addAttribute(_ path: String, _ name: String, required: Bool = false) {
    if !signals.contains(where: { $0.kind == .event }) {
      signals.append(
        Signal(
          name: "inspection", kind: .event, unit: "", minimum: nil, maximum: nil, expectedInterval: .minutes(1),
          modulus: nil, resolution: 0, stateWords: [:]))
    }
    let signal = signals.firstIndex { $0.kind == .event } ?? 0
    fields.append(
      FieldMapping(
        signal: signal, path: Self.path(path), conversion: .identity, required: required, attribute: name))
  }

  static func register(_ path: String = "v", conversion: UnitConversion = .identity, resolution: Int8 = -2) -> Bench {
    var bench = Bench()
    bench.add(path, .register(.activeEnergyImport), resolution: resolution, conversion: conversion)
    return bench
  }

  static func gauge(_ path: String = "v", conversion: UnitConversion = .identity, required: Bool = true) -> Bench {
    var bench = Bench()
    bench.add(path, .gauge, conversion: conversion, required: required)
    return bench
  }

  var asset: Asset {
    var asset = Asset(
      id: "m1", name: "m1", site: "s", area: "a", line: "l", cell: "c", template: "t", criticality: .normal,
      connection: "main",
      topics: [TopicMapping(topic: topic, timestamp: timestamp, messageID: messageID, fields: fields)],
      signals: signals, ratedPower: nil)
    asset.clock = policy
    return asset
  }

  static func site(_ assets: [Asset], clock: ClockSource = .system) -> Site {
    Site(
      gateway: GatewaySettings(id: "g", dataDirectory: "/nowhere"), zone: "UTC", clock: clock, connections: [],
      assets: assets, horizons: [:], energy: EnergySettings(window: .minutes(15), plausibilityFactor: .zero),
      destinations: [],
      storage: StorageSettings(journalBytes: 0, journalAge: .zero, storeBytes: 0, freeSpaceFloor: 0, reserveBytes: 0),
      control: ControlSettings(metricsPort: nil), canonicalText: "", hash: "")
  }

  func decoder() -> Decoder { Self.decoder(Self.site([asset], clock: clock), limits) }

  static func decoder(_ site: Site, _ limits: DecodeLimits = DecodeLimits()) -> Decoder {
    Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1), connectionName: "main",
      limits: limits)
  }

  func decode(_ payload: String) -> Batch { decode(Array(payload.utf8)) }

  func decode(_ payload: [UInt8]) -> Batch {
    var batch = Batch()
    decoder().decode(topic, payload, into: &batch)
    return batch
  }

  /// The only sample of a message.
  func sample(_ payload: String) -> Sample? {
    let batch = decode(payload)
    return batch.samples.count == 1 ? batch.samples[0] : nil
  }

  /// The only event of a message.
  func event(_ payload: String) -> Event? {
    let batch = decode(payload)
    guard batch.entries.count == 1, case .event(let event) = batch.entries[0] else { return nil }
    return event
  }
}

extension Decoder {
  func decode(_ topic: String, _ payload: [UInt8], received: Timestamp = Bench.received, into batch: inout Batch) {
    Array(topic.utf8).withUnsafeBufferPointer { topic in
      payload.withUnsafeBufferPointer { payload in
        decode(topic: topic, payload: payload, received: received, into: &batch)
      }
    }
  }

  func decode(_ topic: String, _ payload: String, into batch: inout Batch) {
    decode(topic, Array(payload.utf8), into: &batch)
  }
}
