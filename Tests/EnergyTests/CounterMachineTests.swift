import Telemetry
import Testing

@testable import Energy

@Suite struct CounterMachineTests {
  private typealias Reading = CounterMachine.Reading

  private func limits(rated: String? = "100", modulus: String? = nil) -> CounterLimits {
    CounterLimits(
      ratedPower: rated.flatMap { ScaledInteger($0) }, factor: ScaledInteger(12, exponent: -1),
      modulus: modulus.flatMap { ScaledInteger($0) }, resolution: -1)
  }

  private func units(_ text: String) throws -> Int64 {
    try #require(ScaledInteger(text)?.rescaled(to: -1)).mantissa
  }

  private func units(_ value: JSONValue?) throws -> Int64 {
    let text = try #require(value?.stringValue)
    return try units(text)
  }

  @Test(
    .enabled(if: ReferenceData.exists("rules/vectors/energy.json"), "no reference data"),
    arguments: [
      "meter-normal", "meter-implausible", "meter-rollover", "meter-reset", "meter-dip", "meter-large-drop-not-small",
      "meter-change-record",
    ])
  func vector(_ name: String) throws {
    let vectors = try ReferenceData.vectors()
    let vector = try #require(vectors[name])
    let inputs = try #require(vector["inputs"])
    let expected = try #require(vector["expected"])
    let seconds = try #require(inputs["interval_s"]?.integerValue)
    let interval = Span64.seconds(seconds)
    let limits = limits(rated: inputs["rated_kw"]?.stringValue, modulus: inputs["modulus"]?.stringValue)
    let limit = try units(inputs["limit_kwh"])
    #expect(limits.limit(interval) == limit)
    let readings =
      try inputs["readings"]?.arrayValue?.map { try units($0) }
      ?? [try units(inputs["old"] ?? inputs["last_old"]), try units(inputs["new"])]
    var change: CounterMachine.MeterChange?
    if let record = inputs["record"] {
      change = CounterMachine.MeterChange(
        finalOld: try units(record["final_old"]),
        initialNew: try units(record["initial_new"]))
    }
    var machine = CounterMachine()
    var outcomes: [CounterMachine.Outcome] = []
    for (index, value) in readings.enumerated() {
      let time = Timestamp(nanoseconds: interval.nanoseconds * Int64(index + 1))
      outcomes.append(
        machine.handle(Reading(time: time, value: value), limits: limits, after: index == 0 ? nil : change))
    }
    outcomes.removeFirst()
    let classes = expected["classes"]?.arrayValue?.map(\.stringValue) ?? [expected["class"]?.stringValue]
    let deltas = expected["deltas"]?.arrayValue ?? [expected["delta"] ?? .null]
    let flags = expected["flagged"]?.arrayValue ?? [expected["flagged"] ?? .null]
    let words: [CounterEvent.Kind: String] = [.implausible: "quarantine", .replacement: "meter-change"]
    for (index, outcome) in outcomes.enumerated() {
      #expect((words[outcome.kind] ?? outcome.kind.word) == classes[index])
      let delta = try deltas[index].stringValue.map { try units($0) }
      #expect(outcome.delta == delta)
      #expect(outcome.isFlagged == (flags[index] == .boolean(true)))
    }
    if let mark = expected["high_water"] {
      let units = try units(mark)
      #expect(machine.level?.value == units)
    }
  }

  @Test(.enabled(if: ReferenceData.exists("rules/vectors/energy.json"), "no reference data"))
  func everyMeterOnItsOwn() throws {
    let vectors = try ReferenceData.vectors()
    let vector = try #require(vectors["meter-never-sum-before-delta"])
    var sum: Int64 = 0
    for name in ["meter_a", "meter_b"] {
      var machine = CounterMachine()
      let readings = try #require(vector["inputs"]?[name]?.arrayValue)
      for (index, text) in readings.enumerated() {
        let value = try units(text)
        let outcome = machine.handle(
          Reading(time: .init(seconds: Int64(index + 1) * 900), value: value), limits: limits())
        sum += outcome.delta ?? 0
      }
    }
    let expected = try units(vector["expected"]?["correct_delta"])
    #expect(sum == expected)
  }

