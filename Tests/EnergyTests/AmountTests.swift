import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// Registers of other carriers, and signals that send amounts instead of what a register shows.
@Suite struct AmountTests {
  private func signal(_ kind: Signal.Kind, _ name: String, resolution: Int8, maximumRate: String? = nil) -> Signal {
    var signal = Signal(
      name: name, kind: kind, unit: kind.quantity?.unit ?? "", minimum: nil, maximum: nil,
      expectedInterval: .minutes(5), modulus: nil, resolution: resolution, stateWords: [:])
    signal.maximumRate = maximumRate.flatMap { ScaledInteger($0) }
    return signal
  }

  private func bench(_ signals: [Signal]) throws -> Bench { try Bench(signals: signals) }

  private func every(_ interval: Span64, _ signal: Signal) -> Signal {
    var signal = signal
    signal.expectedInterval = interval
    return signal
  }

  private func amounts(_ bench: Bench, _ quantity: String, _ kind: RecordKind = .energyInterval) throws -> [String] {
    try bench.bodies(kind).map { $0["amounts"]?[quantity]?["value"]?.stringValue ?? "null" }
  }

  private func fits(_ bench: Bench) throws {
    for record in bench.records {
      let problems = RecordSchema.body(record.kind).validate(try JSONValue(parsing: record.body))
      #expect(problems == [])
    }
  }

