import Foundation
import Ingest
import Journal
import Logging
import MQTT
import Store
import Telemetry
import Templates
import TestSupport

@testable import Gateway

/// The intake of a gateway with a Sparkplug connection to a real broker, from the network thread to the journal.
final class SparkplugPlant {
  let broker: TestBroker
  let directory: TemporaryDirectory
  let site: Site
  let journal: Journal
  let store: Store
  private let writer: JournalWriter
  private let queue: BatchQueue
  private let findings: GatewayFindings
  private(set) var monitor = ConnectionMonitor(now: Timestamp(seconds: 0))
  private var receiver: Receiver?

  static func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: /nowhere }
    zone: Asia/Shanghai
    brokers:
      - name: edge
        host: 127.0.0.1
        port: \(port)
        sparkplug: { host-id: cq-host, groups: [plant], reorder-timeout: 300 ms }
    templates:
      sparkplug-meter:
        signals:
          energy: { kind: register, counts: active-energy-import, unit: kWh, path: Energy/Total, resolution: 0.01,
            expected-interval: 10 s }
          temperature: { kind: gauge, unit: °C, path: temperature, range: [-40, 150], expected-interval: 10 s }
          state: { kind: state, path: Running, states: { running: ["true"], stopped: ["false"] },
            expected-interval: 10 s }
    assets:
      - id: meter-7
        template: sparkplug-meter
        sparkplug: { group: plant, node: edge1, device: meter7 }
        rated-power: 100 kW
        signals: { temperature: { path: "Temp [°C]" }, energy: { unit: Wh } }
      - id: cabinet
        template: sparkplug-meter
        sparkplug: { group: plant, node: edge1 }
        signals: { temperature: { path: Cabinet/Temp }, energy: none, state: none }
    """
  }

  init() throws {
    broker = try TestBroker()
    directory = try TemporaryDirectory()
    site = try SiteLoader.load(
      text: Self.configuration(port: broker.port), file: "test.yaml", devices: [ReferenceDevices.folder])
    journal = try Journal(path: directory.appending("journal.sqlite"), settings: site.storage)
    store = try Store(
      path: directory.appending("store.sqlite"), gateway: site.gateway.id, settings: site.storage, destinations: [])
    queue = BatchQueue(maximumSamples: .max)
    writer = JournalWriter(
      journal: journal, queue: queue, clock: PlantClock(), stampsTime: true, board: StatusBoard())
    findings = try GatewayFindings(store: store, site: site, logger: Logger(label: "test"))
  }

  deinit { receiver?.stop() }

  /// - Parameter awaySince: when the run before ended.
  func start(awaySince: Timestamp? = nil) throws {
    let settings = site.connections[0]
    let catalog = try journal.catalog(for: site)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let intake = SparkplugIntake(
      site: site, settings: settings, sparkplug: settings.sparkplug!, catalog: catalog, awaySince: awaySince,
      findings: SparkplugFindings(connection: settings.name, findings: findings, text: { $0.rfc3339UTC }),
      logger: logger)
    let id = catalog.connection(named: settings.name)
    monitor = ConnectionMonitor(now: Timestamp(seconds: 0))
    let pipeline = IngestPipeline(
      connection: id,
      decoder: Decoder(site: site, catalog: catalog, connection: id, connectionName: settings.name), writer: writer,
      queue: queue, monitor: monitor, lastMark: nil, recent: [], logger: logger, sparkplug: intake)
    let receiver = Receiver(
      settings: settings, gateway: site.gateway.id, subscriptions: intake.subscriptions, delegate: pipeline,
      options: intake.options)
    try receiver.start()
    self.receiver = receiver
    guard eventually({ self.monitor.snapshot.state == .connected }) else {
      throw TestSupportError("the gateway does not connect")
    }
  }

  func stop() {
    receiver?.stop()
    receiver = nil
  }

  struct Reading: Equatable, CustomStringConvertible {
    var signal: String
    var value: String
    var milliseconds: Int64
    var description: String { "\(signal)=\(value)@\(milliseconds % 1_000_000)" }
  }

  /// Everything in the journal.
  struct Contents {
    var readings: [Reading] = []
    var counts = BatchCounts()
    var quarantined: [QuarantineReason] = []

    /// `meter-7.energy=1.00`, in the order of the journal.
    var values: [String] { readings.map { "\($0.signal)=\($0.value)" } }
  }

  func contents() throws -> Contents {
    let catalog = try journal.catalog(for: site)
    var contents = Contents()
    try journal.forEachBatch(after: 0) { batch in
      for sample in batch.samples {
        guard let place = catalog.place(of: sample.series) else { continue }
        let asset = site.assets[place.asset]
        let value: String
        switch sample.value {
        case .double(let number): value = sample.quality.isBad ? "bad(\(number))" : "\(number)"
        case .scaled(let number): value = number.description
        }
        contents.readings.append(
          Reading(
            signal: "\(asset.id).\(asset.signals[place.signal].name)", value: value,
            milliseconds: sample.time.nanoseconds / 1_000_000))
      }
      contents.counts.received += batch.counts.received
      contents.counts.decoded += batch.counts.decoded
      contents.counts.redelivered += batch.counts.redelivered
      contents.quarantined += batch.quarantined.map(\.reason)
      return true
    }
    return contents
  }

  /// Waits until the journal has these values, and answers everything that it has.
  func waitFor(_ values: [String], within deadline: Duration = .seconds(20)) throws -> Contents {
    var last = Contents()
    let isThere = try eventually(within: deadline) {
      last = try contents()
      return last.values == values
    }
    guard isThere else { throw TestSupportError("waited for\n\(values)\nbut the journal has\n\(last.values)") }
    return last
  }

  func openFindings() throws -> [String] { try store.openFindings().map(\.key).sorted() }
}
