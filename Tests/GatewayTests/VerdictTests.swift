import Control
import Telemetry
import Testing

@testable import Gateway

@Suite struct VerdictTests {
  private static func connection(
    _ state: String = "connected", refused: [String] = [], weak: [String] = []
  ) -> GatewayStatus.ConnectionStatus {
    GatewayStatus.ConnectionStatus(
      name: "main", broker: "127.0.0.1:1883", state: state, since: "2026-11-21T08:00:00+08:00", lastMessage: nil,
      lastMessageAgeSeconds: nil, reconnects: 0, lastError: state == "connected" ? nil : "connection refused",
      refusedTopics: refused, weakTopics: weak, brokerSavesEverySeconds: nil)
  }

  private static func finding(_ severity: Finding.Severity) -> Finding {
    Finding(
      key: "k", rule: "no-data", subject: "m", severity: severity, opened: Timestamp(seconds: 0), summary: "",
      advice: "")
  }

  private static func verdict(
    _ connections: [GatewayStatus.ConnectionStatus] = [connection()],
    _ change: (inout Verdict.Evidence) -> Void = { _ in }
  ) -> (word: GatewayStatus.Verdict, reasons: [String]) {
    var evidence = Verdict.Evidence(connections: connections)
    change(&evidence)
    return Verdict.of(evidence)
  }

  @Test func goodSaysNothing() {
    #expect(Self.verdict() == (.good, []))
    #expect(Self.verdict { $0.findings = [Self.finding(.info)] } == (.good, []))
    #expect(Self.verdict { $0.unusable = (2, 2) } == (.good, []), "a single bad message is no alarm")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var word: GatewayStatus.Verdict
    /// What the first reason must say.
    var says: String
    var connections = [VerdictTests.connection()]
    var change: @Sendable (inout Verdict.Evidence) -> Void = { _ in }
  }

  static let cases = [
    Case(
      testDescription: "the only connection is lost", word: .down, says: "connection refused",
      connections: [connection("disconnected")]),
    Case(
      testDescription: "one of two connections is lost", word: .degraded, says: "disconnected",
      connections: [connection(), connection("disconnected")]),
    Case(
      testDescription: "catching up", word: .degraded, says: "catching-up", connections: [connection("catching-up")]),
    Case(
      testDescription: "refused subscriptions", word: .degraded, says: "refuses to deliver a: denied, and 1 more",
      connections: [connection(refused: ["a: denied", "b: denied"])]),
    Case(
      testDescription: "QoS 0 only", word: .degraded, says: "delivers a at QoS 0 only",
      connections: [connection(weak: ["a"])]),
    Case(testDescription: "a warning", word: .degraded, says: "1 warning is open") {
      $0.findings = [finding(.warning)]
    },
    Case(testDescription: "critical findings", word: .degraded, says: "2 critical findings are open") {
      $0.findings = [finding(.critical), finding(.warning), finding(.critical)]
    },
    Case(testDescription: "the store", word: .down, says: "disk full") { $0.store = "disk full" },
    Case(testDescription: "the journal", word: .down, says: "disk full") { $0.journal = "disk full" },
    Case(testDescription: "not ready", word: .down, says: "not started") { $0.engineSilence = nil },
    Case(testDescription: "a stuck engine", word: .down, says: "stood still for 6 s") {
      $0.engineSilence = .seconds(6)
    },
    Case(testDescription: "a late engine", word: .degraded, says: "90 s behind") { $0.engineLag = .seconds(90) },
    Case(testDescription: "unbalanced", word: .degraded, says: "do not add up") { $0.isBalanced = false },
    Case(testDescription: "only quarantine", word: .degraded, says: "last 40 messages were all set aside") {
      $0.unusable = (40, 0)
    },
    Case(testDescription: "only unusable samples", word: .degraded, says: "last 7 samples were all set aside") {
      $0.unusable = (0, 7)
    },
    Case(testDescription: "lost records", word: .degraded, says: "refused 3 and lost 2 records since 08:00") {
      $0.losses = [(.init(destination: "mes", refused: 3, evicted: 2, since: .zero), "08:00")]
    },
  ]

  @Test(arguments: cases) func troubleIsSaid(_ test: Case) {
    let (word, reasons) = Self.verdict(test.connections, test.change)
    #expect(word == test.word)
    #expect(reasons.first?.contains(test.says) == true, "\(reasons)")
  }

  @Test func anEngineThatWaitsForTheDiskIsNotCalledStuck() {
    let (_, reasons) = Self.verdict {
      $0.store = "disk full"
      $0.engineSilence = .seconds(60)
    }
    #expect(reasons.count == 1)
  }
}
