import ArgumentParser
import Control
import Factors
import Telemetry
import Templates

extension CarbonCommand {
  struct Recompute: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count emissions of past months again: with other factors, or after a change of the configuration.",
      discussion: """
        What changes is issued as the next revision, with who, why and the factors as its cause; the old figures stay in \
        the ledger. Records of months, days, windows, entries, the inventory and footprints follow one another; what can \
        no longer be counted again is named. Without a choice of factors those of the configuration count, and an \
        earlier choice for these months ends. --dry-run shows the difference and changes nothing. The file of --factors \
        has inventory-date, data-year, gwp, fuel-set and overrides as `carbon:` of the configuration has them.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "The first month, for example 2026-01.") var from: String
    @Option(name: .long, help: "The last month, included. Default: open, also for the months to come.") var to: String?
    @Option(name: .long, help: "A file with the choice of factors.") var factors: String?
    @Option(name: .long, help: "Only factors that describe this year.") var dataYear: Int?
    @Option(name: .long, help: "Only factors that were published by this day: 2026-01-31.") var inventoryDate: String?
    @Option(name: .long, help: "Set of warming potentials: AR5, AR6 …") var gwp: String?
    @Option(name: .long, help: "Set of fuels.") var fuelSet: String?
    @Option(name: .long, help: "Who decides it.") var by: String
    @Option(name: .long, help: "Why, for the auditor.") var reason: String
    @Flag(name: .long, help: "Leave the records of single windows as they are; there are many.") var withoutWindows =
      false
    @Flag(name: .long, help: "Show the difference and change nothing.") var dryRun = false
    @Flag(name: .long, help: "As JSON, figures not rounded.") var json = false

    func run() async throws {
      let receipt = try await gateway.client.command(try command())
      if json {
        print(String(decoding: try ControlCoding.encoder().encode(receipt), as: UTF8.self))
        return
      }
      print(receipt.position > 0 ? "\(receipt.id): \(receipt.summary)" : receipt.summary)
      if let table = receipt.table { print(ReportText.page(table)) }
    }

    private func command() throws -> String {
      var change = FactorChange()
      if let factors {
        do throws(ConfigurationErrors) {
          change = try FactorChangeFile.load(path: factors)
        } catch {
          Output.error(error.description)
          throw ExitCode(1)
        }
      }
      if let inventoryDate {
        guard let date = CivilDate(inventoryDate) else {
          throw ValidationError("--inventory-date \(inventoryDate) is no date: write for example 2026-01-31")
        }
        change.inventoryDate = date
      }
      change.dataYear = dataYear ?? change.dataYear
      change.gwp = gwp ?? change.gwp
      change.fuelSet = fuelSet ?? change.fuelSet
      var members: [String: JSONValue] = [
        "command": .string(Recalculation.command), "from": .string(from), "person": .string(by),
        "reason": .string(reason), "change": change.json, "windows": .boolean(!withoutWindows),
        "dry_run": .boolean(dryRun),
      ]
      members["to"] = to.map { .string($0) }
      return String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self)
    }
  }
}

extension FactorsCommand {
  struct Changes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What recalculations have chosen in the place of the configuration's factors, and for which months.")
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let table = try await gateway.client.report(ReportQuery(subject: .factors))
      if json { return try ReportOptions.show(table, json: true, csv: false) }
      for row in table.rows { print("\(row.name)\n  \(row.note ?? "")") }
      for note in table.notes { print("note: \(note)") }
    }
  }
}
