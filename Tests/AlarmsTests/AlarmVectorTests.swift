import Telemetry
import TestSupport
import Testing

@testable import Alarms

@Suite("Alarm life cycle: known answers", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct AlarmVectorTests {
  private static let nobody = AlarmMachine.Signature(person: "Li Na", reason: "seen")

  /// Plays a vector; after each input the machine goes through its saved bytes, as at a restart.
  private func play(_ vector: JSONValue) throws -> [AlarmTransition] {
    let inputs = try #require(vector["inputs"])
    func number(_ name: String) throws -> Double { try #require(inputs[name]?.doubleValue) }
    let limit = LimitLevel(.high, limit: try number("limit"), deadband: try number("deadband"))
    let timing = AlarmMachine.Timing(
      onDelay: Timestamp.at(try number("on_delay_s")) - .at(0),
      offDelay: Timestamp.at(try number("off_delay_s")) - .at(0))
    var machine = AlarmMachine(timing: timing)
    var sequence = 0
    var changes: [AlarmTransition] = []
    for event in try #require(inputs["events"]?.arrayValue) {
      let time = Timestamp.at(try #require(event["t"]?.doubleValue))
      let input: AlarmMachine.Input
      if let value = event["value"]?.doubleValue {
        input = .level(limit.level(value))
      } else if let occurrence = event["ack_occurrence"]?.integerValue {
        input = .acknowledge(occurrence: Int(occurrence), Self.nobody)
      } else if let seconds = event["shelve_for_s"]?.integerValue {
        input = .shelve(until: time + .seconds(seconds), Self.nobody)
      } else {
        #expect(event["tick"]?.booleanValue == true)
        input = .tick
      }
      changes += machine.handle(input, at: time, sequence: &sequence)
      var writer = ByteWriter()
      machine.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      let restored = try AlarmMachine(from: &reader, timing: timing)
      #expect(reader.isAtEnd)
      #expect(restored == machine)
      machine = restored
    }
    return changes
  }

  private static func word(_ change: AlarmTransition) -> String {
    if change.what == .acknowledgeRejected { return "ACK_REJECTED" }
    return switch change.state {
    case .normal: "NORM"
    case .unacknowledged: "UNACK"
    case .acknowledged: "ACKED"
    case .returned: "RTN_UNACK"
    }
  }

  @Test("delays, deadband, acknowledgement, new occurrences")
  func transitions() throws {
    let vectors = try Vectors.named(
      "on-delay", "boundary", "ack-then", "re-raise", "spike", "timer-fires")
    #expect(vectors.count == 6)
    for vector in vectors {
      let expected = try #require(vector["expected"]?["transitions"]?.arrayValue)
      let found: [JSONValue] = try play(vector).map { change in
        [
          "t": .integer(change.time.nanoseconds / 1_000_000_000), "state": .string(Self.word(change)),
          "occurrence": .integer(Int64(change.occurrence)),
        ]
      }
      #expect(found == expected, "\(vector["name"]?.stringValue ?? "")")
    }
  }

  @Test("shelving")
  func shelving() throws {
    let vectors = try Vectors.named("shelve-expires")
    #expect(vectors.count == 2)
    for vector in vectors {
      let expected = try #require(vector["expected"]?["log"]?.arrayValue)
      var found: [JSONValue] = []
      func add(_ time: Timestamp, _ word: String) {
        found.append(["t": .integer(time.nanoseconds / 1_000_000_000), "what": .string(word)])
      }
      let changes = try play(vector)
      for (place, change) in changes.enumerated() {
        switch change.what {
        case .raised: add(change.time, change.isMuted ? "suppressed" : "annunciated")
        case .shelved: add(change.time, "shelved")
        case .announcedAgain: add(change.time, "re-annunciated")
        case .unshelved where place == changes.count - 1: add(change.time, "unshelved, normal")
        default: break
        }
      }
      #expect(found == expected, "\(vector["name"]?.stringValue ?? "")")
    }
  }

  @Test("deadbands are percentages of the measuring range")
  func deadbands() throws {
    let vector = try #require(try Vectors.named("deadband-from-range").first)
    let percent = ["flow": 5.0, "temperature": 1, "pressure": 2, "level": 2, "composition": 1]
    let cases = try #require(vector["inputs"]?["cases"]?.arrayValue)
    let expected = try #require(vector["expected"]?["deadband"]?.arrayValue)
    for (item, answer) in zip(cases, expected) {
      let range = try #require(item["range"]?.arrayValue).compactMap(\.doubleValue)
      let share = try #require(percent[item["signal"]?.stringValue ?? ""])
      let deadband = LimitLevel.deadband(percent: share, minimum: range[0], maximum: range[1])
      #expect(abs(deadband - (answer.doubleValue ?? .nan)) <= 1e-9)
    }
  }
}
