import Control
import Telemetry
import Testing

@testable import Gateway

/// Which finding `weir explain` means.
@Suite struct FindingChoiceTests {
  private static func finding(_ key: String, opened: Int64, closed: Int64? = nil) -> Finding {
    let parts = key.split(separator: "/").map(String.init)
    return Finding(
      key: key, rule: parts[0], subject: parts[1], severity: .warning, opened: Timestamp(seconds: opened),
      closed: closed.map { Timestamp(seconds: $0) }, summary: "", advice: "")
  }

  private let findings = [
    finding("condition-change/pump-1", opened: 90), finding("vibration-zone/pump-1/drive-end", opened: 80),
    finding("no-data/press-1", opened: 70), finding("condition-change/pump-1", opened: 20, closed: 30),
    finding("condition-change/fan-1", opened: 10, closed: 15),
  ]

  @Test(
    "a key, or what is enough of it",
    arguments: [
      ("condition-change/pump-1", "condition-change/pump-1"), ("condition-change", "condition-change/pump-1"),
      ("press-1", "no-data/press-1"), ("fan-1", "condition-change/fan-1"),
      ("drive-end", "vibration-zone/pump-1/drive-end"), ("pump-1/drive-end", "vibration-zone/pump-1/drive-end"),
    ])
  func meant(word: String, key: String) throws {
    let choice = try FindingChoice(word, among: findings)
    #expect(choice.first.key == key)
  }

  @Test("the open one stands before those that were before it")
  func before() throws {
    let choice = try FindingChoice("condition-change/pump-1", among: findings)
    #expect(choice.first.closed == nil && choice.before.map(\.opened) == [Timestamp(seconds: 20)])
  }

  @Test("what may be several, or is none, is refused with the names")
  func refused() {
    let several = #expect(throws: ControlRefusal.self) { try FindingChoice("pump-1", among: findings) }
    #expect(several?.description.contains("condition-change/pump-1, vibration-zone/pump-1/drive-end") == true)
    let none = #expect(throws: ControlRefusal.self) { try FindingChoice("condition-change/pump-2", among: findings) }
    #expect(none?.description.contains("The nearest: condition-change/pump-1") == true)
    #expect(throws: ControlRefusal.self) { try FindingChoice("anything", among: []) }
  }
}
