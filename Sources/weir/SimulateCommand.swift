import ArgumentParser
import Foundation
import Simulation
import Telemetry
import Templates

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Publish what the site's devices would send: a plant on paper, with the faults of real ones.",
    discussion: """
      Every device sends in the payload format of its template. The same site, seed, start and faults give the same \
      messages. Devices of Sparkplug B edge nodes are not simulated.
      """)

  enum FaultLevel: String, ExpressibleByArgument, CaseIterable { case none, ordinary }

  @OptionGroup var site: SiteOptions
  @Option(name: .long, help: "Chooses the plant's history.") var seed: UInt64 = 1
  @Option(name: .long, help: "Begin of the plant's history (RFC 3339). Default: now.") var start: String?
  @Option(name: .long, help: "Stop after so much plant time. Default: until Ctrl-C.") var `for`: Span64?
  @Option(
    name: .long, help: "none, or ordinary: duplicates, late and disordered messages, bad JSON, wrong clocks, resets.")
  var faults = FaultLevel.ordinary
  @OptionGroup var publish: PublishOptions

  @Option(name: .long, help: "Simulate the devices of this broker, if the configuration has several.") var broker:
    String?

  /// The site with one broker and what is simulated on it; what is left out is told.
  private func devices(of site: Site) throws -> Site {
    var site = site
    let plain = site.connections.filter { $0.sparkplug == nil }
    guard let connection = broker.map({ name in plain.first { $0.name == name } }) ?? plain.first else {
      let known = plain.map(\.name).joined(separator: ", ")
      throw ValidationError(
        plain.isEmpty
          ? "the configuration has Sparkplug B brokers only, and Sparkplug edge nodes are not simulated: use a device, or "
            + "the edge node's own simulator"
          : "the configuration has no broker \"\(broker ?? "")\" without Sparkplug; it has \(known)")
    }
    let nodes = PlantSimulation.leftOut(site)
    if !nodes.isEmpty {
      Output.error(
        "not simulated: \(nodes.prefix(5).joined(separator: ", "))\(nodes.count > 5 ? " …" : "") "
          + "(\(nodes.count) of Sparkplug B edge nodes, which are more than their messages)")
    }
    let others = site.assets.filter { $0.sparkplug == nil && $0.connection != connection.name }
    if !others.isEmpty {
      Output.error("not simulated: \(others.count) assets on other brokers; choose one with --broker")
    }
    site.connections = [connection]
    site.assets = site.assets.filter { $0.sparkplug == nil && $0.connection == connection.name }
    guard !site.assets.isEmpty else {
      throw ValidationError("no asset of the configuration can be simulated on broker \(connection.name)")
    }
    return site
  }

  func run() async throws {
    let loaded = try devices(of: try site.load())
    let begin: Timestamp
    if let start {
      guard let time = Timestamp(rfc3339: start) else {
        throw ValidationError("--start is RFC 3339 with an offset, for example 2026-11-21T08:00:00+08:00")
      }
      begin = time
    } else {
      begin = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000)
    }
    let plant = try PlantSimulation(
      site: loaded, seed: seed, start: begin, faults: faults == .ordinary ? .ordinary : Faults())
    let publisher = try await PublishOptions.publisher(for: loaded, name: "simulator")
    defer { publisher.stop() }
    let pace = try publish.pace(site: loaded, duration: `for`)
    let sent = try await PlantPublisher(publisher: publisher, pace: pace).run(plant).devices
    print("\(sent) messages published")
  }
}
