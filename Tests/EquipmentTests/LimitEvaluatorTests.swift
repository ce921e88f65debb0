import Equipment
import Foundation
import RuleBench
import Rules
import Plant
import Telemetry
import Templates
import TestSupport
import Testing

/// The limits of the milling cell on the data set that they are from, with the rule's own evaluator; nothing is fitted.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct LimitEvaluatorTests {
  struct Row {
    var values: [Double]
    var labels: [String: Bool]
  }

  private static let devices = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Devices").path

  static func site() throws -> Site {
    try SiteLoader.load(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets: [{ id: mill-1, place: cq/hall-1, template: milling-cell, topic: t }]
        """, file: "test.yaml", devices: [devices])
  }

  /// In the order of the template: product class (its position), air, process, speed, torque, wear.
  static func rows() throws -> [Row] {
    let text = try #require(String(validating: ReferenceData.bytes("data/ai4i2020.csv"), as: UTF8.self))
    let lines = text.split(whereSeparator: \.isNewline)
    let separator: Character = lines[0].contains("\t") ? "\t" : ","
    let header = lines[0].split(separator: separator).map(String.init)
    func column(_ name: String) throws -> Int { try #require(header.firstIndex { $0.hasPrefix(name) }, "\(name)") }
    let product = try column("Type")
    let measured = try ["Air", "Process", "Rotational", "Torque", "Tool"].map(column)
    let labels = try ["Machine failure", "TWF", "HDF", "PWF", "OSF", "RNF"].map { ($0, try column($0)) }
    return try lines.dropFirst().map { line in
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      let code = try #require(["L", "M", "H"].firstIndex(of: String(fields[product])))
      return Row(
        values: try [Double(code)] + measured.map { try #require(Double(fields[$0])) },
        labels: Dictionary(uniqueKeysWithValues: labels.map { ($0.0, fields[$0.1] == "1") }))
    }
  }

  private struct Score {
    var hits = 0
    var wrong = 0
    var missed = 0
    mutating func add(_ predicted: Bool, _ truth: Bool) {
      if predicted, truth { hits += 1 }
      if predicted, !truth { wrong += 1 }
      if !predicted, truth { missed += 1 }
    }
    var recall: Double { Double(hits) / Double(hits + missed) }
    var precision: Double { Double(hits) / Double(hits + wrong) }
    var f1: Double { 2 * precision * recall / (precision + recall) }
  }

  @Test func theDataSetIsJudgedByPhysics() throws {
    let site = try Self.site()
    let model = try #require(site.faultModels.first)
    let evaluator = try #require(LimitEvaluator(model: model, signals: site.assets[0].signals))
    #expect(evaluator.limited.count == 4)
    var scores: [String: Score] = [:]
    var overall = Score()
    var life = Score()
    let rows = try Self.rows()
    #expect(rows.count == 10_000)
    for row in rows {
      var any = false
      for limited in evaluator.limited {
        let id = model.faults[limited.fault].id
        guard let present = evaluator.isPresent(limited, value: { row.values[$0] }) else {
          Issue.record("nothing can be said of \(id)")
          continue
        }
        let label = ["heat-dissipation": "HDF", "power-failure": "PWF", "overstrain": "OSF", "tool-life": "TWF"][id]
        let truth = row.labels[label ?? ""] ?? false
        if id == "tool-life" {
          life.add(present, truth)
        } else {
          scores[id, default: Score()].add(present, truth)
          any = any || present
        }
      }
      overall.add(any, row.labels["Machine failure"] ?? false)
    }
    let heat = try #require(scores["heat-dissipation"])
    let power = try #require(scores["power-failure"])
    let strain = try #require(scores["overstrain"])
    #expect((power.hits, power.wrong, power.missed) == (95, 0, 0))
    #expect((strain.hits, strain.wrong, strain.missed) == (98, 0, 0))
    #expect((heat.hits, heat.wrong, heat.missed) == (115, 15, 0))
    #expect(heat.recall == 1 && heat.precision >= 0.88)
    #expect(overall.f1 >= 0.89, "\(overall)")
    // Tools fail from 200 to 240 min, one of the 46 labels a little before: a warning, not a failure.
    #expect(life.recall >= 0.95 && life.hits >= 44, "\(life)")
  }

  @Test func aLimitWithAnUnknownInputSaysNothing() throws {
    let site = try Self.site()
    let model = try #require(site.faultModels.first)
    let evaluator = try #require(LimitEvaluator(model: model, signals: site.assets[0].signals))
    let heat = try #require(evaluator.limited.first { model.faults[$0.fault].id == "heat-dissipation" })
    let values: [Double?] = [0, 300, 305, nil, 40, 10]
    #expect(evaluator.isPresent(heat) { values[$0] } == nil)
    // One condition that is known not to hold is enough.
    let wide: [Double?] = [0, 300, 320, nil, 40, 10]
    #expect(evaluator.isPresent(heat) { wide[$0] } == false)
    #expect(LimitEvaluator(model: model, signals: []) == nil)
  }
}
