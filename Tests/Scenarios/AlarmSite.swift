import Foundation
import MQTT
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A plant whose messages the tests write themselves: probes, guards, milling cells.
enum AlarmSite {
  static let start = Timestamp(rfc3339: "2026-11-02T08:00:00+08:00")!

  /// Templates of what no product template is: a probe with a limit, a guard door.
  static let templates = """
    templates:
      probe:
        timestamp: { path: ts, format: epoch-ms }
        signals:
          temperature: { kind: gauge, unit: °C, path: t, range: [0, 200], alarm: [none, 80], expected-interval: 10 s,
            quality: { off: [stuck-value, flat-line, spike, noise-change] } }
      guard:
        timestamp: { path: ts, format: epoch-ms }
        signals:
          interlock: { kind: state, path: door, expected-interval: 10 s, states: { closed: [closed], tripped: [open] } }
    """

  static func milliseconds(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000_000 }

  static func probe(_ id: String, at time: Timestamp, _ value: Double) -> SimulatedMessage {
    message(id, time, #"{"ts":\#(milliseconds(time)),"t":\#(value)}"#)
  }

  static func door(_ id: String, at time: Timestamp, open: Bool) -> SimulatedMessage {
    message(id, time, #"{"ts":\#(milliseconds(time)),"door":"\#(open ? "open" : "closed")"}"#)
  }

  static func cell(_ id: String, at time: Timestamp, torque: Double) -> SimulatedMessage {
    message(
      id, time,
      #"{"ts":\#(milliseconds(time)),"product":"M","air":298.1,"process":308.6,"speed":1551,"torque":\#(torque),"wear":20}"#
    )
  }

  static func message(_ id: String, _ time: Timestamp, _ text: String) -> SimulatedMessage {
    SimulatedMessage(time: time, topic: "plant/\(id)", payload: Array(text.utf8))
  }

  static func sorted(_ messages: [SimulatedMessage]) -> [SimulatedMessage] {
    messages.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }

  static func run(_ weir: WeirProcess, _ arguments: [String], fails: Bool = false) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect((code != 0) == fails, "\(arguments): \(output)")
    return output
  }

  static func json(_ weir: WeirProcess, _ arguments: String...) throws -> JSONValue {
    try JSONValue(parsing: try run(weir, arguments + ["--json"]))
  }

  static func processed(_ weir: WeirProcess, through end: Timestamp) async throws {
    try await weir.waitFor("everything through \(end.rfc3339UTC)") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      return clock + .seconds(1) > end && status.isSettled
    }
  }
}
