import Foundation

/// Reads a table of sampling plans (`Config/sampling`).
public enum SamplingTableFile {
  public static let keys = [
    "table", "document", "status", "code-letters", "aql", "normal", "tightened", "reduced", "switching",
  ]
  static let switchingKeys = [
    "tighten", "among", "relax", "discontinue", "reduce-score", "score-tighter", "score-small",
  ]
  public static let standard = "iso2859-1"

  /// - Parameters:
  ///   - name: of a table of the product, or the path of a file.
  /// - Throws: all mistakes at once, with file, line and column.
  public static func load(_ name: String = standard) throws(ConfigurationErrors) -> SamplingTable {
    let diagnostics = Diagnostics()
    let table = read(path(name), diagnostics)
    try diagnostics.throwIfAny()
    guard let table else {
      throw ConfigurationErrors([
        ConfigurationError(
          file: path(name), line: 0, column: 0, message: "there is no table of sampling plans in it",
          suggestion: "Take Config/sampling/iso2859-1.yaml as an example.")
      ])
    }
    return table
  }

  private static func path(_ name: String) -> String {
    if name.contains("/") || name.hasSuffix(".yaml") { return name }
    let folders = ["Config/sampling", "/usr/share/weir/Config/sampling"]
    return folders.map { "\($0)/\(name).yaml" }.first { FileManager.default.fileExists(atPath: $0) }
      ?? "Config/sampling/\(name).yaml"
  }

  private static func read(_ path: String, _ diagnostics: Diagnostics) -> SamplingTable? {
    guard let source = SourceText.load(path, diagnostics), let root = YAMLDocument.parse(source, diagnostics),
      let top = Section(root, "the table of sampling plans", keys: keys, source: source, diagnostics: diagnostics)
    else { return nil }
    return table(top)
  }

  /// - Parameter top: the group that holds the table.
  static func table(_ top: Section) -> SamplingTable? {
    let limits = (top.list("aql", .text) ?? []).map(\.value)
    if limits.isEmpty { top.missing("aql", remedy: "Add the columns: `aql: [\"0.65\", \"1.0\"]`.") }
    let lots = lots(top)
    let letters = letters(top, "normal", limits: limits.count)
    let known = Set(letters.map(\.letter))
    for row in lots {
      for letter in row.letters where !known.contains(letter) {
        top.report(
          top.position(of: "code-letters"), "the code letter \"\(letter)\" has no row in `normal`",
          remedy: "Add its sample size and plans, or correct the letter.")
      }
    }
    var status: [String: String] = [:]
    for entry in top.section("status", "status", keys: [])?.all ?? [] { status[entry.key] = entry.value.text ?? "" }
    guard let name = top.require("table", .text), let document = top.require("document", .text),
      let inner = top.section("switching", "switching", keys: switchingKeys),
      let tighten = inner.require("tighten", .integer(1...100)), let among = inner.require("among", .integer(1...100)),
      let relax = inner.require("relax", .integer(1...100)),
      let discontinue = inner.require("discontinue", .integer(1...100))
    else {
      if !top.has("switching") {
        top.missing("switching", remedy: "Add `switching: { tighten: 2, among: 5, relax: 5, discontinue: 5 }`.")
      }
      return nil
    }
    var reduce: SamplingTable.Switching.Reduce?
    if let score = inner.read("reduce-score", .integer(1...1000)),
      let tighter = inner.require("score-tighter", .integer(1...100)),
      let small = inner.require("score-small", .integer(1...100))
    {
      reduce = SamplingTable.Switching.Reduce(score: score, tighter: tighter, small: small)
    }
    return SamplingTable(
      name: name, document: document, status: status, lots: lots, limits: limits, letters: letters,
      tightened: top.has("tightened") ? Self.letters(top, "tightened", limits: limits.count) : [],
      reduced: top.has("reduced") ? Self.letters(top, "reduced", limits: limits.count) : [],
      switching: SamplingTable.Switching(
        tighten: tighten, among: among, relax: relax, discontinue: discontinue, reduce: reduce))
  }

