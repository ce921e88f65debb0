import ArgumentParser
import Control
import Foundation

struct PlantReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "A shift, day, week or month on one page: figures, changes, findings, proposals.",
    discussion: """
      Without --period it is about the last one that is complete. A period that is under way is compared with as much of \
      the one before.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "shift, day (default), week or month.") var span: PlantReport.Span = .day
  @Option(name: .long, help: "As for weir energy: today, 2026-10, 2026-10-05, shift:night, a..b …") var period: String?
  @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false
  @Option(name: .long, help: "Write it into this file instead of showing it.") var out: String?

  func run() async throws {
    let report = try await gateway.client.plantReport(span, period: period)
    let text =
      json
      ? String(decoding: try ControlCoding.encoder().encode(report), as: UTF8.self) : PlantReportText.page(report)
    guard let out else {
      print(text)
      return
    }
    try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
  }
}

extension PlantReport.Span: ExpressibleByArgument {}
