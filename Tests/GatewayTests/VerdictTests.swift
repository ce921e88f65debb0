import Control
import Telemetry
import Testing

@testable import Gateway

@Suite struct VerdictTests {
  private func connection(_ state: String) -> GatewayStatus.ConnectionStatus {
    GatewayStatus.ConnectionStatus(
      name: "main", broker: "127.0.0.1:1883", state: state, since: "2026-11-21T08:00:00+08:00", lastMessage: nil,
      lastMessageAgeSeconds: nil, reconnects: 0, lastError: state == "connected" ? nil : "connection refused",
      brokerSavesEverySeconds: nil)
  }

  private func verdict(
    connection state: String = "connected", findings: [Finding.Severity] = [], store: String? = nil,
    isReady: Bool = true, balanced: Bool = true
  ) -> (GatewayStatus.Verdict, [String]) {
    Verdict.of(
      connections: [connection(state)], destinations: [],
      findings: findings.map {
        Finding(
          key: "k", rule: "no-data", subject: "m", severity: $0, opened: Timestamp(seconds: 0), summary: "", advice: "")
      }, store: store, journal: nil, isReady: isReady, balanced: balanced)
  }

  @Test func goodSaysNothing() {
    #expect(verdict() == (.good, []))
    #expect(verdict(findings: [.info]) == (.good, []))
  }

  @Test func connectionTruth() {
    let (word, reasons) = verdict(connection: "disconnected")
    #expect(word == .down)
    #expect(reasons.first?.contains("connection refused") == true)
    #expect(verdict(connection: "catching-up").0 == .degraded)
  }

  @Test func anyTroubleIsSaid() {
    #expect(verdict(findings: [.warning]).0 == .degraded)
    #expect(verdict(store: "disk full").0 == .down)
    #expect(verdict(isReady: false).0 == .down)
    #expect(verdict(balanced: false).0 == .degraded)
  }
}
