import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// The figures are a function of the readings, not of the order and the time of their arrival; and energy is never
/// negative and never invented.
@Suite struct ArrivalOrderTests {
  /// A meter with everything that goes wrong with meters.
  struct Plant {
    enum Kind: CaseIterable {
      /// Nothing happens.
      case calm
      /// Resets, glitches, dips, spikes and silences at a high level.
      case troubled
      /// The same without resets, with a register that rolls over.
      case rolling
      /// The same as `troubled` at a level that the register could count up to in a quarter.
      case small
    }

    var readings: [(time: Timestamp, value: Int64)] = []
    /// What really flowed between the first and the last reading, in hundredths of kWh.
    var total: Int64 = 0
    /// Nothing happened that the readings alone cannot tell (a reset hides what was counted just before).
    var isExact = true

    static let start = Timestamp(seconds: 1_793_404_800)  // 2026-10-31T00:00:00Z, before a month's end

    static let count = 200

    /// - Parameter aligned: readings stand on whole five minutes, so that many stand on a window's boundary.
    init(_ kind: Kind, seed: UInt64, aligned: Bool) {
      let trouble = kind != .calm
      let modulus = kind.modulus
      var random = SplitMix64(seed: seed)
      var register = modulus.map { $0 - 5000 } ?? (kind == .small ? 1500 : 1_000_000)
      var time = Self.start + .seconds(aligned ? 900 : Int64.random(in: 0..<1800, using: &random))
      var glitches = 0
      for index in 0..<Self.count {
        // 700 kW at most: 19.4 hundredths a second.
        var seconds = Int64.random(in: 200...400, using: &random)
        if trouble, Int.random(in: 0..<40, using: &random) == 0 { seconds = .random(in: 1200...20_000, using: &random) }
        if aligned { seconds = (seconds + 299) / 300 * 300 }
        let counted = index > 0 ? Int64.random(in: 0...(seconds * 15), using: &random) : 0
        if index > 0 {
          time = time + .seconds(seconds)
          register += counted
          total += counted
          if let modulus, register >= modulus { register -= modulus }
        }
        var shown = register
        if trouble, index > 2, index < Self.count - 10 {
          switch Int.random(in: 0..<60, using: &random) {
          case 0:  // The meter restarts at zero; what it counted between the last reading and that is lost with it.
            if modulus == nil {
              register = Int64.random(in: 0...counted, using: &random)
              shown = register
              isExact = false
            }
          case 1: glitches = Int.random(in: 1...4, using: &random)
          case 2: shown = max(0, register - Int64.random(in: 1...30, using: &random))
          case 3: shown = register + 40_000_000
          default: break
          }
        }
        if glitches > 0, index < Self.count - 10 {
          glitches -= 1
          shown = 0
        }
        readings.append((time, shown))
      }
    }
  }

  /// Runs the readings in the given order; a mark after each with a clock that follows the newest time.
  private func run(
    _ readings: [(time: Timestamp, value: Int64)], _ plant: Plant, _ kind: Plant.Kind, markEvery: Int = 1,
    restartEvery: Int = .max,
    end: Timestamp
  ) throws -> Bench {
    var bench = try Bench(
      zone: "Europe/Berlin", modulus: kind.modulus.map { ScaledInteger($0, exponent: -2).description },
      expected: .minutes(7), registers: 2)
    var newest = Timestamp.distantPast
    for (index, reading) in readings.enumerated() {
      // The clock goes on through a silence.
      newest = max(newest, reading.time)
      if index % markEvery == 0 { try bench.mark(newest) }
      try bench.read(reading.time, ScaledInteger(reading.value, exponent: -2))
      // The second register begins later than the first one.
      if reading.time >= plant.readings[3].time {
        try bench.read(reading.time, ScaledInteger(reading.value, exponent: -2), signal: 1)
      }
      // A device repeats itself now and then.
      if index % 17 == 3 { try bench.read(reading.time, ScaledInteger(reading.value, exponent: -2)) }
      if index % markEvery == 0 { try bench.mark(newest) }
      if index % restartEvery == restartEvery - 1 { try bench.restart() }
    }
    try bench.mark(end)
    return bench
  }

  private func check(_ bench: Bench, _ plant: Plant, _ comment: Comment) throws {
    let bodies = try bench.bodies(.energyInterval)
    var sum: Int64 = 0
    for body in bodies {
      guard body["energy_kwh"] != .null else { continue }
      let value = try decimal(body["energy_kwh"]).mantissa
      #expect(value >= 0, comment)
      sum += value
    }
    #expect(sum <= plant.total, comment)
    if plant.isExact { #expect(sum == plant.total, comment) }
    for (earlier, later) in zip(bodies, bodies.dropFirst()) { #expect(earlier["end"] == later["start"], comment) }
    #expect(bench.used + bench.setAside == bench.accepted, comment)
    let days = try Bench.sum("energy_kwh", bench.bodies(.energyDay))
    #expect(days.mantissa <= sum, comment)
  }

  @Test(arguments: Plant.Kind.allCases)
  func anyOrderGivesTheSameRecords(_ kind: Plant.Kind) throws {
    for seed in UInt64(1)...6 {
      let comment: Comment = "seed \(seed)"
      let plant = Plant(kind, seed: seed, aligned: seed % 2 == 0)
      let last = try #require(plant.readings.last)
      let end = last.time + .days(1)
      let reference = try run(plant.readings, plant, kind, end: end)
      try check(reference, plant, comment)
      var random = SplitMix64(seed: seed &+ 1000)
      for variant in 0..<5 {
        var order = plant.readings
        switch variant {
        case 0: order.shuffle(using: &random)
        case 1:  // Neighbours change places, within open windows mostly.
          for index in order.indices.dropLast() where Bool.random(using: &random) { order.swapAt(index, index + 1) }
        case 2: order.reverse()
        case 3:  // A tenth comes at the end.
          let late = order.indices.filter { _ in Int.random(in: 0..<10, using: &random) == 0 }
          order = order.indices.filter { !late.contains($0) }.map { order[$0] } + late.map { order[$0] }
        default:  // A stretch comes late, and piece by piece.
          let from = Int.random(in: 0..<100, using: &random)
          let stretch = order[from..<from + 60]
          order.removeSubrange(from..<from + 60)
          order.insert(contentsOf: stretch.shuffled(using: &random), at: min(order.count, from + 90))
        }
        let bench = try run(
          order, plant, kind, markEvery: variant == 1 ? 1 : 13, restartEvery: variant == 1 ? 7 : 50,
          end: end)
        for record in [RecordKind.energyInterval, .energyDay, .energyMonth] {
          let expected = reference.texts(record)
          let found = bench.texts(record)
          #expect(found.count == expected.count, "seed \(seed) variant \(variant) \(record)")
          if let place = zip(found, expected).enumerated().first(where: { $0.element.0 != $0.element.1 }) {
            Issue.record("seed \(seed) variant \(variant): \(place.element.0)\nexpected \(place.element.1)")
            return
          }
        }
        try check(bench, plant, "seed \(seed) variant \(variant)")
      }
    }
  }
}

extension ArrivalOrderTests.Plant.Kind {
  /// In hundredths.
  var modulus: Int64? { self == .rolling ? 100_000_000 : nil }
}
