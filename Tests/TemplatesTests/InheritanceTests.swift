import Foundation
import Telemetry
import Testing

@testable import Templates

@Suite("Templates that extend others")
struct InheritanceTests {
  private func site(_ templates: String, asset: String = "template: child", devices: [String] = []) -> String {
    """
    gateway: { id: g }
    zone: UTC
    broker: { host: h }
    templates:
      parent:
        summary: Parent
        timestamp: { path: ts, format: epoch-ms }
        fault-model: motor
        signals:
          temperature: { kind: gauge, unit: °C, path: t, range: [-40, 250], expected-interval: 10 s }
          flow: { kind: gauge, unit: m³/h, payload-unit: L/min, path: f, expected-interval: 1 min }
          state: { kind: state, path: s, expected-interval: 10 s, states: { run: ["1"], stop: ["0"] } }
          energy: { kind: register, counts: active-energy-import, unit: kWh, path: e, resolution: 0.01,
                    expected-interval: 1 min, maximum-rate: 0.25 MW }
          result:
            kind: event
            expected-interval: 1 h
            attributes: { verdict: { path: v, required: true, words: { OK: [ok] } }, unit: u }
    \(templates)
    assets:
      - { id: a, \(asset), topic: t }
    """
  }

  private func load(_ templates: String, asset: String = "template: child") throws -> Site {
    try SiteLoader.load(text: site(templates, asset: asset), file: "test.yaml", devices: [])
  }

  @Test("everything is taken over, changed, added and left out")
  func inheritance() throws {
    let site = try load(
      """
        child:
          extends: parent
          summary: Child
          timestamp: none
          signals:
            temperature: { path: temp, expected-interval: 5 s }
            flow: { payload-unit: L/s }
            state: { states: { run: [R], fault: [F] } }
            result: { attributes: { verdict: { path: verdict }, unit: none, step: st } }
            energy: none
            speed: { kind: gauge, unit: rpm, path: n, expected-interval: 1 s }
        grandchild: { extends: child, fault-model: none, signals: { temperature: { kind: gauge, unit: K, path: k,
                      expected-interval: 1 s } } }
      """)
    let asset = try #require(site.assets.first)
    #expect(asset.signals.map(\.name) == ["temperature", "flow", "state", "result", "speed"])
    #expect(asset.faultModel == "motor")
    #expect(asset.topics[0].timestamp == nil)
    #expect(asset.signals[0].expectedInterval == .seconds(5))
    #expect(asset.signals[0].maximum == 250)
    let fields = asset.topics[0].fields
    #expect(fields[0].path.description == "temp")
    #expect(fields[1].payloadUnit == "L/s" && fields[1].conversion.numerator == 18)
    #expect(asset.signals[2].kind == .state(names: ["run", "stop", "fault"]))
    #expect(asset.signals[2].stateWords == ["run": 0, "R": 0, "stop": 1, "0": 1, "fault": 2, "F": 2])
    #expect(fields.compactMap(\.attribute) == ["verdict", "step"])
    #expect(fields.first { $0.attribute == "verdict" }?.required == true)
    #expect(fields.map(\.signal) == [0, 1, 2, 3, 3, 4])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)

    let grandchild = try load(
      """
        child: { extends: parent }
        grandchild: { extends: child, fault-model: none, signals: { temperature: { kind: gauge, unit: K, path: k,
                      expected-interval: 1 s } } }
      """, asset: "template: grandchild, fault-model: pump")
    let other = try #require(grandchild.assets.first)
    // A kind of its own begins anew: no range from the grandparent.
    #expect(other.signals[0].maximum == nil && other.signals[0].unit == "K")
    #expect(other.signals[3].maximumRate == ScaledInteger(250))
    #expect(other.faultModel == "pump")
    #expect(try SiteLoader.load(canonicalText: grandchild.canonicalText) == grandchild)
  }

