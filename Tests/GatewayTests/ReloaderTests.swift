import Control
import Logging
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// Who asks for another configuration, and what becomes of the question.
@Suite struct ReloaderTests {
  private static func site(_ id: String = "cq1", zone: String = "UTC", extra: String = "") throws -> Site {
    let text = """
      gateway: { id: \(id), data: d }
      zone: \(zone)
      broker: { host: h }
      assets:
        - { id: a, template: rotating-machine, topic: plant/a\(extra) }
      """
    return try SiteLoader.load(text: text, file: "plant.yaml", devices: [ReferenceDevices.folder])
  }

  private static func reloader(
    _ mailbox: GatewayMailbox, _ load: @escaping @Sendable () throws -> Site
  ) throws -> Reloader {
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    return Reloader(
      site: try site(), file: ConfigurationFile(path: "plant.yaml", load: load), mailbox: mailbox, logger: logger)
  }

  private static func refusal(_ body: () async throws -> ReloadReport) async -> String? {
    do {
      _ = try await body()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func theSameConfigurationIsNoChange() async throws {
    let reloader = try Self.reloader(GatewayMailbox()) { try Self.site() }
    let report = try await reloader.reload()
    #expect(!report.applied && report.changes.isEmpty && report.path.hasSuffix("/plant.yaml"))
  }

  @Test func mistakesAndFixedSettingsAreRefused() async throws {
    let wrong = try Self.reloader(GatewayMailbox()) { try Self.site(extra: ", plaec: x") }
    let mistake = await Self.refusal { try await wrong.reload() }
    #expect(mistake?.contains("plant.yaml:5:") == true && mistake?.contains("goes on with") == true)
    let other = try Self.reloader(GatewayMailbox()) { try Self.site("cq2") }
    let fixed = await Self.refusal { try await other.reload() }
    #expect(fixed?.contains("cannot become cq2") == true)
    #expect(try await other.pendingChanges().notes.first?.contains("A reload cannot do it") == true)
    #expect(await wrong.inForce.gateway.id == "cq1")
  }

  @Test func theAnswerComesWhenTheConfigurationIsInForceOrNot() async throws {
    let mailbox = GatewayMailbox()
    let reloader = try Self.reloader(mailbox) { try Self.site(zone: "Europe/Berlin", extra: ", formerly: z") }
    #expect(try await reloader.pendingChanges().changes == ["zone:", "  ~ UTC → Europe/Berlin"])
    for isGood in [false, true] {
      async let first = Self.refusal { try await reloader.reload() }
      guard case .reload(let site) = await mailbox.next() else {
        Issue.record("another event came")
        return
      }
      #expect(site.zone == "Europe/Berlin")
      let second = await Self.refusal { try await reloader.reload() }
      #expect(second?.contains("Another reload is under way") == true)
      if isGood {
        await reloader.refuse("the gateway stops")
        #expect(await first?.contains("the gateway stops") == true)
      } else {
        await reloader.failed("no port")
        #expect(await first?.contains("no port") == true)
      }
      #expect(await reloader.inForce.zone == "UTC")
    }
  }

  @Test func aSessionThatStaysBehindIsSaid() async throws {
    let reloader = try Self.reloader(GatewayMailbox()) {
      let text = try Self.site().canonicalText.replacing("\"host\": \"h\"", with: "\"host\": \"i\"")
      return try SiteLoader.load(canonicalText: text)
    }
    let report = try await reloader.pendingChanges()
    #expect(report.changes == ["brokers:", "  ~ main: host: h → i"])
    #expect(report.notes.count == 1 && report.notes[0].contains("h:1883 keeps the session of client id weir-cq1"))
  }

  @Test func eventsKeepTheirOrderWhileNobodyWaits() async {
    let mailbox = GatewayMailbox()
    mailbox.post(.hangUp)
    mailbox.post(.stop)
    if case .hangUp = await mailbox.next() {} else { Issue.record("the first is hangUp") }
    if case .stop = await mailbox.next() {} else { Issue.record("the second is stop") }
    let waiting = Task { await mailbox.next() }
    waiting.cancel()
    if case .stop = await waiting.value {} else { Issue.record("a cancelled wait is a stop") }
  }

  @Test func questionsAfterTheEndAreRefused() async {
    let switchboard = Switchboard()
    let question = Task { try await switchboard.use { try await $0.status() } }
    await switchboard.close()
    await #expect(throws: ControlRefusal.self) { try await question.value }
    #expect(await !switchboard.isPlaced)
    await switchboard.withdraw()
  }
}
