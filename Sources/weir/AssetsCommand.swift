import ArgumentParser
import Control
import Foundation

struct AssetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assets", abstract: "List the machines, meters and stations, and which of them report.")

  @OptionGroup var gateway: GatewayOptions
  @Flag(name: .long, help: "Only those that do not report.") var silent = false
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let assets = try await gateway.client.assets().filter { !silent || $0.state != "reporting" }
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(assets), as: UTF8.self))
      return
    }
    var table = Columns()
    table.add("ASSET", "PLACE", "TEMPLATE", "STATE", "LAST SAMPLE", "FINDINGS")
    for asset in assets {
      table.add(
        asset.id, asset.place, asset.template, asset.state, asset.lastSample ?? "-",
        asset.openFindings > 0 ? "\(asset.openFindings)" : "-")
    }
    print(table.lines(indent: "").joined(separator: "\n"))
  }
}

struct AssetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asset", abstract: "Show one asset: its signals with the last hour, its topics, its findings.")

  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The asset's id, as `weir assets` lists it.") var id: String
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let detail = try await gateway.client.asset(id)
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(detail), as: UTF8.self))
      return
    }
    print("\(detail.asset.id)  \(detail.asset.name)  \(detail.asset.state)")
    print("  place     \(detail.asset.place)")
    print("  template  \(detail.asset.template), criticality \(detail.asset.criticality)")
    print("  topics    \(detail.asset.topics.joined(separator: ", "))")
    print("")
    var table = Columns(alignRight: [1, 3, 5])
    table.add("SIGNAL", "LAST", "UNIT", "MIN", "LAST HOUR", "MAX")
    for signal in detail.signals {
      table.add(
        signal.name, signal.lastValue ?? "-", signal.unit, signal.minimum.map { Figures.places($0, 2) } ?? "-",
        Figures.sparkline(signal.lastHour), signal.maximum.map { Figures.places($0, 2) } ?? "-")
    }
    print(table.lines(indent: "  ").joined(separator: "\n"))
    for finding in detail.findings {
      print("\n  \(finding.severity.uppercased())  \(finding.summary)  (since \(finding.opened))")
      print("      → \(finding.advice)")
    }
  }
}
