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

  @Test func theDataSetIsJudgedByPhysics() throws {
    let site = try Self.site()
    let model = try #require(site.faultModels.first)
    let evaluator = try #require(LimitEvaluator(model: model, signals: site.assets[0].signals))
    #expect(evaluator.limited.count == 4)
    var scores: [String: DetectionScore] = [:]
    var overall = DetectionScore()
    var life = DetectionScore()
    let rows = try MachiningTable.rows()
    #expect(rows.count == 10_000)
    for row in rows {
      // In the order of the template: product class (its position), air, process, speed, torque, wear.
      let product = try #require(["L", "M", "H"].firstIndex(of: row.product))
      let values = try [Double(product)] + row.measured.map { try #require(Double($0)) }
      var any = false
      for limited in evaluator.limited {
        let id = model.faults[limited.fault].id
        guard let present = evaluator.isPresent(limited, value: { values[$0] }) else {
          Issue.record("nothing can be said of \(id)")
          continue
        }
        let label = ["heat-dissipation": "HDF", "power-failure": "PWF", "overstrain": "OSF", "tool-life": "TWF"][id]
        let truth = row.labels[label ?? ""] ?? false
        if id == "tool-life" {
          life.add(present, truth)
        } else {
          scores[id, default: DetectionScore()].add(present, truth)
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
