import Control

/// `weir sources` as text.
enum SourcesText {
  static func page(_ lines: [SourceLine], limit: Int) -> String {
    guard !lines.isEmpty else { return "no source has sent bad data" }
    var table = Columns(alignRight: [0, 5])
    table.add("#", "ASSET", "SIGNAL", "OPEN", "COUNTED", "MISSING", "CLOCK")
    for (number, line) in lines.enumerated() {
      table.add(
        "\(number + 1)", line.asset, line.signal ?? "-", line.open.isEmpty ? "-" : line.open.joined(separator: ", "),
        counted(line), line.missingShare.map { "\(Figures.places($0 * 100, 1)) %" } ?? "-",
        line.clockAheadSeconds.map(clock) ?? "-")
    }
    var text: [String] = []
    for (number, row) in table.lines(indent: "").enumerated() {
      text.append(row)
      if number > 0 { text.append("      → \(lines[number - 1].remedy)") }
    }
    if lines.count == limit { text.append("… these are the worst \(limit); --limit shows more") }
    return text.joined(separator: "\n")
  }

  private static func counted(_ line: SourceLine) -> String {
    let findings = Figures.reasons(line.findings)
    let samples = Figures.reasons(line.samples)
    let unit = line.signal == nil ? "messages" : "samples"
    let parts = [
      findings.isEmpty ? nil : "findings: \(findings)", samples.isEmpty ? nil : "\(unit): \(samples)",
    ]
    let text = parts.compactMap { $0 }.joined(separator: "; ")
    return text.isEmpty ? "-" : text
  }

  /// `2.0 s ahead`.
  static func clock(_ ahead: Double) -> String {
    "\(Figures.age(ahead.magnitude)) \(ahead >= 0 ? "ahead" : "behind")"
  }
}
