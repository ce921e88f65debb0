import ArgumentParser
import Control

/// `weir oee`
struct OEECommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oee",
    abstract: "Effectiveness by ISO 22400-2, losses, bottlenecks, and groups of machines seen as one.",
    discussion: """
      From the records of days and shifts that are over; times and pieces are summed before figures are made of them. \
      --by loss is a Pareto of the six big losses, --by bottleneck ranks the machines of each line by the share of planned \
      time in which they did not wait for others, --by group compares machines with the same `group:` by their energy. \
      --by shift counts a shift to the day in which it starts, so a night shift to that of its evening.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Option(
    name: .long,
    help: "machine (default), line, area, site, shift, product, loss, bottleneck, group, cost-centre or product-line.")
  var by: String?
  @OptionGroup var report: AnalysisOptions

  func run() async throws {
    try report.show(try await gateway.client.report(ReportQuery(subject: .oee, by: by, period: report.period)))
  }
}