  @Test func aGasRegisterIsCountedWithoutEnergy() throws {
    let gas = signal(.register(.gasVolumeNormal), "gas", resolution: -2, maximumRate: "250")
    var bench = try bench([every(.minutes(15), gas)])
    try bench.read("2026-11-21T08:00:00+08:00", "1000.00")
    try bench.read("2026-11-21T08:15:00+08:00", "1040.25")
    try bench.read("2026-11-21T08:30:00+08:00", "1080.75")
    try bench.mark("2026-11-21T08:32:00+08:00")
    #expect(
      String(decoding: bench.records[0].body, as: UTF8.self) == """
        {"amounts":{"gas-volume-normal":{"unit":"Nm³","value":"40.25"}},"asset":"meter-1","coverage":"1.0000",\
        "demand_kw":null,"end":"2026-11-21T08:15:00+08:00","energy_kwh":null,"events":[],"place":"works/mill",\
        "power_factor":null,"power_factor_lagging":null,"quality":"good","quality_share":{\
        "estimated":"0.0000","good":"1.0000","no_data":"0.0000","uncertain":"0.0000"},"reactive_lagging_kvarh":null,\
        "reactive_leading_kvarh":null,"readings":{"gas":{"closing":{"estimated":false,\
        "time":"2026-11-21T08:15:00+08:00","value":"1040.25"},"count":2,"delta":"40.25","opening":{\
        "estimated":false,"time":"2026-11-21T08:00:00+08:00","value":"1000.00"}}},\
        "start":"2026-11-21T08:00:00+08:00"}
        """)
    #expect(try amounts(bench, "gas-volume-normal") == ["40.25", "40.50"])
    // 250 Nm³/h: 75 Nm³ a quarter with the factor 1.2. The asset's rated power says nothing about gas.
    try bench.read("2026-11-21T08:45:00+08:00", "1155.77")
    try bench.mark("2026-11-21T08:47:00+08:00")
    #expect(bench.quarantined.map(\.reason) == [.implausible])
    try fits(bench)
  }

  @Test func amountsAreSummedByTheWindowTheyLieIn() throws {
    var bench = try bench([signal(.delta(.activeEnergyImport), "energy", resolution: -3)])
    // Counted before 08:00: it belongs to the window that ends there.
    try bench.read("2026-11-21T08:00:00+08:00", "0.125")
    for minute in [5, 10, 15, 20] { try bench.read("2026-11-21T08:\(minute < 10 ? "0" : "")\(minute):00+08:00", "0.1") }
    try bench.mark("2026-11-21T08:33:00+08:00")
    let energy = try bench.bodies(.energyInterval).map { $0["energy_kwh"]?.stringValue ?? "null" }
    #expect(energy == ["0.125", "0.300", "0.100"])
    #expect(try bench.bodies(.energyInterval).map { $0["quality"]?.stringValue } == ["partial", "good", "partial"])
    // A late one revises its window and no other.
    let before = bench.records.count
    try bench.read("2026-11-21T08:12:00+08:00", "0.05")
    try bench.mark("2026-11-21T08:35:00+08:00")
    #expect(bench.records.count == before + 1)
    #expect(bench.records.last?.revision == 1)
    #expect(bench.records.last?.cause?.reason == .late)
    #expect(try Bench.sum("energy_kwh", bench.bodies(.energyInterval)).description == "0.575")
    #expect(bench.used == 6)
    try fits(bench)
  }

  @Test func anAmountBeyondTheLimitIsSetAside() throws {
    var bench = try bench([signal(.delta(.waterVolume), "water", resolution: -3, maximumRate: "6")])
    try bench.read("2026-11-21T08:05:00Z", "0.5")
    // 6 m³/h × 5 min × 1.2 = 0.6 m³, and one digit more.
    try bench.read("2026-11-21T08:10:00Z", "0.601")
    try bench.read("2026-11-21T08:15:00Z", "1.7")
    try bench.mark("2026-11-21T08:17:00Z")
    #expect(try amounts(bench, "water-volume") == ["1.101"])
    #expect(bench.quarantined.map(\.reason) == [.implausible])
    let finding = try #require(bench.findings.first)
    #expect(finding.rule == "counter-implausible")
    #expect(finding.summary.contains("water sent the amount 1.700"))
    #expect(finding.advice.contains("maximum-rate"))
    #expect(bench.used == 2)
  }

  @Test func countsOfOneQuantityAddUpAndOthersStandBesideTheEnergy() throws {
    var bench = try bench([
      signal(.register(.activeEnergyImport), "energy", resolution: -2),
      signal(.delta(.productionCount), "good", resolution: 0), signal(.delta(.productionCount), "more", resolution: 0),
      signal(.register(.operatingTime), "hours", resolution: -1),
    ])
    for (time, energy, hours) in [("08:00", "10.00", "7.0"), ("08:15", "12.50", "7.2"), ("08:30", "13.00", "7.2")] {
      try bench.read("2026-11-21T\(time):00Z", energy)
      try bench.read("2026-11-21T\(time):00Z", hours, signal: 3)
    }
    for minute in 1...30 {
      try bench.read("2026-11-21T08:\(minute < 10 ? "0" : "")\(minute):30Z", "2", signal: 1)
      if minute % 2 == 0 { try bench.read("2026-11-21T08:\(minute < 10 ? "0" : "")\(minute):45Z", "1", signal: 2) }
    }
    try bench.mark("2026-11-22T00:05:00Z")
    let first = try #require(try bench.bodies(.energyInterval).first)
    #expect(first["energy_kwh"]?.stringValue == "2.50")
    #expect(first["amounts"]?["operating-time"]?["value"]?.stringValue == "0.2")
    #expect(first["amounts"]?["production-count"]?["value"]?.stringValue == "35")
    let day = try #require(try bench.bodies(.energyDay).first)
    #expect(day["amounts"]?["production-count"]?["value"]?.stringValue == "75")
    #expect(day["amounts"]?["operating-time"]?["unit"]?.stringValue == "h")
    try fits(bench)
  }

  /// Against a simple model: the sum of a window is the sum of what lies in it, in whatever order it arrives.
  @Test(arguments: 0..<20)
  func anyOrderGivesTheSame(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let start = Timestamp(seconds: 1_793_404_800)
    var amounts: [(time: Timestamp, value: Int64)] = []
    var time = start
    for _ in 0..<120 {
      let isSilent = Int.random(in: 0..<15, using: &random) == 0
      time = time + .seconds(Int64.random(in: isSilent ? 2000...9000 : 30...300, using: &random))
      if Int.random(in: 0..<4, using: &random) == 0 {
        time = Timestamp(seconds: (time.nanoseconds / 300_000_000_000) * 300 + 300)
      }
      amounts.append((time, Int64.random(in: 0...5000, using: &random)))
    }
    var model: [Timestamp: Int64] = [:]
    for amount in amounts {
      model[Timestamp(nanoseconds: amount.time.nanoseconds - 1).windowStart(.minutes(15)), default: 0] += amount.value
    }
    var texts: [[String]] = []
    for order in 0..<3 {
      var bench = try bench([
        signal(.delta(.waterVolume), "water", resolution: -3),
        signal(.register(.waterVolume), "sum", resolution: -3),
      ])
      let arriving =
        order == 0
        ? amounts
        : amounts.enumerated().map { ($0.offset + Int.random(in: 0...(order * 40), using: &random), $0.element) }
          .sorted { $0.0 < $1.0 }.map(\.1)
      var newest = Timestamp.distantPast
      for (index, amount) in arriving.enumerated() {
        newest = max(newest, amount.time)
        try bench.read(amount.time, ScaledInteger(amount.value, exponent: -3))
        if index % 3 == 0 { try bench.mark(newest) }
        if index % 37 == 36 { try bench.restart() }
      }
      try bench.mark(time + .hours(2))
      for body in try bench.bodies(.energyInterval) {
        let at = try EnergyTests.time(try #require(body["start"]?.stringValue))
        let value = body["readings"]?["water"]?["delta"]?.stringValue
        if let expected = model[at] {
          #expect(value == ScaledInteger(expected, exponent: -3).description)
        } else {
          #expect(value == nil || value == "0.000")
        }
      }
      #expect(bench.used + bench.setAside == bench.accepted)
      texts.append(bench.texts(.energyInterval))
    }
    #expect(texts[0] == texts[1] && texts[1] == texts[2])
  }
}
