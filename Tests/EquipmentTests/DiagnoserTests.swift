import Equipment
import Foundation
import Telemetry
import Templates
import Testing

@Suite struct DiagnoserTests {
  private static let devices = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Devices").path

  private static let pump = MachineProfile(
    asset: "p1", template: "pump",
    signals: [
      ("velocity-horizontal", "mm/s"), ("velocity-vertical", "mm/s"), ("velocity-axial", "mm/s"), ("acceleration", "g"),
      ("envelope", "g"), ("kurtosis", "1"), ("current", "A"), ("active-power", "kW"), ("winding-temperature", "°C"),
      ("bearing-temperature-de", "°C"), ("bearing-temperature-nde", "°C"), ("suction-pressure", "bar"),
      ("discharge-pressure", "bar"), ("flow", "m³/h"),
    ].map { MachineProfile.Measured(name: $0.0, unit: $0.1) })

  private func diagnoser() throws -> Diagnoser {
    let model = try #require(try FaultModelLibrary.load("centrifugal-pump", devices: [Self.devices]))
    return Diagnoser(profile: Self.pump, model: model)
  }

  private func deviation(_ z: [String: Double]) -> Deviation {
    Deviation(
      time: Timestamp(seconds: 0), score: 2,
      contributions: Self.pump.signals.indices.map { index in
        Deviation.Contribution(
          signal: index, z: z[Self.pump.signals[index].name] ?? 0.3, value: 2, expected: 1)
      }, evidence: Evidence(state: .watching, hours: 200, needed: 72, regimes: 2))
  }

  @Test func theWordsOfRolesAreThoseOfTemplates() {
    #expect(FaultModel.roles == MeasuredRole.allWords)
  }

  @Test(
    "a textbook pattern leads to its fault",
    arguments: [
      ("imbalance", ["velocity-horizontal": 25, "velocity-vertical": 18, "velocity-axial": 3]),
      (
        "misalignment",
        ["velocity-horizontal": 11, "velocity-vertical": 9, "velocity-axial": 28, "bearing-temperature-de": 8]
      ),
      ("bearing-wear", ["acceleration": 18, "envelope": 30, "kurtosis": 20, "velocity-horizontal": 2]),
      ("lubrication-loss", ["acceleration": 16, "envelope": 8, "bearing-temperature-de": 25]),
      (
        "cavitation",
        ["suction-pressure": -9, "discharge-pressure": -6, "flow": -6, "acceleration": 15, "velocity-horizontal": 4]
      ),
      ("clogging", ["flow": -18, "discharge-pressure": 12, "active-power": -5, "current": -4]),
      ("winding-overheating", ["winding-temperature": 30, "current": 9, "bearing-temperature-de": 3]),
      ("cooling-fouling", ["winding-temperature": 20, "bearing-temperature-de": 11, "bearing-temperature-nde": 14]),
    ] as [(String, [String: Double])])
  func patterns(fault: String, z: [String: Double]) throws {
    let ranked = try diagnoser().diagnose(deviation(z))
    let first = try #require(ranked.first)
    #expect(first.id == fault, "\(ranked.prefix(3).map { "\($0.id) \($0.score)" })")
    #expect(first.score > 0.6 && first.score <= 1 && first.origin == .device && first.fault != nil)
    #expect(!first.supporting.isEmpty && first.name.chinese != first.name.english)
    for (one, next) in zip(ranked, ranked.dropFirst()) { #expect(one.score >= next.score) }
  }

  @Test func aSignalAgainstAllOthersIsItsSensor() throws {
    let ranked = try diagnoser().diagnose(deviation(["bearing-temperature-nde": 60]))
    #expect(ranked.first?.id == RankedFault.sensorID && ranked.first?.origin == .sensor)
    #expect(ranked.first?.supporting.map(\.signal) == [10])
  }

  @Test func whatAnotherReadingExplainsAltogetherIsThatSensor() throws {
    let diagnoser = try diagnoser()
    var seen = deviation([
      "winding-temperature": 20, "bearing-temperature-de": 11, "bearing-temperature-nde": 14, "active-power": -9,
    ])
    #expect(diagnoser.diagnose(seen).first?.id == "cooling-fouling")
    seen.suspects = [.init(signal: 7, value: 40, implied: 48, size: -20, share: 0.97)]
    let first = try #require(diagnoser.diagnose(seen).first)
    #expect(first.id == RankedFault.sensorID && first.supporting.map(\.signal) == [7])
    #expect(first.supporting.first?.expected == 48)
  }

  @Test func onlyWhatShouldAnswerSpeaksForTheFault() throws {
    let seen = deviation(["winding-temperature": 15, "flow": -2.7, "discharge-pressure": 2.7])
    #expect(try diagnoser().diagnose(seen).first?.id == RankedFault.sensorID)
  }

  @Test func aSensorThatWasSeenToFailIsBelievedLess() throws {
    let diagnoser = try diagnoser()
    let seen = deviation(["winding-temperature": 10, "bearing-temperature-de": 3])
    let index = try #require(Self.pump.signals.firstIndex { $0.name == "winding-temperature" })
    #expect(diagnoser.diagnose(seen).first?.id != RankedFault.sensorID)
    #expect(diagnoser.diagnose(seen, doubted: [index]).first?.id == RankedFault.sensorID)
  }

  @Test func whatNoOtherSignalAnswersToIsRatherTheSensor() throws {
    let diagnoser = try diagnoser()
    for z in [6.0, 15, 40, -40] {
      let alone = diagnoser.diagnose(deviation(["winding-temperature": z]))
      #expect(alone.first?.id == RankedFault.sensorID, "\(z)")
      #expect(alone.contains { $0.id == "winding-overheating" } == (z > 0), "what else it may be stands behind it")
    }
    let answered = diagnoser.diagnose(deviation(["winding-temperature": 15, "bearing-temperature-de": 5]))
    #expect(answered.first?.id == "winding-overheating")
  }

  @Test func loosenessShakesUpAndDownImbalanceAllAround() throws {
    let diagnoser = try diagnoser()
    let loose = ["velocity-vertical": 14.0, "velocity-horizontal": 4, "velocity-axial": 3.5, "kurtosis": 3]
    #expect(diagnoser.diagnose(deviation(loose)).first?.id == "looseness")
    let unbalanced = ["velocity-vertical": 12.0, "velocity-horizontal": 14, "velocity-axial": 4]
    #expect(diagnoser.diagnose(deviation(unbalanced)).first?.id == "imbalance")
  }

  @Test func moreWorkIsNoFault() throws {
    let ranked = try diagnoser().diagnose(
      deviation(["active-power": 12, "current": 11, "winding-temperature": 5, "flow": 4]))
    #expect(ranked.first?.id == RankedFault.loadID && ranked.first?.fault == nil)
  }

  @Test func noDeviationHasNoFault() throws {
    #expect(try diagnoser().diagnose(deviation([:])).isEmpty)
  }
}