  private static func sections(_ top: Section, _ key: String, _ name: String, keys: [String]) -> [Section] {
    guard let items = top[key]?.items else {
      top.missing(key, remedy: "Add it as in Config/sampling/iso2859-1.yaml.")
      return []
    }
    return items.compactMap { top.section($0, name, keys: keys) }
  }

  private static func lots(_ top: Section) -> [SamplingTable.Lots] {
    let levels = SamplingTable.Level.allCases.map(\.rawValue)
    var next: Int?
    return sections(top, "code-letters", "row of lot sizes", keys: ["from", "to"] + levels).compactMap { row in
      guard let from = row.require("from", .integer(1...Int.max)) else { return nil }
      let to = row.isOff("to") ? nil : row.require("to", .integer(from...Int.max))
      if let next, from != next {
        row.report(
          row.position(of: "from"), "the lots of \(next) to \(from - 1) pieces have no letter",
          remedy: "Begin this row with \(next).")
      }
      next = to.map { $0 + 1 }
      let letters = levels.compactMap { row.require($0, .identifier()) }
      guard letters.count == levels.count else { return nil }
      return SamplingTable.Lots(from: from, to: to, letters: letters)
    }
  }

  private static func letters(_ top: Section, _ key: String, limits: Int) -> [SamplingTable.Letter] {
    let cell = Scalar<SamplingTable.Cell>("a plan such as 1/2, or down or up", example: "1/2") { text in
      if text == "down" { return .down }
      if text == "up" { return .up }
      let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let accept = numbers[0], let reject = numbers[1], accept >= 0, accept < reject else {
        return nil
      }
      return .plan(accept: accept, reject: reject)
    }
    return sections(top, key, "row of plans", keys: ["letter", "n", "plans"]).compactMap { row in
      guard let letter = row.require("letter", .identifier()), let size = row.require("n", .integer(1...Int.max)) else {
        return nil
      }
      let cells = (row.list("plans", cell) ?? []).map(\.value)
      if cells.count != limits {
        row.report(
          row["plans"]?.position, "letter \(letter) has \(cells.count) plans for \(limits) columns",
          remedy: "Write one plan or arrow for each entry of `aql`.")
        return nil
      }
      return SamplingTable.Letter(letter: letter, size: size, cells: cells)
    }
  }
}

extension SamplingTable {
  func write(to writer: inout CanonicalWriter) {
    writer.field("table", name)
    writer.field("document", document)
    if !status.isEmpty {
      writer.object("status") { writer in
        for (part, word) in status.sorted(by: { $0.key < $1.key }) { writer.field(part, word) }
      }
    }
    writer.list("code-letters") { writer in
      for row in lots {
        writer.object { writer in
          writer.field("from", row.from)
          writer.field("to", row.to.map(String.init) ?? "none")
          for (level, letter) in zip(Level.allCases, row.letters) { writer.field(level.rawValue, letter) }
        }
      }
    }
    writer.list("aql", limits)
    for (key, letters) in [("normal", letters), ("tightened", tightened), ("reduced", reduced)] where !letters.isEmpty {
      writer.list(key) { writer in
        for letter in letters {
          writer.object { writer in
            writer.field("letter", letter.letter)
            writer.field("n", letter.size)
            writer.list("plans", letter.cells.map(\.text))
          }
        }
      }
    }
    writer.object("switching") { writer in
      writer.field("tighten", switching.tighten)
      writer.field("among", switching.among)
      writer.field("relax", switching.relax)
      writer.field("discontinue", switching.discontinue)
      guard let reduce = switching.reduce else { return }
      writer.field("reduce-score", reduce.score)
      writer.field("score-tighter", reduce.tighter)
      writer.field("score-small", reduce.small)
    }
  }
}

extension SamplingTable.Cell {
  /// As the table writes it.
  public var text: String {
    switch self {
    case .plan(let accept, let reject): "\(accept)/\(reject)"
    case .down: "down"
    case .up: "up"
    }
  }
}
