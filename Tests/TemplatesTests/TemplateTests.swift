import Foundation
import Testing

@testable import Templates

@Suite("Equipment templates")
struct TemplateTests {
  @Test(
    "mistakes in a template name its file and place",
    arguments: [
      ("signals: { t: { kind: gauge, unit: §%C, path: t, expected-interval: 1 s } }", "not valid"),
      ("signals: { t: { kind: gauge, unit: §Celsus, path: t, expected-interval: 1 s } }", "unknown unit"),
      ("signals: { t: §{ unit: K, path: t, expected-interval: 1 s } }", "\"kind\" is missing"),
      ("signals: { t: { kind: §guage, unit: K, path: t, expected-interval: 1 s } }", "kind of signal"),
      ("signals: { t: §{ kind: register, unit: kWh, path: t, expected-interval: 1 s, resolution: 1 } }", "\"counts\""),
      ("signals: { t: { kind: register, counts: §energy, unit: kWh, path: t, expected-interval: 1 s } }", "counted"),
      ("signals: { t: §{ kind: gauge, unit: K, expected-interval: 1 s } }", "\"path\" is missing"),
      ("signals: { t: §{ kind: gauge, unit: K, path: t } }", "\"expected-interval\" is missing"),
      ("signals: { t: §{ kind: gauge, path: t, expected-interval: 1 s } }", "\"unit\" is missing"),
      ("signals: { t: { kind: gauge, unit: K, payload-unit: §bar, path: t, expected-interval: 1 s } }", "pressure"),
      ("signals: { §t t: { kind: gauge, unit: K, path: t, expected-interval: 1 s } }", "name of a signal"),
      ("signals: { s: §{ kind: state, path: t, expected-interval: 1 s } }", "\"states\" is missing"),
      ("signals: { e: §{ kind: event, expected-interval: 1 s } }", "\"attributes\" is missing"),
      ("sinals: {}", ""),
    ])
  func mistake(body: String, message: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-templates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = "template: mine\n" + body.replacing("§", with: "")
    try text.write(to: folder.appendingPathComponent("mine.yaml"), atomically: true, encoding: .utf8)
    let found = mistakes(baseConfiguration, devices: [shippedTemplates, folder.path])
    let error = try #require(found.first)
    #expect(error.file.hasSuffix("/mine.yaml"))
    #expect(error.line == 2 || error.line == 1)
    guard let mark = body.firstIndex(of: "§") else { return }
    #expect(error.line == 2)
    #expect(error.column == body.distance(from: body.startIndex, to: mark) + 1, "\(error)")
    #expect(error.message.contains(message), "\(error)")
  }

  @Test("one name in two folders is refused, the same folder twice is not")
  func twice() throws {
    #expect(mistakes(baseConfiguration, devices: [shippedTemplates, shippedTemplates]).isEmpty)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-templates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      atPath: shippedTemplates + "/rotating-machine.yaml", toPath: folder.path + "/copy.yaml")
    let found = mistakes(baseConfiguration, devices: [shippedTemplates, folder.path])
    #expect(found.count == 1)
    #expect(found[0].message.contains("defined in") && found[0].suggestion.contains("name of its own"))
  }

  @Test("GBK text is recognised as not UTF-8")
  func encoding() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString).yaml")
    try Data([0x7A, 0x3A, 0x20, 0xD1, 0xB9, 0xBB, 0xFA]).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    do {
      _ = try SiteLoader.load(path: file.path, devices: [])
      Issue.record("a GBK file was accepted")
    } catch {
      #expect(error.errors.count == 1)
      #expect(error.errors[0].suggestion.contains("UTF-8"))
    }
  }
}
