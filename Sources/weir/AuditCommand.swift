import ArgumentParser
import Control
import Foundation

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "What people did to the gateway, and what they were refused: who, when, what, why.",
    discussion: """
      Acknowledgements, shelvings, work orders, maintenance, entries of activity data, recalculations, reloads … The \
      newest 100,000 are kept. The figures of the ledger are checked by weir ledger audit.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Option(name: .long, help: "today, yesterday, week, 2026-10, 2026-10-05, a..b; default: all.") var period: String?
  @Option(name: .long, help: "Name or login of a person.") var person: String?
  @Option(name: .long, help: "What was done, for example alarm-shelve or \"alarm-*\".") var act: String?
  @Option(name: .long, help: "A part of what it was done to: an alarm, a machine.") var what: String?
  @Flag(name: .long, help: "Only what was refused.") var refused = false
  @Option(name: .long, help: "At most so many, the newest.") var limit = 100
  @Flag(name: .long, help: "As JSON.") var json = false
  @Flag(name: .long, help: "As CSV.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("choose one of --json and --csv") }
    if !(1...100_000).contains(limit) { throw ValidationError("--limit is from 1 to 100000") }
  }

  func run() async throws {
    var query = AuditQuery(period: period, person: person, act: act, what: what)
    query.onlyRefused = refused
    query.limit = limit
    let report = try await gateway.client.audit(query)
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(report.lines), as: UTF8.self))
    } else if csv {
      print(AuditText.csv(report.lines), terminator: "")
    } else {
      print(AuditText.page(report))
    }
  }
}

enum AuditText {
  static func page(_ report: AuditReport) -> String {
    guard !report.lines.isEmpty else { return "nobody has done anything of that kind" }
    var table = Columns()
    table.add("TIME", "WHO", "ROLE", "ACT", "OUTCOME", "WHAT", "REASON")
    for line in report.lines {
      table.add(
        line.time, who(line), line.role.isEmpty ? "-" : line.role, line.act, line.outcome, line.what,
        line.refusal.isEmpty ? line.reason : line.refusal)
    }
    return (table.lines(indent: "") + (report.isCut ? ["… there are older ones: --limit, --period"] : []))
      .joined(separator: "\n")
  }

  private static func who(_ line: AuditLine) -> String {
    let names = [line.person, line.user].filter { !$0.isEmpty }
    return names.isEmpty ? "-" : names.count == 2 && names[0] != names[1] ? "\(names[0]) (\(names[1]))" : names[0]
  }

  /// RFC 4180.
  static func csv(_ lines: [AuditLine]) -> String {
    let head = ["time", "person", "user", "role", "act", "what", "reason", "outcome", "refusal"]
    let rows = lines.map {
      [$0.time, $0.person, $0.user, $0.role, $0.act, $0.what, $0.reason, $0.outcome, $0.refusal]
    }
    return ReportText.csv([head] + rows.map { $0.map(plain) })
  }

  /// A spreadsheet must not take it for a formula.
  private static func plain(_ text: String) -> String {
    text.first.map { "=+-@".contains($0) } ?? false ? "'" + text : text
  }
}
