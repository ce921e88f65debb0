import ArgumentParser
import Control
import Foundation
import Gateway

/// The command line of the gateway.
@main
struct Weir: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Industrial telemetry gateway: sensors in, correct records out.",
    discussion: """
      Start with `weir check plant.yaml`, then `weir run plant.yaml`, then `weir status --watch`.
      Exit codes of `weir status`: 0 good, 1 degraded, 2 down.
      """,
    version: Version.text,
    subcommands: [
      RunCommand.self, CheckCommand.self, TemplateCommand.self, FactorsCommand.self, StatusCommand.self,
      AlarmsCommand.self, IncidentsCommand.self, IncidentCommand.self, AckCommand.self, ShelveCommand.self,
      UnshelveCommand.self, SuppressCommand.self, WorkOrdersCommand.self, NotificationsCommand.self, AuditCommand.self,
      NotifyCommand.self,
      ExplainCommand.self, AssetsCommand.self, AssetCommand.self, SourcesCommand.self,
      HealthCommand.self, ForecastCommand.self, PlanCommand.self, MaintenanceCommand.self,
      OEECommand.self,
      EnergyCommand.self, CarbonCommand.self, PlantReportCommand.self,
      InspectionCommand.self, UnitCommand.self, ProductCommand.self, QuarantineCommand.self, ReloadCommand.self,
      DiffCommand.self, DiscoverCommand.self, ReplayCommand.self, SimulateCommand.self, VerifyCommand.self,
      ExportCommand.self, ProveCommand.self, KeysCommand.self, LedgerCommand.self,
    ])

  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let complaint = unknownCommand(arguments) {
      Output.error(complaint)
      Foundation.exit(ExitCode.validationFailure.rawValue)
    }
    await main(arguments)
  }

  /// What is wrong with a command that does not exist, and which one may be meant; nil if it exists.
  static func unknownCommand(_ arguments: [String]) -> String? {
    var command: any ParsableCommand.Type = Weir.self
    var path = "weir"
    for word in arguments {
      let known = command.configuration.subcommands
      guard !known.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
      // What stands here may be the name of a product or of a station.
      let takesNames = command == ProductCommand.self || command == InspectionCommand.self
      if takesNames, !known.contains(where: { $0._commandName == word }) { return nil }
      if let next = known.first(where: { $0._commandName == word }) {
        command = next
        path += " \(word)"
        continue
      }
      let names = known.map { $0._commandName }
      let near = NearestFirst.plausible(names, for: word).map { "Did you mean `\(path) \($0)`?" }
      return "There is no command `\(path) \(word)`.\n  → \(near ?? "Known ones: \(names.joined(separator: ", ")).")"
        + " `\(path) --help` explains them."
    }
    return nil
  }
}
