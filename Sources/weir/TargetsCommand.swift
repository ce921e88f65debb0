import ArgumentParser
import Control

extension CarbonCommand {
  struct Targets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The target's path and how far the site is on it; with --budgets how the budgets stand.",
      discussion: """
        Years are sums of the months of the inventory; the year under way is projected by the days that its months \
        cover. Budgets are looked at after each energy window.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "The budgets of the day, month and year under way: energy, money, emissions.")
    var budgets =
      false
    @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false
    @Flag(name: .long, help: "As CSV, figures not rounded.") var csv = false

    func validate() throws {
      if json, csv { throw ValidationError("choose one of --json and --csv") }
    }

    func run() async throws {
      let table = try await gateway.client.report(ReportQuery(subject: budgets ? .budgets : .targets))
      try ReportOptions.show(table, json: json, csv: csv)
    }
  }
}
