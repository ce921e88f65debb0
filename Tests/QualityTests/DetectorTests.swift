import RuleBench
import Telemetry
import Templates
import Testing

@testable import Quality

/// Each detector with sound, with noisy and with faulty data.
@Suite struct DetectorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var opens: [String]
    var shape: @Sendable (Double, inout Noise) -> Double?
    var testDescription: String { name }

    init(_ name: String, opens: [String] = [], _ shape: @escaping @Sendable (Double, inout Noise) -> Double?) {
      self.name = name
      self.opens = opens
      self.shape = shape
    }
  }

  /// It knows what is usual after so many hours, and what a week is like after seven times as many.
  private static func learning(_ hours: Int64) -> QualitySettings {
    var settings = QualitySettings.standard
    settings.set(.learn, .time(.hours(hours)))
    return settings
  }

  private static func fault(_ hour: Double, from: Double = 30, to: Double = 33) -> Bool { from <= hour && hour < to }

  static let sound: [Case] = [
    Case("a temperature with noise", Series.sound),
    Case("much noise") { hour, noise in 50 + 15 * noise.normal() },
    Case("rounded to a tenth") { hour, noise in Series.rounded(Series.sound(hour, &noise), to: 0.1) },
    Case("rounded coarsely: it keeps a value for long") { hour, noise in
      Series.rounded(20 + 3 * (hour / 24 - 0.5).magnitude + 0.02 * noise.normal(), to: 0.5)
    },
    Case("a machine that works and rests") { hour, noise in
      Int(hour * 1.3) % 3 == 0 ? 0.02 * noise.normal().magnitude : 42 + 2 * noise.normal()
    },
    Case("a machine that is off at night and shows exactly 0") { hour, noise in
      hour.truncatingRemainder(dividingBy: 24) < 8 ? 0 : 42 + 2 * noise.normal()
    },
    Case("the vibration of a machine that pauses by day and stands still at night") { hour, noise in
      let works = hour.truncatingRemainder(dividingBy: 24) >= 6 && Int(hour * 17) % 2 == 0
      return works ? Series.rounded(1.1 + 0.08 * noise.normal(), to: 0.001) : 0.1
    },
    Case("a compressor that loads and unloads every minute") { hour, noise in
      (Int(hour * 60) % 2 == 0 ? 30 : 55) + noise.normal()
    },
    Case("a set point that a person changes twice a day") { hour, _ in hour < 9 ? 180 : hour < 30 ? 185 : 182 },
    Case("a signal that is always the same") { _, _ in 1 },
    Case("a drift") { hour, noise in 40 + hour + 0.2 * noise.normal() },
    Case("a step to another level") { hour, noise in (hour < 40 ? 40 : 61) + 0.3 * noise.normal() },
    Case("a furnace that is heated up") { hour, noise in
      min(850, 20 + max(0, hour - 30) * 300) + noise.normal()
    },
  ]

  static let faulty: [Case] = [
    Case("stuck", opens: ["0 stuck-value"]) { hour, noise in
      let value = Series.sound(hour, &noise)
      return fault(hour) ? 53.25 : value
    },
    Case("flat", opens: ["0 flat-line"]) { hour, noise in
      let value = Series.sound(hour, &noise)
      return fault(hour) ? 53 + 0.0005 * noise.normal() : value
    },
    Case("spikes", opens: ["0 spike"]) { hour, noise in
      let value = Series.sound(hour, &noise)
      return fault(hour, to: 30.3) && Int((hour * 360).rounded()) % 9 == 0 ? value + 60 : value
    },
    Case("restless", opens: ["0 noise-change"]) { hour, noise in
      let value = Series.sound(hour, &noise)
      return fault(hour) ? value + 4 * noise.normal() : value
    },
    Case("×1000", opens: ["0 unit-change"]) { hour, noise in
      Series.sound(hour, &noise) * (fault(hour) ? 1000 : 1)
    },
    Case("°F instead of °C", opens: ["0 unit-change"]) { hour, noise in
      let value = Series.sound(hour, &noise)
      return fault(hour) ? value * 1.8 + 32 : value
    },
    Case("K instead of °C", opens: ["0 unit-change"]) { hour, noise in
      Series.sound(hour, &noise) + (fault(hour) ? 273.15 : 0)
    },
  ]

  @Test(arguments: sound) func soundDataGivesNothing(_ entry: Case) {
    for seed in UInt64(1)...3 {
      let readings = Series.make(hours: 132, seed: seed, shape: entry.shape)
      let found = transitions(readings, signals: [Sites.gauge("temperature")], settings: Self.learning(12))
      #expect(found.opened == [], "seed \(seed)")
    }
  }

  @Test(arguments: faulty) func faultyDataGivesItsFinding(_ entry: Case) throws {
    for seed in UInt64(1)...3 {
      let readings = Series.make(hours: 48, seed: seed, shape: entry.shape)
      let found = transitions(readings, signals: [Sites.gauge("temperature")], settings: Self.learning(4))
      #expect(found.opened == entry.opens, "seed \(seed)")
      let opened = try #require(found.first { $0.kind == .opened })
      let closed = try #require(found.last { $0.kind == .closed })
      #expect(Series.at(30 * 3600) <= opened.time && opened.time < Series.at(31.1 * 3600))
      #expect(closed.time < Series.at(36 * 3600))
    }
  }

  @Test func offSwitchesADetectorOff() {
    var settings = QualitySettings.standard
    settings.off = [.stuckValue]
    let readings = Series.make(hours: 48, shape: Self.faulty[0].shape)
    #expect(transitions(readings, signals: [Sites.gauge("temperature")], settings: settings).opened == [])
    var signal = Sites.gauge("temperature")
    signal.quality.off = Set(QualityReason.allCases)
    #expect(transitions(readings, signals: [signal]).opened == [])
  }

  // MARK: With a threshold of the signal's own

  @Test func rateOfChange() {
    var signal = Sites.gauge("temperature")
    signal.quality.maximumRate = RateLimit(amount: ScaledInteger(30), per: .minute)
    let sound = Series.make(hours: 5, shape: Series.sound)
    #expect(transitions(sound, signals: [signal]).isEmpty)
    let faulty = Series.make(hours: 5) { hour, noise in
      Series.sound(hour, &noise) + (hour > 2 && Int((hour * 360).rounded()) % 30 < 15 ? 8 : 0)
    }
    let found = transitions(faulty, signals: [signal])
    #expect(found.opened == ["0 rate-of-change"])
    #expect(found.of(.rateOfChange, .doubted).count == 72)
  }

  @Test func siblings() {
    var signals = ["a", "b", "c"].map { Sites.gauge($0) }
    for index in signals.indices {
      signals[index].quality.siblings = ["a", "b", "c"].filter { $0 != signals[index].name }
      signals[index].quality.siblingTolerance = ScaledInteger(2)
    }
    func readings(_ offset: Double) -> [Reading] {
      (0..<3).flatMap { signal in
        Series.make(hours: 5, seed: UInt64(signal) + 1, signal: signal) { hour, noise in
          Series.sound(hour, &noise) + (signal == 1 && Self.fault(hour, from: 2, to: 3) ? offset : 0)
        }
      }
    }
    #expect(transitions(readings(0), signals: signals).opened == [])
    #expect(transitions(readings(1), signals: signals).opened == [])
    // Of three the one is wrong that differs from the middle of the others.
    let found = transitions(readings(6), signals: signals)
    #expect(found.opened == ["1 sibling-disagreement"])
    #expect(found.of(.siblingDisagreement, .closed).count == 1)
  }

  // MARK: Gaps

  private func gappy(_ isThere: @escaping (Int, Double) -> Bool) -> [Transition] {
    let readings = (0..<3).flatMap { signal in
      Series.make(hours: 6, seed: UInt64(signal) + 1, signal: signal) { hour, noise in
        let value = Series.sound(hour, &noise)
        return isThere(signal, hour) ? value : nil
      }
    }
    return transitions(readings, signals: ["a", "b", "c"].map { Sites.gauge($0) })
  }

  @Test func aSignalThatIsMissingAlone() {
    let found = gappy { signal, hour in signal != 1 || !Self.fault(hour, from: 2, to: 3) }
    #expect(found.opened == ["1 gap"])
    // Five intervals are less than a minute; then the slack.
    #expect(found.of(.gap, .opened).map(\.time) == [Series.at(7200 - 10 + 60 + 10)])
    #expect(found.of(.gap, .closed).count == 1)
  }

  @Test func aDeviceThatIsSilentAsAWholeIsNotReportedHere() {
    #expect(gappy { _, hour in !Self.fault(hour, from: 2, to: 3) }.opened == [])
    #expect(gappy { signal, hour in !Self.fault(hour, from: 2, to: 3 + Double(signal) / 200) }.opened == [])
  }

  @Test func aSignalThatStaysAwayWhenTheOthersAreBack() {
    let found = gappy { signal, hour in !Self.fault(hour, from: 2, to: signal == 2 ? 3.5 : 3) }
    #expect(found.opened == ["2 gap"])
    #expect(found.of(.gap, .opened).allSatisfy { $0.time > Series.at(3 * 3600) })
  }

  // MARK: Two publishers

  @Test func twoSourcesThatTakeTurns() {
    let first = Series.make(hours: 6, shape: Series.sound)
    let second = Series.make(hours: 6, seed: 9) { hour, noise in
      hour > 3 ? 80 + 0.3 * noise.normal() : nil
    }.map { Reading(time: $0.time + .seconds(4), signal: 0, value: $0.value) }
    #expect(transitions(first + second, signals: [Sites.gauge("temperature")]).opened == ["0 duplicate-publisher"])
  }

  @Test func twoMetersOnOneTopic() {
    let register = Signal(
      name: "energy", kind: .register(.activeEnergyImport), unit: "kWh", minimum: nil, maximum: nil,
      expectedInterval: .seconds(10), modulus: nil, resolution: -2, stateWords: [:])
    var total = 1000.0
    let first = Series.make(hours: 4) { _, noise in
      total += 0.2 * noise.uniform()
      return total
    }
    #expect(transitions(first, signals: [register]).opened == [])
    let second = first.filter { $0.time > Series.at(7200) }.map {
      Reading(time: $0.time + .seconds(5), signal: 0, value: $0.value + 5000)
    }
    #expect(transitions(first + second, signals: [register]).opened == ["0 duplicate-publisher"])
  }
}
