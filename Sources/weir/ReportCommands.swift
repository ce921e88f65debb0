import ArgumentParser
import Control
import Foundation
import Telemetry

/// What all reports have in common.
struct ReportOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      today (default), yesterday, week, last-week, month, last-month, year, 2026, 2026-10, 2026-10-05, a..b with \
      both days included; with a shift calendar also shift, shift:night, shift:night:2026-10-05, last-shift, last-shift:night.
      """)
  var period = "today"
  @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false
  @Flag(name: .long, help: "As CSV, figures not rounded.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("choose one of --json and --csv") }
  }

  func show(_ table: ReportTable) throws { try Self.show(table, json: json, csv: csv) }

  static func show(_ table: ReportTable, json: Bool, csv: Bool) throws {
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(table), as: UTF8.self))
    } else if csv {
      print(ReportText.csv(table), terminator: "")
    } else {
      print(ReportText.page(table))
    }
  }
}

struct EnergyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "energy", abstract: "Energy and media of a period, and the load to come.",
    subcommands: [Report.self, Forecast.self, Balance.self, Idle.self, Performance.self, Advice.self],
    defaultSubcommand: Report.self)

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Energy and media of a period, from the records: by machine, area, line, carrier …",
      discussion: """
        What a meter counts that feeds another one is never added to it. The day under way is shown as far as its \
        windows are closed.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "asset (default), area, line, site, carrier, cost-centre or product-line.")
    var by: String?
    @OptionGroup var report: ReportOptions

    func run() async throws {
      try report.show(
        try await gateway.client.report(ReportQuery(subject: .energy, by: by, period: report.period)))
    }
  }

  struct Forecast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The load of a meter in the hours to come, from its own past; nothing has to be trained.",
      discussion: """
        Of ten hours about one lies below LOW and one above HIGH. With less than two weeks of data it says what is \
        missing.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The meter's asset id.") var asset: String
    @Option(name: .long, help: "1 to 168.") var hours = 24
    @Flag(name: .long, help: "As JSON.") var json = false
    @Flag(name: .long, help: "As CSV.") var csv = false

    func run() async throws {
      let table = try await gateway.client.report(ReportQuery(subject: .forecast, asset: asset, hours: hours))
      try ReportOptions.show(table, json: json, csv: csv)
    }
  }
}

extension EnergyCommand {
  struct Advice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What to do with flexible loads in the time ahead, and what it saves.",
      discussion: """
        From the tariff, the grid's factors, the forecast of the load and the limit of the demand. Loads are those with \
        `essential: no` and `flexible:` in the configuration; what is essential is never proposed. The figures of a \
        proposal hold if those above it are followed too.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "comfort-first, balanced or saving-first; default: what the configuration says.")
    var policy: String?
    @Option(name: .long, help: "How far ahead: 1 to 48.") var hours: Int?
    @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false

    func run() async throws {
      let report = try await gateway.client.advice(policy: policy, hours: hours)
      print(
        json
          ? String(decoding: try ControlCoding.encoder().encode(report), as: UTF8.self) : AdviceText.page(report))
    }
  }
}

struct CarbonCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "carbon", abstract: "Emissions of a period, and the activity data that people enter.",
    subcommands: [Report.self, Add.self, Explain.self, Prove.self, Recompute.self, Targets.self],
    defaultSubcommand: Report.self)

  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Explain a carbon record: readings, quality, method, factor with its source, formula, result.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The record's id, as the destinations have it: <gateway>/carbon-month/<key>/<revision>.")
    var id: String

    func run() async throws {
      let record = try JSONValue(parsing: try await gateway.client.record(id))
      var energy: JSONValue?
      if let reference = ExplainText.energyRecord(of: record) {
        do {
          energy = try JSONValue(parsing: try await gateway.client.record(reference))
        } catch ControlClientError.refused {
          // It was evicted; its key is shown in any case.
          energy = nil
        }
      }
      var hours: [String: ReportTable] = [:]
      if let day = ExplainText.hourlyDay(of: record) {
        for method in day.methods {
          hours[method] = try await gateway.client.report(
            ReportQuery(subject: .carbon, by: "hour", period: day.date, method: method, asset: day.asset))
        }
      }
      print(ExplainText.page(record, energy: energy, hours: hours))
    }
  }

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Emissions of a period: by scope, machine, area, line …",
      discussion: """
        Whole months are those of the inventory, with its certificates; other periods are calculated from the energy \
        records and entries that lie in them. Offsets are never subtracted.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "scope (default), asset, area, line, site, cost-centre, product-line or hour.")
    var by: String?
    @Option(name: .long, help: "Of one meter alone, with --by hour.") var asset: String?
    @Option(name: .long, help: "gbt32150, ghgp_location or ghgp_market; default: the first of the configuration.")
    var method: String?
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let query = ReportQuery(subject: .carbon, by: by, period: report.period, method: method, asset: asset)
      try report.show(try await gateway.client.report(query))
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enter activity data that no sensor gives: an invoice, a refill, a purchase.",
      discussion: """
        What is entered is in the journal for ever; a mistake is corrected by another entry with --supersedes. WHAT is a \
        fuel (diesel, natural_gas …), electricity, heat, steam, refrigerant:R-410A, carbonate:CaCO3, \
        factor:<set>/<name>, emissions (with --scope), or offset.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "What it is, for example diesel or refrigerant:R-410A.") var what: String
    @Argument(help: "How much, for example 2500.") var amount: String
    @Argument(help: "In which unit, for example L, kg, GJ, kWh.") var unit: String
    @Option(name: .long, help: "When it was used: 2026-10, 2026-10-05, 2026-10-01..2026-10-20.") var period: String
    @Option(name: .long, help: "The source document: a file, of which the SHA-256 is kept, or its number.")
    var document: String
    @Option(name: .long, help: "Who enters it.") var by: String
    @Option(name: .long, help: "Asset or place that it belongs to. Default: the whole site.") var place: String?
    @Option(name: .long, help: "1, 2 or 3, where WHAT does not say it.") var scope: Int?
    @Option(name: .long, help: "Anything else.") var note: String?
    @Option(name: .long, help: "Id of the entry that this one corrects.") var supersedes: String?
    @Option(name: .long, help: "Why it is corrected.") var reason: String?
    @Option(name: .long, help: "Id of the entry; letters, digits, - and _. Default: made of its contents.")
    var id: String?

    func run() async throws {
      let receipt = try await gateway.client.command(try EntryText.command(self))
      print("entered as \(receipt.id)")
      for line in receipt.summary.split(separator: "\n") { print("  \(line)") }
      for warning in receipt.warnings { print("  note: \(warning)") }
    }
  }
}
