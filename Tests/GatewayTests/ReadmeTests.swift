import Foundation
import Templates
import TestSupport
import Testing

@testable import weir

/// What the README shows and tells to type is true.
@Suite struct ReadmeTests {
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
  private static let file = "\(repository)/README.md"
  private static let begin = "<!-- status:begin -->\n"
  private static let end = "<!-- status:end -->"

  private static func text() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

  /// The blocks in a language, without their fences.
  private static func blocks(_ language: String) throws -> [String] {
    try text().components(separatedBy: "\n```\(language)\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
  }

  /// `WEIR_WRITE_README=1` writes the block instead.
  @Test func statusBlockIsWhatStatusPrints() throws {
    let text = try Self.text()
    let begin = try #require(text.range(of: Self.begin))
    let end = try #require(text.range(of: Self.end, range: begin.upperBound..<text.endIndex))
    let shown = "```text\n$ weir status\n\(StatusText.page(SampleStatus.degraded))\n```\n"
    if ProcessInfo.processInfo.environment["WEIR_WRITE_README"] == "1" {
      let new = text.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: shown)
      try new.write(toFile: Self.file, atomically: true, encoding: .utf8)
      return
    }
    #expect(
      String(text[begin.upperBound..<end.lowerBound]) == shown,
      "run this test with WEIR_WRITE_README=1 to write the block anew")
  }

  @Test func plantsLoad() throws {
    let plants = try Self.blocks("yaml")
    #expect(!plants.isEmpty)
    for plant in plants {
      let site = try SiteLoader.load(
        text: plant, file: "README.md", devices: [ReferenceDevices.folder], checkFiles: false)
      #expect(!site.assets.isEmpty)
    }
  }

  @Test func shellLinesNameProgramsOfTheRepository() throws {
    let lines = try Self.blocks("sh").flatMap { $0.split(separator: "\n").map(String.init) }
    #expect(!lines.isEmpty)
    for line in lines {
      let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
      let program = try #require(words.first)
      if program == "weir" {
        #expect(throws: Never.self) { try Weir.parseAsRoot(Array(words.dropFirst())) }
      } else {
        #expect(FileManager.default.isExecutableFile(atPath: "\(Self.repository)/\(program)"), "\(line)")
      }
    }
  }

  @Test func commandsParse() throws {
    let spans = try Self.text().split(separator: "`", omittingEmptySubsequences: false)
    let commands = spans.enumerated().filter { $0.offset % 2 == 1 && $0.element.hasPrefix("weir ") }.map(\.element)
    #expect(commands.count >= 9)
    for command in commands {
      let words = command.split(separator: " ").dropFirst().map(String.init)
      #expect(throws: Never.self, "\(command)") { try Weir.parseAsRoot(words) }
    }
  }
}