  /// What the child says (§ marks the place of the error), a word of the message, a word of the remedy.
  @Test(
    "mistakes are told at their place",
    arguments: [
      ("{ extends: §parnt }", "unknown template \"parnt\"", "\"parent\""),
      ("{ extends: §child }", "extends itself: child → child", "without `extends`"),
      ("{ extends: §b }\n  b: { extends: child }", "extends itself", "without `extends`"),
      ("{ extends: parent, signals: { §temprature: none } }", "no inherited signal", "\"temperature\""),
      ("{ extends: parent, signals: { temperature: { unit: §K } } }", "the inherited range", "Add `range:"),
      ("{ extends: parent, signals: { flow: { unit: §Nm³/h } } }", "cannot be converted", "payload-unit"),
      ("{ extends: parent, signals: { flow: { payload-unit: §Nm³/h } } }", "at normal conditions", "pressure"),
      ("{ extends: parent, signals: { energy: { §counts: heat-energy } } }", "cannot be changed alone", "kind"),
      ("{ extends: parent, signals: { energy: { unit: §MWh } } }", "counted in kWh", "payload-unit: MWh"),
      ("{ extends: parent, signals: { energy: { maximum-rate: §250 kWh } } }", "with its unit", "250 kWh/h"),
      ("{ extends: parent, signals: { temperature: { §maximum-rate: 5 } } }", "only registers and deltas", "Remove"),
      ("{ extends: parent, signals: { state: { §payload-unit: K } } }", "no unit", "Remove"),
      (
        "{ extends: parent, signals: §{ temperature: none, flow: none, state: none, energy: none, result: none } }",
        "no signal is left", "at least one"
      ),
      (
        "{ signals: { d: { kind: delta, counts: water-volume, unit: m³, path: d, expected-interval: 1 s, "
          + "resolution: 1, §modulus: 5 } } }", "begins at zero each time", "Remove"
      ),
    ])
  func mistake(child: String, message: String, remedy: String) throws {
    let marked = site("  child: \(child)")
    do {
      _ = try SiteLoader.load(text: marked.replacing("§", with: ""), file: "test.yaml", devices: [])
      Issue.record("accepted: \(child)")
    } catch {
      let found = try #require(error.errors.first { $0.message.contains(message) }, "\(error)")
      #expect(found.suggestion.contains(remedy), "\(found)")
      let lines = marked.split(separator: "\n", omittingEmptySubsequences: false)
      let line = try #require(lines.firstIndex { $0.contains("§") })
      let column = try #require(lines[line].firstIndex(of: "§"))
      #expect(
        found.line == line + 1 && found.column == lines[line].distance(from: lines[line].startIndex, to: column) + 1)
      // A broken parent is told once, not at everything that rests on it.
      #expect(!error.errors.contains { $0.message.contains("unknown template \"child\"") })
    }
  }
}