  /// One line per reading: minutes since the first one, value, expected class, expected delta.
  private func play(
    _ limits: CounterLimits, _ script: [(minute: Int64, value: String, kind: CounterEvent.Kind, delta: String?)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var machine = CounterMachine()
    for line in script {
      let outcome = machine.handle(
        Reading(time: .init(seconds: line.minute * 60), value: try units(line.value)), limits: limits)
      #expect(outcome.kind == line.kind, "minute \(line.minute)", sourceLocation: sourceLocation)
      let delta = try line.delta.map { try units($0) }
      #expect(outcome.delta == delta, "minute \(line.minute)", sourceLocation: sourceLocation)
    }
  }

  @Test func aMomentaryZeroInventsNothing() throws {
    try play(
      limits(),
      [
        (0, "53700.0", .first, "0"), (1, "53700.1", .normal, "0.1"), (2, "0", .reset, "0"),
        (3, "53700.3", .returned, "0.2"), (4, "53700.4", .normal, "0.1"),
      ])
  }

  @Test func aMomentaryZeroOfASmallRegisterInventsNothing() throws {
    // 20 kWh in a quarter would be plausible for a register that was reset; but it has not moved since.
    try play(
      limits(),
      [(0, "20.0", .first, "0"), (15, "0", .reset, "0"), (30, "0", .normal, "0"), (45, "20.1", .returned, "0.1")])
  }

  @Test func aMomentaryZeroNearTheRolloverInventsNothing() throws {
    try play(
      limits(modulus: "1000000"),
      [(0, "999990.0", .first, "0"), (15, "0", .rollover, "10"), (30, "999990.5", .returned, "0.5")])
  }

  @Test func aMomentaryZeroWithoutRatedPowerInventsNothing() throws {
    try play(
      limits(rated: nil),
      [
        (0, "53700.0", .first, "0"), (1, "0", .reset, "0"), (2, "0.1", .normal, "0.1"),
        (3, "53700.3", .returned, "0.3"),
      ])
  }

  @Test func aRegisterThatIsResetEveryDayCountsOn() throws {
    try play(
      limits(),
      [
        (0, "500.0", .first, "0"), (15, "2.0", .reset, "2"), (300, "490.0", .normal, "488"),
        (310, "499.0", .normal, "9"),
        (315, "501.0", .normal, "2"), (330, "510.0", .normal, "9"), (345, "1.0", .reset, "1"),
      ])
  }

  @Test func aRegisterThatStaysLowAsksForAPerson() throws {
    var machine = CounterMachine()
    _ = machine.handle(Reading(time: .init(seconds: 0), value: 53217), limits: limits())
    var persistent: [Int64] = []
    // The limit of a reset counts from the last reading, not from the high-water mark: it never grows into the low level.
    for minute in Int64(1)...(10_000) {
      let outcome = machine.handle(Reading(time: .init(seconds: minute * 60), value: 30000 + minute), limits: limits())
      #expect(outcome.kind == .dip && outcome.delta == 0)
      if outcome.isPersistent { persistent.append(minute) }
    }
    #expect(persistent == [5])
    let change = CounterMachine.MeterChange(finalOld: 53220, initialNew: 30000)
    let outcome = machine.handle(Reading(time: .init(seconds: 600_100), value: 40_005), limits: limits(), after: change)
    #expect(outcome.kind == .replacement && outcome.delta == 10_008)
  }

  @Test func aWrongRatedPowerLosesNothing() throws {
    // 150 kW behind a rated power of 100 kW for two hours, then 50 kW.
    var machine = CounterMachine()
    _ = machine.handle(Reading(time: .init(seconds: 0), value: 10_000), limits: limits())
    var total: Int64 = 0
    var value: Int64 = 10_000
    var persistent = 0
    var recovered = 0
    for minute in Int64(1)...300 {
      value += minute <= 120 ? 25 : 8
      let outcome = machine.handle(Reading(time: .init(seconds: minute * 60), value: value), limits: limits())
      total += outcome.delta ?? 0
      persistent += outcome.isPersistent ? 1 : 0
      recovered += outcome.isRecovery ? 1 : 0
    }
    #expect(total == value - 10_000)
    #expect(persistent == 1)
    #expect(recovered == 1)
  }

  @Test func aSlowRegisterThatStepsIsNotImplausible() throws {
    // 1 kW, read every second: one unit of 0.1 kWh is far above what a second can count.
    let slow = CounterLimits(
      ratedPower: ScaledInteger(1), factor: ScaledInteger(12, exponent: -1), modulus: nil, resolution: -1)
    var machine = CounterMachine()
    for second in Int64(0)..<3600 {
      let outcome = machine.handle(Reading(time: .init(seconds: second), value: 1000 + second / 360), limits: slow)
      #expect(outcome.kind == (second == 0 ? .first : .normal))
    }
  }

  @Test func extremesNeverTrap() {
    var random = SplitMix64(seed: 5)
    for rated in ["100", "0.001", "9000000000000000", nil] {
      let limits = limits(rated: rated, modulus: "1000000")
      var machine = CounterMachine()
      for _ in 0..<2000 {
        let value =
          [.min, .max, 0, 1, Int64.random(in: .min ... .max, using: &random)].randomElement(using: &random) ?? 0
        let time = [.min, .max, Int64.random(in: .min ... .max, using: &random)].randomElement(using: &random) ?? 0
        let outcome = machine.handle(Reading(time: Timestamp(nanoseconds: time), value: value), limits: limits)
        #expect((outcome.delta ?? 0) >= 0)
      }
    }
  }

  @Test func stateSurvivesItsEncoding() throws {
    var random = SplitMix64(seed: 11)
    var machine = CounterMachine()
    var value: Int64 = 5000
    for minute in Int64(1)...2000 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0: value = 0
      case 1: value += 100_000
      case 2: value = max(0, value - 3)
      default: value += Int64.random(in: 0..<5, using: &random)
      }
      let time = Timestamp(nanoseconds: minute * 60_000_000_000 + Int64.random(in: 0...1, using: &random))
      _ = machine.handle(Reading(time: time, value: value), limits: limits())
      var writer = ByteWriter()
      machine.encode(into: &writer, base: .init(seconds: 900))
      var reader = ByteReader(writer.bytes)
      let restored = try CounterMachine(from: &reader, base: .init(seconds: 900))
      #expect(restored == machine)
      #expect(reader.isAtEnd)
    }
  }
}
