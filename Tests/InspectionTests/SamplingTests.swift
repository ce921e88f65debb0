import Foundation
import Inspection
import Telemetry
import Templates
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct SamplingTests {
  private func table() throws -> SamplingTable {
    // Tests/InspectionTests/SamplingTests.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    return try SamplingTableFile.load(package + "/Config/sampling/iso2859-1.yaml")
  }

  @Test func lookups() throws {
    let table = try table()
    let vector = try QualityVector("aql-lookups")
    let cases = try #require(vector.inputs["cases"]?.arrayValue)
    for (question, answer) in zip(cases, try #require(vector.expected["plans"]?.arrayValue)) {
      let plan = try table.plan(
        lot: Int(try #require(question["lot"]?.doubleValue)), limit: try #require(question["aql"]?.stringValue),
        level: try #require(question["level"]?.stringValue.flatMap { SamplingTable.Level(rawValue: $0) }))
      #expect(
        plan.codeLetter == answer["code_letter"]?.stringValue && plan.planLetter == answer["plan_letter"]?.stringValue)
      #expect(
        plan.size == answer["n"]?.doubleValue.map { Int($0) }
          && plan.accept == answer["ac"]?.doubleValue.map { Int($0) })
      #expect(plan.reject == answer["re"]?.doubleValue.map { Int($0) } && !plan.isWhole)
    }
  }

  @Test func letters() throws {
    let table = try table()
    let vector = try QualityVector("aql-code-letters")
    #expect(
      try QualityVector.integers(vector.inputs["lots"]).map { table.letter(lot: $0, level: .two) }
        == (try QualityVector.words(vector.expected["letters"])))
  }

  @Test func switching() throws {
    let rules = try table().switching
    let vector = try QualityVector("aql-switching")
    for (input, output) in [("lots_accepted", "state_after"), ("lots_accepted_2", "state_after_2")] {
      var state = SamplingSwitch()
      let lots = try #require(vector.inputs[input]?.arrayValue).map { $0 == true }
      let states = lots.map { state.add(.init(accepted: $0), rules).rawValue }
      #expect(states == (try QualityVector.words(vector.expected[output])))
    }
  }

  @Test("the shipped table is the reference, cell by cell")
  func shipped() throws {
    let table = try table()
    let rows = try String(decoding: ReferenceData.bytes("rules/tables/aql-iso2859-1.yaml"), as: UTF8.self)
      .split(separator: "\n").filter { $0.contains("plans: [") }
    #expect(rows.count == table.letters.count && rows.count == 16)
    for (row, letter) in zip(rows, table.letters) {
      let cells = letter.cells.map(\.text)
      #expect(row.contains("letter: \"\(letter.letter)\", n: \(letter.size), "))
      #expect(row.contains("[" + cells.map { "\"\($0)\"" }.joined(separator: ", ") + "]"))
    }
  }

  @Test("small lots are inspected whole, and what the table does not have is refused")
  func edges() throws {
    let table = try table()
    let whole = try table.plan(lot: 10, limit: "0.65")
    #expect(whole.isWhole && whole.size == 10 && whole.accepts(defectives: 0) && !whole.accepts(defectives: 1))
    #expect(throws: SamplingTable.Refusal.noLot(1, smallest: 2)) { try table.plan(lot: 1, limit: "1.0") }
    #expect(throws: SamplingTable.Refusal.noLimit("3", known: table.limits)) { try table.plan(lot: 100, limit: "3") }
    #expect(try table.plan(lot: 1000, limit: "1") == table.plan(lot: 1000, limit: "1.0"))
    for lot in [2, 10, 100, 1000, 100_000, 1_000_000] {
      for limit in table.limits {
        for level in SamplingTable.Level.allCases {
          let plan = try table.plan(lot: lot, limit: limit, level: level)
          #expect(plan.size <= lot && plan.accept < plan.reject)
        }
      }
    }
  }

  @Test("there are no plans for tightened or reduced inspection, and none is made up")
  func severities() throws {
    let table = try table()
    for severity in [SamplingTable.Severity.tightened, .reduced] {
      #expect(throws: SamplingTable.Refusal.noTable(severity)) {
        try table.plan(lot: 1000, limit: "1.0", severity: severity)
      }
    }
    var own = table
    own.tightened = table.letters
    #expect(try own.plan(lot: 500, limit: "0.65", severity: .tightened) == table.plan(lot: 500, limit: "0.65"))
  }

  @Test("the score leads to reduced inspection, one refused lot back, and only where it is allowed")
  func reduced() throws {
    let rules = try table().switching
    #expect(rules.reduce?.score == 30 && rules.reduce?.tighter == 3 && rules.reduce?.small == 2)
    let good = SamplingSwitch.Result(accepted: true, accept: 2, tighterAccepts: true)
    let small = SamplingSwitch.Result(accepted: true, accept: 1)
    let barely = SamplingSwitch.Result(accepted: true, accept: 3)
    let bad = SamplingSwitch.Result(accepted: false, accept: 2)
    for (lots, state) in [
      (Array(repeating: good, count: 10), SamplingSwitch.State.reduced), (Array(repeating: good, count: 9), .normal),
      (Array(repeating: small, count: 15), .reduced), (Array(repeating: small, count: 14), .normal),
      (Array(repeating: good, count: 9) + [barely, good], .normal),
      (Array(repeating: good, count: 9) + [bad] + Array(repeating: good, count: 9), .normal),
      (Array(repeating: good, count: 10) + [bad], .normal),
    ] {
      var allowed = SamplingSwitch()
      var forbidden = SamplingSwitch()
      for lot in lots {
        allowed.add(lot, rules, reduces: true)
        forbidden.add(lot, rules)
      }
      #expect(allowed.state == state && forbidden.state == .normal)
    }
  }

  @Test("a person has it resumed, tightened at first")
  func resume() throws {
    let rules = try table().switching
    var state = SamplingSwitch()
    for _ in 0..<9 { state.add(.init(accepted: false), rules) }
    #expect(state.state == .discontinued)
    state.resume()
    #expect(state.state == .tightened)
    for _ in 0..<5 { state.add(.init(accepted: true), rules) }
    #expect(state.state == .normal)
    state.resume()
    #expect(state.state == .normal)
  }
}
