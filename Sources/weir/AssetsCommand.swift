import ArgumentParser
import Control
import Foundation

struct AssetsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "assets", abstract: "List the machines, meters and stations, and which of them report.",
    discussion: AssetText.states)

  @OptionGroup var gateway: GatewayOptions
  @Flag(name: .long, help: "Only those that do not report.") var silent = false
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let assets = try await gateway.client.assets().filter { !silent || $0.state != "reporting" }
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(assets), as: UTF8.self))
      return
    }
    if assets.isEmpty {
      print(silent ? "all assets report" : "no assets are configured")
      return
    }
    var table = Columns()
    table.add("ASSET", "PLACE", "TEMPLATE", "STATE", "LAST SAMPLE", "AGE", "FINDINGS")
    for asset in assets {
      table.add(
        asset.id, asset.place, asset.template, asset.state, asset.lastSample ?? "-", AssetText.age(asset),
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
  @Flag(
    name: .long,
    help: "Its condition on one page: state, trend, indicators with zones, faults, remaining life, history.")
  var report = false
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    if report {
      let health = try await gateway.client.health(of: id)
      if json {
        print(String(decoding: try ControlCoding.encoder().encode(health), as: UTF8.self))
      } else if let line = health.machines.first {
        print(HealthText.report(line, history: health.history))
      }
      return
    }
    let detail = try await gateway.client.asset(id)
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(detail), as: UTF8.self))
      return
    }
    print(AssetText.page(detail))
  }
}
