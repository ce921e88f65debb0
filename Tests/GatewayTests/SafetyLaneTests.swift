import Ingest
import Journal
import Logging
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

@Suite("What assets with criticality safety say is committed at once")
struct SafetyLaneTests {
  static let configuration = """
    gateway: { id: gw1, data: /nowhere }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1 }
    assets:
      - { id: fan, place: cq1/hall, template: rotating-machine, topic: plant/fan }
      - { id: guard, place: cq1/hall, template: rotating-machine, topic: plant/guard, criticality: safety }
    """

  @Test func onlyTheirMessagesDoNotWait() throws {
    let directory = try TemporaryDirectory()
    let site = try SiteLoader.load(
      text: Self.configuration, file: "test.yaml", devices: [ReferenceDevices.folder])
    let journal = try Journal(path: directory.appending("journal.sqlite"), settings: site.storage)
    let catalog = try journal.catalog(for: site)
    let id = catalog.connection(named: site.connections[0].name)
    let queue = BatchQueue(maximumSamples: .max)
    let pipeline = IngestPipeline(
      connection: id,
      decoder: Decoder(site: site, catalog: catalog, connection: id, connectionName: site.connections[0].name),
      writer: JournalWriter(
        journal: journal, queue: queue, clock: PlantClock(), stampsTime: true, board: StatusBoard()),
      queue: queue, monitor: ConnectionMonitor(now: Timestamp(seconds: 0)), lastMark: nil, recent: [],
      logger: Logger(label: "test"))
    func receive(_ topic: String, _ payload: String, packet: UInt16) {
      Array(topic.utf8).withUnsafeBufferPointer { topic in
        Array(payload.utf8).withUnsafeBufferPointer { payload in
          pipeline.received(topic: topic, payload: payload, packetID: packet, duplicate: false, retained: false)
        }
      }
    }
    let reading =
      #"{"ts":1763700000000,"temperature":60.5,"vibration":1.5,"pressure":5.8,"current":20.1,"state":"running"}"#
    receive("plant/fan", reading, packet: 1)
    #expect(pipeline.hasUncommitted && !pipeline.wantsCommitNow)
    receive("plant/guard", reading, packet: 2)
    #expect(pipeline.wantsCommitNow)
    try pipeline.commit()
    #expect(!pipeline.hasUncommitted && !pipeline.wantsCommitNow)
    receive("plant/guard", "{", packet: 3)
    #expect(!pipeline.wantsCommitNow, "what cannot be read is nothing to act on")
  }
}
