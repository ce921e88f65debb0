import ArgumentParser
import Gateway
import Telemetry

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the gateway until it is told to stop (SIGTERM or Ctrl-C).",
    discussion: """
      On a stop it drains what has arrived, makes it durable, acknowledges it, and writes a checkpoint. A changed \
      configuration is taken over while it runs: `weir diff` shows the changes, `weir reload` (or SIGHUP) applies them.
      """)

  @OptionGroup var site: SiteOptions

  @Flag(name: .long, help: "Leave an embedded broker running on a stop; the next start adopts it.")
  var keepBroker = false

  @Option(name: .long, help: "trace, debug, info, notice, warning or error.")
  var log: String = "info"

  func run() async throws {
    let gateway = try Gateway(
      site: site.load(), options: GatewayOptions(keepBroker: keepBroker, logLevel: log, configuration: site.file))
    try await gateway.run()
  }

  private typealias GatewayOptions = Gateway.Options
}
