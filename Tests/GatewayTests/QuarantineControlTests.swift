import Control
import Journal
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

@Suite struct QuarantineControlTests {
  @Test func anUnknownReasonIsRefusedWithTheKnownOnesNearestFirst() throws {
    #expect(try GatewayControl.reason("not-json") == .notJSON)
    let error = #expect(throws: ControlRefusal.self) { try GatewayControl.reason("not-jsn") }
    let text = try #require(error?.description)
    #expect(text.contains("\"not-jsn\""))
    #expect(text.contains("nearest first: not-json"))
    for reason in QuarantineReason.allCases { #expect(text.contains(reason.word)) }
  }

  @Test func idsAreReadOrRefused() throws {
    #expect(try GatewayControl.number(of: "m12") == .message(12))
    #expect(try GatewayControl.number(of: "s7") == .sample(7))
    for id in ["", "m", "12", "x3", "m-1", "m1x", "all"] {
      #expect(throws: ControlRefusal.self, "\(id)") { try GatewayControl.number(of: id) }
    }
  }

  @Test(
    arguments: [
      ("plant/a", 1, "first"), ("plant/b", 1, "second"), ("plant/b", 9, "second"), ("plant/gone", 2, "second"),
      ("plant/gone", 9, "first"),
    ] as [(String, UInt8, String)])
  func theConnectionThatHasTheTopicNowDecodes(topic: String, connection: UInt8, expected: String) throws {
    let text = """
      gateway: { id: cq1, data: data }
      zone: Asia/Shanghai
      brokers:
        - { name: first, host: 127.0.0.1, port: 1883 }
        - { name: second, host: 127.0.0.1, port: 1884 }
      assets:
        - { id: a, place: cq1/hall, template: rotating-machine, topic: plant/a, broker: first }
        - { id: b, place: cq1/hall, template: rotating-machine, topic: plant/b, broker: second }
      """
    let site = try SiteLoader.load(text: text, file: "test", devices: [ReferenceDevices.folder])
    let catalog = SeriesCatalog(site: site)
    let message = QuarantinedMessage(
      connection: ConnectionID(connection), topic: topic, payload: [], received: Timestamp(seconds: 0),
      reason: .unknownTopic, detail: "")
    let found = QuarantineRetry.connection(
      of: message, site: site, catalog: catalog, owners: QuarantineRetry.owners(of: site))
    #expect(found == expected)
  }

  @Test(
    arguments: [
      ("pres-1", "press-1"), ("PRESS-2", "press-2"), ("compressor", nil), ("", nil),
    ] as [(String, String?)])
  func aMistypedIDIsRecognised(typed: String, meant: String?) {
    #expect(NearestFirst.plausible(["press-1", "press-2", "main-meter"], for: typed) == meant)
  }
}
