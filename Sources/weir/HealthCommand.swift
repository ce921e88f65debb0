import ArgumentParser
import Control
import Foundation

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "How each machine is, the least healthy first; of one machine with its signals.",
    discussion: """
      A machine is learning until enough of its hours were seen, then it is watched. The score says how far it is from \
      what is usual at its operating point: 1 stands out, 2 that lasts for hours is a warning. Zones follow ISO 10816-3 where the asset has a \
      `nameplate:`. Health is 100 less the points that are named; of a line, an area or the site the weakest machine \
      decides, weighed by its criticality: 100 − w·(100 − h), w 0.5 (low), 0.8 (normal), 1 (high, safety).
      """)

  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "Id of one machine.") var asset: String?
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let report = try await gateway.client.health(of: asset)
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(report), as: UTF8.self))
    } else if asset != nil, let line = report.machines.first {
      print(HealthText.detail(line))
    } else {
      print(HealthText.page(report))
    }
  }
}