@Suite("The effective template")
struct EffectiveTemplateTests {
  @Test("of every shipped template is a template that means the same")
  func shipped() throws {
    let library = try TemplateLibrary.load(devices: [shippedTemplates])
    #expect(library.entries.count >= 35)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-effective-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for entry in library.entries {
      let effective = try #require(library.effective(entry.name))
      try effective.text.write(
        to: folder.appendingPathComponent("\(entry.name).yaml"), atomically: true, encoding: .utf8)
      #expect(!effective.lines.contains { $0.origin == "" })
    }
    // A template names its fault model, which stands in a file of its own.
    try FileManager.default.copyItem(
      atPath: "\(shippedTemplates)/faults", toPath: folder.appendingPathComponent("faults").path)
    func text(_ folder: String) throws -> String {
      let assets = library.entries.map { "  - { id: \($0.name), template: \($0.name), topic: \"t/{id}\" }" }
      return try SiteLoader.load(
        text: "gateway: { id: g }\nzone: UTC\nbroker: { host: h }\nassets:\n\(assets.joined(separator: "\n"))\n",
        file: "test.yaml", devices: [folder]
      ).canonicalText
    }
    #expect(try text(folder.path) == text(shippedTemplates))
  }

  @Test("names the file and line of every value of an asset")
  func origins() throws {
    let text = """
      gateway: { id: g }
      zone: UTC
      broker: { host: h }
      templates:
        mine:
          extends: rotating-machine
          signals:
            temperature: { path: temp }
            noise: { kind: gauge, unit: dB, path: n, expected-interval: 1 min }
      assets:
        - id: "m-{n}"
          count: 3
          template: mine
          topic: "t/{n}"
          expected-interval: 2 s
          signals:
            temperature: { unit: °F }
            vibration:
              range: [0, 50]
            state: { states: { running: [R] } }
      """
    let found = try SiteLoader.effectiveTemplate(
      ofAsset: "m-2", text: text, file: "plant.yaml", devices: [shippedTemplates])
    let template = try #require(found.template)
    func origin(_ signal: String, _ key: String) throws -> String {
      let start = try #require(template.lines.firstIndex { $0.indent == 1 && $0.text == "\(signal):" })
      let line = try #require(template.lines[start...].dropFirst().first { $0.text.hasPrefix("\(key): ") })
      return "\(line.text) | \((line.origin ?? "").replacing(shippedTemplates, with: "Devices"))"
    }
    #expect(try origin("temperature", "path") == "path: temp | plant.yaml:8")
    #expect(try origin("temperature", "payload-unit") == "payload-unit: °F | plant.yaml:17")
    #expect(try origin("temperature", "unit").hasPrefix("unit: °C | Devices/rotating-machine.yaml:"))
    #expect(try origin("temperature", "expected-interval") == "expected-interval: 2 s | plant.yaml:15")
    #expect(try origin("vibration", "range") == "range: [0, 50] | plant.yaml:19")
    #expect(try origin("vibration", "required") == "required: false | default")
    #expect(try origin("vibration", "payload-unit") == "payload-unit: mm/s | default")
    #expect(try origin("state", "running") == "running: [R] | plant.yaml:20")
    #expect(try origin("state", "stopped").contains("rotating-machine.yaml:"))
    #expect(try origin("noise", "range") == "range: [none, none] | default")
    #expect(try origin("noise", "unit") == "unit: dB | plant.yaml:9")
    #expect(template.text.contains("# id m-2  (plant.yaml:11)\n"))
    #expect(template.text.contains("# topic t/2  (plant.yaml:14)\n"))
    let missing = try SiteLoader.effectiveTemplate(
      ofAsset: "m-22", text: text, file: "plant.yaml", devices: [shippedTemplates])
    #expect(missing.template == nil && missing.nearest == "m-2")
  }

  @Test("a file is checked with the folders, but only for its own mistakes")
  func check() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-check-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ text: String, _ name: String) throws -> String {
      let file = folder.appendingPathComponent(name)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return file.path
    }
    let good = try write("template: lathe\nextends: cnc-machine\nsignals: { parts: none }\n", "lathe.yaml")
    let bad = try write("template: mill\nextends: cnc-machin\n", "mill.yaml")
    let entry = try TemplateLibrary.check(file: good, devices: [shippedTemplates, folder.path])
    #expect(entry.parent == "cnc-machine" && entry.file == good)
    #expect(throws: ConfigurationErrors.self) { try TemplateLibrary.check(file: bad, devices: [shippedTemplates]) }
    do {
      _ = try TemplateLibrary.check(file: bad, devices: [shippedTemplates])
    } catch {
      #expect(error.errors.map(\.suggestion) == ["Did you mean \"cnc-machine\"?"])
    }
    // A shipped one, by its own path.
    let shipped = try TemplateLibrary.check(file: shippedTemplates + "/pump.yaml", devices: [shippedTemplates])
    #expect(shipped.signals > 10)
  }

  @Test(
    "texts that are written are read as themselves",
    arguments: [
      "word", "two words", "1", "-1", "1.50", "true", "on", "", " x", "a: b", "# x", "%", "°C", "[x]", "\"q\"", "a\\b",
      "合格",
      "10 s", "-", "none", "l1\nl2", "{n}", "1,5", "*", "&a", "%RH", "kgf/cm²", "0x1F", "1e5", "~",
    ])
  func scalars(text: String) throws {
    let diagnostics = Diagnostics()
    let source = SourceText(file: "x", text: "key: \(EffectiveTemplate.plain(text)) # comment\n")
    let node = try #require(YAMLDocument.parse(source, diagnostics))
    #expect(node.entries?.first?.value.text ?? "" == text)
  }
}
