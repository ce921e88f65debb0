import ArgumentParser
import Control

extension EnergyCommand {
  struct Balance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Main meters against their sub-meters: what is unexplained, and whether the meters explain it.",
      discussion: """
        The uncertainty is the root of the sum of squares of the meters' limits of error (`accuracy`). A difference that \
        persists is also a finding, energy-imbalance.
        """)
    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
      try report.show(try await gateway.client.report(ReportQuery(subject: .balance, period: report.period)))
    }
  }

  struct Idle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What machines used while they made nothing, in energy, money and emissions.",
      discussion: """
        Of assets with `idle:` thresholds and a meter, from the records of whole days; a day is judged when it is over. \
        WASTE is what was used above the standby target while a machine was idle.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "asset (default), area, line, site, cost-centre or product-line.") var by: String?
    @OptionGroup var report: AnalysisOptions

    func run() async throws {
      try report.show(try await gateway.client.report(ReportQuery(subject: .idle, by: by, period: report.period)))
    }
  }
}

extension EnergyCommand {
  struct Performance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Energy by good piece, by output value and against the baselines; kWh of a m³ of air, CoP.",
      discussion: """
        Baselines are learnt from the site's own days by production and weather (`energy: baseline`). --by day shows the \
        running sum of the differences (CUSUM), --by media what cold, heat, compressed air and nitrogen took, --by product \
        what the orders of each product took, by good piece and by 1,000 of its value (`price:` under `products:`).
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "asset (default), area, line, site, cost-centre, product-line, product, day or media.")
    var by: String?
    @Option(name: .long, help: "Of one meter alone, with --by asset or --by day.") var asset: String?
    @OptionGroup var report: AnalysisOptions

    func run() async throws {
      let query = ReportQuery(subject: .performance, by: by, period: report.period, asset: asset)
      try report.show(try await gateway.client.report(query))
    }
  }
}

/// As `ReportOptions`, of days that are over.
struct AnalysisOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "yesterday (default), week, month, year, 2026, 2026-10, 2026-10-05, or a..b with both days included.")
  var period = "yesterday"
  @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false
  @Flag(name: .long, help: "As CSV, figures not rounded.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("choose one of --json and --csv") }
  }

  func show(_ table: ReportTable) throws { try ReportOptions.show(table, json: json, csv: csv) }
}
