import Equipment
import Telemetry
import Testing

@Suite struct MachineModelTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00Z")!
  private static let profile = MachineProfile(
    asset: "pump-1", template: "pump",
    signals: [
      .init(name: "vibration", unit: "mm/s"), .init(name: "bearing-temperature-de", unit: "°C"),
      .init(name: "speed", unit: "rpm"), .init(name: "active-power", unit: "kW"),
    ])

  /// A pump with a converter: what it shows follows speed and load; from some hour on vibration grows.
  private struct Pump {
    var normal: Normal
    var load = 0.0
    var warmth = 0.6
    init(seed: UInt64) { normal = Normal(seed: seed) }

    mutating func frame(_ minute: Int, fault: Double = 0, run: MachineState = .running) -> ConditionFrame {
      load += -load / 120 + 0.06 * normal.next()
      let speed = [1480.0, 1180, 900][minute / 300 % 3]
      let power = 20 * (speed / 1480) * (speed / 1480) * (1 + 0.1 * load)
      warmth += (power / 20 - warmth) / 40
      let vibration = (0.4 + 1.2 * speed / 1480) * (1 + 0.04 * normal.next()) * (1 + fault)
      let start = MachineModelTests.start + .minutes(Int64(minute))
      return ConditionFrame(
        start: start, end: start + .minutes(1), run: run,
        values: [vibration, 25 + 30 * warmth + 0.3 * normal.next(), speed + normal.next(), power + 0.1 * normal.next()])
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func aHealthyMachineIsQuietAndAFaultIsFoundWithItsSignal(seed: UInt64) {
    var pump = Pump(seed: seed)
    var model = MachineModel(profile: Self.profile)
    var alarms = 0
    for minute in 0..<14 * 1440 {
      if let deviation = model.add(pump.frame(minute)), deviation.score >= 1, minute > 4320 { alarms += 1 }
    }
    #expect(alarms < 120)
    #expect(model.evidence.state == .watching)
    #expect(model.evidence.regimes >= 3)
    var found: (minute: Int, deviation: Deviation)?
    for minute in 0..<5 * 1440 where found == nil {
      let fault = 0.15 * Double(minute) / 1440
      if let deviation = model.add(pump.frame(14 * 1440 + minute, fault: fault)), deviation.score >= 1 {
        found = (minute, deviation)
      }
    }
    #expect(found != nil)
    #expect(found?.deviation.contributions.first?.signal == 0)
    #expect((found?.deviation.contributions.first?.z ?? 0) > 0)
  }

  @Test func aFaultThatStaysIsNeverLearnt() {
    var pump = Pump(seed: 9)
    var model = MachineModel(profile: Self.profile)
    for minute in 0..<7 * 1440 { _ = model.add(pump.frame(minute)) }
    var last = 0.0
    for minute in 7 * 1440..<60 * 1440 { last = model.add(pump.frame(minute, fault: 0.8))?.score ?? last }
    #expect(last >= 1)
    // Maintenance was recorded: the new level is learnt.
    model.rebaseline()
    #expect(model.evidence.state == .learning)
    for minute in 60 * 1440..<65 * 1440 { last = model.add(pump.frame(minute, fault: 0.8))?.score ?? last }
    #expect(last < 1)
    #expect(model.evidence.state == .watching)
  }

  @Test func aStoppedMachineIsNotJudged() {
    var pump = Pump(seed: 5)
    var model = MachineModel(profile: Self.profile)
    for minute in 0..<1440 { _ = model.add(pump.frame(minute)) }
    let hours = model.evidence.hours
    for minute in 1440..<1500 { #expect(model.add(pump.frame(minute, run: .stopped)) == nil) }
    // It settles first.
    for minute in 1500..<1509 { #expect(model.add(pump.frame(minute)) == nil) }
    #expect(model.evidence.hours == hours)
  }

  @Test(arguments: [11, 12] as [UInt64])
  func itGoesOnAfterARestartAsIfThereHadBeenNone(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var pump = Pump(seed: seed)
    var model = MachineModel(profile: Self.profile)
    var restarted = model
    var rows: [UInt8]?
    for minute in 0..<6 * 1440 {
      let run: MachineState = random.unit() < 0.002 ? .stopped : .running
      var frame = pump.frame(minute, fault: minute > 7000 ? 0.5 : 0, run: run)
      if random.unit() < 0.05 { frame.values[Int(random.next() % 4)] = nil }
      #expect(model.add(frame) == restarted.add(frame))
      if restarted.shouldSaveRows { rows = restarted.takeRows() }
      if model.shouldSaveRows { _ = model.takeRows() }
      guard minute % 997 == 0 else { continue }
      var writer = ByteWriter()
      restarted.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      restarted = MachineModel(profile: Self.profile)
      try restarted.restore(from: &reader, rows: rows)
    }
  }
}
