import Foundation
import Telemetry
import Testing

@testable import Templates

/// The schemas for editors accept what the readers accept. The files themselves are compared beside those of records.
@Suite("Schemas for editors")
struct ConfigurationSchemaTests {
  /// As an editor sees it: words without quotes may be numbers and booleans.
  static func json(_ node: YAMLNode) -> JSONValue {
    switch node.content {
    case .scalar(let text, let quoted):
      if quoted { return .string(text) }
      if node.isNothing { return .null }
      if text == "true" || text == "false" { return .boolean(text == "true") }
      if let integer = Int64(text) { return .integer(integer) }
      return Double(text).map { .number($0) } ?? .string(text)
    case .list(let items): return .array(items.map(json))
    case .map(let entries):
      return .object(Dictionary(entries.map { ($0.key, json($0.value)) }, uniquingKeysWith: { $1 }))
    }
  }

  private func problems(_ text: String, _ schema: RecordSchema) throws -> [String] {
    let diagnostics = Diagnostics()
    let root = try #require(YAMLDocument.parse(SourceText(file: "x", text: text), diagnostics))
    #expect(diagnostics.isEmpty)
    return schema.validate(Self.json(root))
  }

  @Test("every shipped template fits, and says where its schema is")
  func templates() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: shippedTemplates).filter { $0.hasSuffix(".yaml") }
    #expect(!files.isEmpty)
    for file in files.sorted() {
      let text = try String(contentsOfFile: "\(shippedTemplates)/\(file)", encoding: .utf8)
      #expect(try problems(text, ConfigurationSchema.template) == [], "\(file)")
      #expect(text.hasPrefix("# yaml-language-server: $schema=../Config/schemas/template.schema.json\n"), "\(file)")
    }
  }

  @Test("the shipped configurations fit", arguments: ["weir.yaml", "demo.yaml", "engine-line.yaml"])
  func sites(file: String) throws {
    let text = try String(contentsOfFile: "\(packageRoot)/Config/\(file)", encoding: .utf8)
    #expect(try problems(text, ConfigurationSchema.site) == [])
    #expect(text.hasPrefix("# yaml-language-server: $schema=schemas/site.schema.json\n"))
  }

  @Test(
    "a slip is shown",
    arguments: [
      ("criticality: high", "criticality: highest", "/assets/0/criticality"),
      ("criticality: high", "critical: high", "/assets/0/critical"),
      ("port: 1883", "port: 0", "/broker/port"), ("zone: Asia/Shanghai", "zones: Asia/Shanghai", "zone"),
      ("zone:", "zone:", ""),
    ])
  func slips(old: String, new: String, place: String) throws {
    let text = baseConfiguration.replacing(old, with: new)
    let found = try problems(text, ConfigurationSchema.site)
    #expect(found.contains { $0.contains(place) } == !place.isEmpty, "\(found)")
  }
}
