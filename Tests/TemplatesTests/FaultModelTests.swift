import Foundation
import Telemetry
import Testing

@testable import Templates

private let plant = """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  templates:
    cell:
      fault-model: cell
      signals:
        class: { kind: state, path: c, expected-interval: 1 min, states: { L: [], H: [] } }
        torque: { kind: gauge, unit: Nm, path: m, range: [0, 900], expected-interval: 1 min }
        tool-wear: { kind: gauge, unit: min, path: w, range: [0, 900], expected-interval: 1 min }
  assets:
    - { id: a, place: s/h, template: cell, topic: t }
  fault-models:
    base:
      title: { en: Cell, zh: 单元 }
      faults:
        heat: { name: Heat, cause: Dirt, provenance: product choice, symptoms: [{ role: torque, direction: up }] }
        worn:
          name: { en: Worn tool, zh: 刀具磨损 }
          cause: Use
          provenance: product choice
          symptoms: [{ role: wear, direction: up, weight: 2.5, needed: true, named: tool, unless: [new] }]
    cell:
      extends: base
      faults:
        heat: none
        strain:
          name: { en: Strain, zh: 过载 }
          origin: control-logic
          severity: critical
          when:
            - { value: tool-wear * torque, unit: min·Nm, above: { by: class, L: 11000, H: 13000 } }
            - { value: torque, outside: [3.5, 80], tolerance: 0.001 }
          cause: { en: Too much, zh: 过大 }
          checks: [{ en: Look, zh: 检查 }, Feel]
          parts: [{ en: Tool, zh: 刀具 }]
          lead-time: 2 d
          criterion: { role: torque, percent: -14, spread: 0.3 }
          provenance: product choice

  """

