import Telemetry
import Testing

@testable import Alarms

@Suite("Alarm life cycle")
struct AlarmMachineTests {
  private static let person = AlarmMachine.Signature(person: "Wang Lei", reason: "test")

  private static func text(_ change: AlarmTransition) -> String {
    "\(change.time.nanoseconds / 1_000_000_000) \(change.what.rawValue) \(change.state) \(change.occurrence) "
      + "\(change.isMuted)"
  }

  private static func input(_ random: inout SplitMix64, occurrence: Int, now: Int) -> AlarmMachine.Input {
    switch random.next() % 24 {
    case 0..<4: return .level(.violated)
    case 4..<8: return .level(.clear)
    case 8: return .level(.between)
    case 9: return .blind(true)
    case 10, 11: return .blind(false)
    case 12: return .escalate
    case 13..<17: return .acknowledge(occurrence: occurrence, person)
    case 17: return .acknowledge(occurrence: max(0, occurrence - Int(random.next() % 3)), person)
    case 18: return .reset(person)
    case 19: return .shelve(until: .at(Double(now) + Double(random.next() % 40)), person)
    case 20: return .unshelve(person)
    case 21: return .suppress(random.next() % 3 == 0 ? person : nil)
    case 22: return random.next() % 3 == 0 ? .takeOut(person) : .takeIn(person)
    default: return .tick
    }
  }

  /// Restarts between any two steps: after each input the machine is made again from its saved bytes.
  @Test("random sequences against a model that counts seconds", arguments: 0..<8)
  func randomSequences(round: Int) throws {
    let delays = [(0, 0, false), (5, 0, false), (0, 7, false), (10, 10, false), (3, 4, true), (0, 0, true)]
    let (onDelay, offDelay, latches) = delays[round % delays.count]
    let timing = AlarmMachine.Timing(
      onDelay: .seconds(Int64(onDelay)), offDelay: .seconds(Int64(offDelay)), isLatching: latches)
    var random = SplitMix64(seed: 7_000 + UInt64(round))
    var machine = AlarmMachine(timing: timing)
    var model = ReferenceAlarm(onDelay: onDelay, offDelay: offDelay, latches: latches)
    var sequence = 0
    var now = 0
    var raised = 0
    for step in 0..<15_000 {
      now += Int(random.next() % 6)
      let input = Self.input(&random, occurrence: machine.occurrence, now: now)
      let before = model.log.count
      model.take(input, at: now)
      let changes = machine.handle(input, at: .at(Double(now)), sequence: &sequence)
      raised += changes.count { $0.what == .raised }
      let expected = Array(model.log[before...])
      try #require(changes.map(Self.text) == expected, "step \(step): \(input)")
      try #require(machine.state == model.state && sequence == model.numbers, "step \(step): \(input)")
      try #require(machine.isMuted == model.muted && machine.isHeld == model.held)
      var writer = ByteWriter()
      machine.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      machine = try AlarmMachine(from: &reader, timing: timing)
      if model.log.count > 1000 { model.log = [] }
    }
    #expect(raised > 100)
  }

  @Test("how often the owner looks changes nothing: deadlines are carried", arguments: 0..<20)
  func marksDoNotMatter(seed: Int) {
    let timing = AlarmMachine.Timing(onDelay: .seconds(11), offDelay: .seconds(13))
    var random = SplitMix64(seed: UInt64(seed))
    var rare = AlarmMachine(timing: timing)
    var often = rare
    var numbers = (0, 0)
    var changes: ([AlarmTransition], [AlarmTransition]) = ([], [])
    var now = 0
    for _ in 0..<400 {
      let next = now + Int(random.next() % 20)
      for second in now..<next { changes.1 += often.handle(.tick, at: .at(Double(second)), sequence: &numbers.1) }
      now = next
      let input = Self.input(&random, occurrence: 0, now: now)
      changes.0 += rare.handle(input, at: .at(Double(now)), sequence: &numbers.0)
      changes.1 += often.handle(input, at: .at(Double(now)), sequence: &numbers.1)
    }
    #expect(changes.0 == changes.1)
    #expect(changes.0.contains { $0.what == .raised })
  }

  @Test("what was acknowledged before it was shelved is a new occurrence when the shelving ends")
  func shelvedAcknowledged() {
    var machine = AlarmMachine(timing: .init())
    var sequence = 0
    _ = machine.handle(.level(.violated), at: .at(0), sequence: &sequence)
    _ = machine.handle(.acknowledge(occurrence: 1, Self.person), at: .at(5), sequence: &sequence)
    _ = machine.handle(.shelve(until: .at(100), Self.person), at: .at(10), sequence: &sequence)
    let changes = machine.handle(.tick, at: .at(500), sequence: &sequence)
    #expect(changes.map(\.what) == [.unshelved, .raised])
    #expect(changes.map(\.time) == [.at(100), .at(100)])
    #expect(machine.occurrence == 2 && machine.state == .unacknowledged)
    let late = machine.handle(.acknowledge(occurrence: 1, Self.person), at: .at(501), sequence: &sequence)
    #expect(late.map(\.what) == [.acknowledgeRejected])
    #expect(machine.state == .unacknowledged)
  }

  @Test("without data nothing is raised and nothing returns")
  func noData() {
    var machine = AlarmMachine(timing: .init(onDelay: .seconds(60), offDelay: .seconds(60)))
    var sequence = 0
    _ = machine.handle(.level(.violated), at: .at(0), sequence: &sequence)
    _ = machine.handle(.blind(true), at: .at(30), sequence: &sequence)
    #expect(machine.handle(.tick, at: .at(1000), sequence: &sequence).isEmpty)
    let back = machine.handle(.blind(false), at: .at(1000), sequence: &sequence)
    #expect(back.isEmpty)
    let raised = machine.handle(.tick, at: .at(2000), sequence: &sequence)
    #expect(raised.map(\.time) == [.at(1060)])
    _ = machine.handle(.level(.clear), at: .at(2000), sequence: &sequence)
    _ = machine.handle(.blind(true), at: .at(2030), sequence: &sequence)
    #expect(machine.handle(.tick, at: .at(3000), sequence: &sequence).isEmpty)
    #expect(machine.state == .unacknowledged)
  }
}
