import ArgumentParser
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
      RunCommand.self, CheckCommand.self, StatusCommand.self, AssetsCommand.self, AssetCommand.self,
      QuarantineCommand.self, ReplayCommand.self, SimulateCommand.self,
    ])
}
