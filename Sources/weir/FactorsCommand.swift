import ArgumentParser
import Factors
import Foundation
import Telemetry
import Templates

struct FactorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "factors",
    abstract: "Emission factors: list the tables, show one value, see which one a method takes at a date.",
    discussion: "The tables are YAML files of Config/factors; a site adds its own with `carbon: factors:`.",
    subcommands: [List.self, Show.self, Select.self, Changes.self], defaultSubcommand: List.self)

  /// Which tables.
  struct Tables: ParsableArguments {
    @Option(name: .long, help: "The folder of tables. Default: $WEIR_FACTORS, else Config/factors.")
    var factors: String?
    @Option(name: .long, help: "A file with more tables; may be repeated.") var file: [String] = []
    @Option(name: .long, help: "Instead: the tables, overrides and settings of a site's configuration.")
    var config: String?

    func validate() throws {
      if config != nil, factors != nil || !file.isEmpty {
        throw ValidationError("--config brings its own tables: leave --factors and --file out")
      }
    }

    /// The settings of the configuration; nil without one.
    func settings() throws -> CarbonSettings? {
      guard let config else { return nil }
      let site = try SiteLoader.load(path: config, devices: SiteOptions.folders([]))
      guard let settings = site.carbon else {
        Output.error("\(config) has no `carbon:`.\n  → Add `carbon: { subdivision: CN-CQ }`; see Config/weir.yaml.")
        throw ExitCode(1)
      }
      return settings
    }

    func library() throws -> FactorLibrary {
      if let settings = try settings() { return try settings.library.applying(settings.overrides) }
      return try FactorFolder.load(folder: factors ?? FactorFolder.standard(), files: file)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the factors.")
    @OptionGroup var tables: Tables
    @Argument(help: "Only factors whose id or name has this in it, for example CN-CQ or diesel.") var filter: String?

    func run() throws {
      try FactorsCommand.explaining {
        var table = Columns(alignRight: [1])
        table.add("FACTOR", "VALUE", "UNIT", "DATA YEAR", "PUBLISHED", "STATUS", "NAME")
        var count = 0
        for entry in try tables.library().entries() where matches(entry) {
          let factor = entry.factor
          table.add(
            factor.id, FactorText.value(factor), factor.unit, factor.dataYear.map { String($0) } ?? "-",
            factor.published?.description ?? "-", FactorText.status(entry), entry.title ?? "")
          count += 1
        }
        guard count > 0 else {
          Output.error("No factor has \"\(filter ?? "")\" in its id or name.\n  → `weir factors list` shows all.")
          throw ExitCode(1)
        }
        print(table.lines(indent: "").joined(separator: "\n"))
      }
    }

    private func matches(_ entry: FactorEntry) -> Bool {
      guard let filter = filter?.lowercased() else { return true }
      return entry.factor.id.lowercased().contains(filter) || (entry.title ?? "").lowercased().contains(filter)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a factor with everything that is known about it.")
    @OptionGroup var tables: Tables
    @Argument(help: "Its id, as the list shows it.") var id: String

    func run() throws {
      try FactorsCommand.explaining {
        let entries = try tables.library().entries()
        guard let entry = entries.first(where: { $0.factor.id == id }) else {
          let known = entries.map(\.factor.id)
          let near = known.filter { $0.hasPrefix(id + "/") }.prefix(8).joined(separator: ", ")
          let hint = near.isEmpty ? FactorText.nearest(id, known) : "These begin with it: \(near)."
          Output.error("There is no factor \"\(id)\".\n  → \(hint)")
          throw ExitCode(1)
        }
        print(FactorText.lines(entry).joined(separator: "\n"))
      }
    }
  }

  struct Select: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Which factor a kilowatt hour gets, by each method, in an inventory of a date.",
      discussion: "Factors count by the day on which they were published; the data year is what they describe.")
    @OptionGroup var tables: Tables
    @Option(
      name: .long, help: "The inventory's date, for example 2026-01-31. Default: the configuration's, else today.")
    var date: String?
    @Option(name: .long, help: "ISO 3166-2, for example CN-CQ. Default: the configuration's.") var subdivision: String?
    @Option(name: .long, help: "Only factors of this data year. Default: the newest published.") var dataYear: Int?

    func run() throws {
      try FactorsCommand.explaining {
        var settings = try tables.settings()
        guard let place = subdivision ?? settings?.subdivision else {
          throw ValidationError("--subdivision is missing: where does the plant take its electricity from? (CN-CQ)")
        }
        let day: CivilDate
        if let date {
          guard let given = CivilDate(date) else {
            throw ValidationError("--date \(date) is no date: write for example 2026-01-31")
          }
          day = given
        } else {
          // Seconds since 1970, whole days.
          day = settings?.inventoryDate ?? CivilDate(days: Int(Date().timeIntervalSince1970 / 86400))
        }
        settings?.subdivision = place
        if let dataYear { settings?.dataYear = dataYear }
        let library = try tables.library()
        print("electricity in \(place), inventory of \(day)")
        var failed = false
        for method in InventoryMethod.allCases {
          let request =
            settings?.request(method, at: day)
            ?? FactorRequest(
              method: method, subdivision: place, date: day, dataYear: method == .footprint ? nil : dataYear)
          do throws(FactorProblem) {
            print(FactorText.choice(method, try library.electricity(request)).joined(separator: "\n"))
          } catch {
            failed = true
            print("  \(method.rawValue): none\n    \(error.message)\n    → \(error.remedy)")
          }
        }
        if failed { throw ExitCode(1) }
      }
    }
  }

  /// Mistakes are the answer of these commands, not errors of the program.
  private static func explaining(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let errors as ConfigurationErrors {
      print(errors.description)
      throw ExitCode(1)
    } catch let problem as FactorProblem {
      Output.error("\(problem.message)\n  → \(problem.remedy)")
      throw ExitCode(1)
    }
  }
}