@Suite struct FaultModelTests {
  @Test func aModelIsReadWithWhatItExtendsAndWritten() throws {
    let site = try load(plant, devices: [])
    let model = try #require(site.faultModels.first)
    #expect(site.faultModels.map(\.name) == ["cell"])
    #expect(model.faults.map(\.id) == ["worn", "strain"] && model.title.chinese == "单元")
    let worn = model.faults[0]
    #expect(
      worn.symptoms == [
        FaultModel.Symptom(role: "wear", named: "tool", unless: ["new"], direction: .up, weight: 2.5, isNeeded: true)
      ])
    let strain = model.faults[1]
    #expect(strain.origin == .controlLogic && strain.severity == .critical && strain.leadTime == .days(2))
    #expect(strain.conditions.map(\.signals) == [["tool-wear", "torque", "class"], ["torque"]])
    #expect(strain.conditions[1].bound == .outside(3.5, 80) && strain.conditions[1].tolerance == 0.001)
    #expect(strain.criterion?.change == -0.14 && strain.criterion?.isRelative == true)
    #expect(strain.checks == [FaultModel.Words("Look", "检查"), FaultModel.Words("Feel", "Feel")])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutOneNothingIsWritten() throws {
    let site = try load(baseConfiguration)
    #expect(site.faultModels.isEmpty && !site.canonicalText.contains("\"fault-models\""))
  }

  @Test func whatChangedIsTold() throws {
    let old = try load(plant, devices: [])
    let new = try load(plant.replacing("[3.5, 80]", with: "[3.5, 90]"), devices: [])
    let lines = SiteDifference(from: old, to: new).lines
    #expect(lines.first == "fault models in use:" && lines.count == 2, "\(lines)")
  }

  /// Every template's model that is shipped, used by an asset of it.
  @Test func theShippedModelsAreReadWrittenAndFitTheirSchema() throws {
    let folder = "\(shippedTemplates)/faults"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(files.count >= 20)
    for file in files {
      let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      #expect(text.hasPrefix("# yaml-language-server: $schema=../../Config/schemas/faults.schema.json\n"), "\(file)")
      let diagnostics = Diagnostics()
      let root = try #require(YAMLDocument.parse(SourceText(file: file, text: text), diagnostics))
      #expect(ConfigurationSchema.faults.validate(ConfigurationSchemaTests.json(root)) == [], "\(file)")
      let name = String(file.dropLast(5))
      let model = try #require(try FaultModelLibrary.load(name, devices: [shippedTemplates]))
      #expect(!model.faults.isEmpty && model.title.chinese != model.title.english)
      for fault in model.faults {
        #expect(!fault.checks.isEmpty && !fault.symptoms.isEmpty || !fault.conditions.isEmpty, "\(name) \(fault.id)")
        #expect(fault.name.chinese != fault.name.english && fault.cause.chinese != fault.cause.english, "\(fault.id)")
        for check in fault.checks { #expect(check.chinese != check.english, "\(name) \(fault.id)") }
      }
    }
    for entry in try TemplateLibrary.load(devices: [shippedTemplates]).entries {
      let site = try load(
        "gateway: { id: g }\nzone: UTC\nbroker: { host: h }\nassets: [{ id: a, template: \(entry.name), topic: t }]\n",
        devices: [shippedTemplates])
      #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site, "\(entry.name)")
      // The limits of a shipped model fit the template that it is for.
      for fault in site.faultModels.flatMap(\.faults) {
        for name in fault.conditions.flatMap(\.signals) {
          #expect(site.assets[0].signals.contains { $0.name == name }, "\(entry.name) \(fault.id) \(name)")
        }
      }
    }
  }

  @Test(
    "calculations",
    arguments: [
      ("a * b * 2 * pi / 60", 2094.3951023931954), ("a - b", -100), ("b - a - a", 0), ("-(a + b) / 2", -150),
      ("a-b", nil), ("2 * (b - 1.5)", 397), ("a / (b - 200)", nil), ("a · b", 20_000), ("b − a", 100), ("8.6", 8.6),
    ] as [(String, Double?)])
  func calculations(text: String, result: Double?) throws {
    let expression = try FaultExpression(text)
    let values = ["a": 100.0, "b": 200.0]
    let found = expression.evaluate { values[expression.signals[$0]] }
    if let result { #expect(abs(try #require(found) - result) < 1e-9, "\(text)") } else { #expect(found == nil) }
  }

  @Test("what cannot be calculated", arguments: ["", "a +", "(a", "a b", "2..3", "a @ b", "a- b", ")"])
  func nonsense(text: String) {
    #expect(throws: FaultExpression.Mistake.self) { _ = try FaultExpression(text) }
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("key", "severity: critical", "§severty: critical", "unknown key \"severty\"", "\"severity\""),
      Mistake("role", "role: wear", "role: §waer", "what a signal measures", "\"wear\""),
      Mistake("direction", "role: torque, direction: up", "role: torque, direction: §upp", "a direction", "\"up\""),
      Mistake("weight", "weight: 2.5", "weight: §-1", "a number above 0", "1"),
      Mistake("origin", "origin: control-logic", "origin: §controller", "a fault origin", "Known fault origins"),
      Mistake(
        "calculation", "value: tool-wear * torque", "value: §tool-wear * (torque", "bracket is not closed", "\")\""),
      Mistake("minus", "value: tool-wear * torque", "value: §tool- wear", "not the name of a signal", "spaces round"),
      Mistake("two bounds", "outside: [3.5, 80]", "outside: [3.5, 80], §above: 7", "needs one bound, found 2", "above"),
      Mistake("band", "[3.5, 80]", "§[80, 3.5]", "a lower and an upper limit", "[3500, 9000]"),
      Mistake("no by", "{ by: class, L", "§{ L", "\"by\" is missing", "by: product-class"),
      Mistake("limit", "H: 13000", "H: §many", "the limit of H must be a number", "8.5"),
      Mistake("no Chinese", "{ en: Too much, zh: 过大 }", "§{ en: Too much }", "\"zh\" is missing", "Chinese"),
      Mistake("criterion", "percent: -14, ", "", "either \"change\" or \"percent\"", "percent: -20"),
      Mistake("no change", "percent: -14", "percent: §0", "a change of 0", "how far"),
      Mistake("unknown parent", "extends: base", "extends: §bass", "there is no fault model \"bass\"", "\"base\""),
      Mistake("no such fault", "heat: none", "§heap: none", "no inherited fault \"heap\"", "\"heat\""),
      Mistake("unknown signal", "value: tool-wear *", "value: tol-wear *", "needs \"tol-wear\"", "\"tool-wear\""),
      Mistake("lead time", "lead-time: 2 d", "lead-time: §2", "a length of time", "a unit"),
    ])
  func mistakesOfModels(_ mistake: Mistake) throws {
    try mistake.expect(in: plant, devices: [])
  }
}
