import Telemetry
import Testing

@testable import Templates

/// Mistakes that concern several groups of the configuration at once.
@Suite("Mistakes between groups")
struct StructureMistakeTests {
  private static let assets = "assets: [{ id: m, template: three-phase-meter, topic: t, broker: a }]"

  @Test(
    "several brokers",
    arguments: [
      ("- { name: a, host: h }\n  - { name: a, host: i }", 5, 13, "used twice (first in line 4)", "of its own"),
      ("- { name: a, host: h }\n  - { host: i }", 5, 5, "\"name\" is missing", "hall-1"),
      (
        "- { name: a, host: h, client-id: x }\n  - { name: b, host: h, client-id: x }", 5, 36, "same client id",
        "`client-id`"
      ),
      (
        "- { name: a, embedded: true }\n  - { name: b, port: 2, embedded: true }", 5, 25, "more than one embedded",
        "Remove"
      ),
      ("- { name: b, host: h }", 5, 66, "unknown broker \"a\"", "\"b\""),
    ])
  func brokers(list: String, line: Int, column: Int, message: String, remedy: String) throws {
    let found = mistakes("gateway: { id: g }\nzone: UTC\nbrokers:\n  \(list)\n\(Self.assets)\n")
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect([error.line, error.column] == [line, column], "\(error)")
    #expect(error.message.contains(message) && error.suggestion.contains(remedy), "\(error)")
  }

  @Test("an asset must name its broker if there are several")
  func choice() {
    let found = mistakes(
      "gateway: { id: g }\nzone: UTC\nbrokers: [{ name: a, host: h }, { name: b, host: h }]\n"
        + Self.assets.replacing(", broker: a", with: ""))
    #expect(found.map(\.suggestion) == ["Add one of `broker: a`, `broker: b`."])
    #expect(found.map { [$0.line, $0.column] } == [[4, 10]])
  }

  @Test("every missing group is named at the start of the file")
  func missing() {
    let found = mistakes("clock: system\n")
    #expect(
      found.map(\.message).map { $0.prefix { $0 != " " } } == ["\"gateway\"", "\"broker\"", "\"assets\"", "\"zone\""])
    #expect(found.allSatisfy { $0.line == 1 && $0.column == 1 && $0.suggestion.hasPrefix("Add ") })
  }

  @Test(
    "groups of the wrong form",
    arguments: [
      ("assets: 5", "\"assets\" must be a list, found \"5\"", [4, 9]),
      ("assets: [5]", "asset must be a group of keys", [4, 10]),
      (assets + "\ndestinations: x", "\"destinations\" must be a list", [5, 15]),
      (assets + "\nhorizons: [1]", "horizons must be a group of keys, found a list", [5, 11]),
      (assets + "\ndevices: /nowhere", "cannot be read", [5, 10]),
      (assets + "\ntemplates: { x: { signals: {} } }", "\"signals\" is missing", [5, 17]),
    ])
  func form(text: String, message: String, place: [Int]) throws {
    let found = mistakes("gateway: { id: g }\nzone: UTC\nbroker: { host: h, name: a }\n\(text)\n")
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect(error.message.contains(message) && [error.line, error.column] == place, "\(error)")
  }

  @Test("random damage is told or harmless, never a crash", arguments: 0..<300)
  func damage(seed: UInt64) {
    var random = SplitMix64(seed: seed &* 77)
    var scalars = Array(baseConfiguration.unicodeScalars)
    let junk = Array("{}[]:,-#&*!|>'\"%@`\n\t ~<x9电\u{FEFF}".unicodeScalars)
    for _ in 0..<(1 + Int(random.next() % 4)) {
      let index = Int(random.next() % UInt64(scalars.count))
      switch random.next() % 3 {
      case 0: scalars[index] = junk[Int(random.next() % UInt64(junk.count))]
      case 1: scalars.remove(at: index)
      default: scalars.insert(junk[Int(random.next() % UInt64(junk.count))], at: index)
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    for error in mistakes(String(text)) {
      #expect(!error.message.isEmpty && !error.suggestion.isEmpty)
      #expect(error.line == 0 || error.sourceLine != nil || error.line > 1, "\(error)")
    }
  }
}
