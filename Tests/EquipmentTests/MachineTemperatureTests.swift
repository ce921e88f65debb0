import Equipment
import Foundation
import Telemetry
import TestSupport
import Testing

/// The public series of a machine's temperature with four labelled failures: the model knows nothing of the labels and
/// has the settings of every machine.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct MachineTemperatureTests {
  static let windows = [2126...2692, 3703...4269, 16057...16623, 19232...19798]

  @Test func theScoringFunction() throws {
    let vector = try MaintenanceVectors.vector("score-nab-sigmoid")
    for (y, score) in zip(
      try MaintenanceVectors.numbers(vector["inputs"]?["y"]),
      try MaintenanceVectors.numbers(vector["expected"]?["score"]))
    {
      #expect(abs(NABScore.sigmoid(y) - score) < 1e-5)
    }
    let score = NABScore(windows: Self.windows, rows: 22695)
    #expect(score.probation == 750)
    for name in ["nab-score-2126", "nab-score-2300-2800", "nab-score-500-1500-3983-19515"] {
      let vector = try MaintenanceVectors.vector(name)
      let rows = try MaintenanceVectors.numbers(vector["inputs"]?["detections_row_index"]).map { Int($0) }
      let result = score.score(rows)
      for (mine, expected) in zip(result.windows, try MaintenanceVectors.numbers(vector["expected"]?["window_scores"]))
      {
        #expect(abs(mine - expected) < 1e-6, "\(name)")
      }
      #expect(
        abs(result.falsePositives - (try MaintenanceVectors.number(vector["expected"]?["false_positive_sum"]))) < 1e-6)
      #expect(abs(result.raw - (try MaintenanceVectors.number(vector["expected"]?["raw_score"]))) < 1e-6, "\(name)")
    }
  }

  static func rows() throws -> [(time: Timestamp, value: Double)] {
    let text = String(decoding: try ReferenceData.bytes("data/machine_temperature_system_failure.csv"), as: UTF8.self)
    return try text.split(separator: "\n").dropFirst().map { line in
      let parts = line.split(separator: ",")
      let time = try #require(Timestamp(rfc3339: parts[0].replacing(" ", with: "T") + "Z"))
      return (time, try #require(Double(parts[1])))
    }
  }

  @Test func structureOfTheFile() throws {
    let rows = try Self.rows()
    #expect(rows.count == 22695)
    #expect(Set(rows.map(\.time)).count == 22695 - 12)
    let back = rows.indices.dropFirst().filter { rows[$0].time < rows[$0 - 1].time }
    #expect(back == [10149])
    let expected = try MaintenanceVectors.vector("nab-low-temperature-runs")["expected"]
    #expect(Double(rows.count { $0.value < 40 }) == (try MaintenanceVectors.number(expected?["rows_below"])))
    let low = rows.indices.filter { rows[$0].value < 40 && (($0 == 0) || rows[$0 - 1].value >= 40) }
    #expect(low.count == expected?["runs"]?.arrayValue?.count)
  }

  @Test func allFourFailuresAndAtMostTwoFalseAlarms() throws {
    let profile = MachineProfile(asset: "m", template: "t", signals: [.init(name: "temperature", unit: "°C")])
    var model = MachineModel(profile: profile, interval: .minutes(5))
    var detections: [Int] = []
    var isOpen = false
    var falseAlarms = 0
    for (row, reading) in try Self.rows().enumerated() {
      let frame = ConditionFrame(
        start: reading.time, end: reading.time + .minutes(1), run: .unknown, values: [(reading.value - 32) / 1.8])
      guard let deviation = model.add(frame) else { continue }
      if deviation.score >= 1, !isOpen {
        isOpen = true
        detections.append(row)
        if row >= 750, !Self.windows.contains(where: { $0.contains(row) }) { falseAlarms += 1 }
      } else if deviation.score < 0.6 {
        isOpen = false
      }
    }
    let score = NABScore(windows: Self.windows, rows: 22695).score(detections)
    #expect(score.windows.allSatisfy { $0 > 0 }, "\(detections)")
    #expect(falseAlarms <= 2, "\(detections)")
    #expect(model.evidence.state == .watching)
  }
}
