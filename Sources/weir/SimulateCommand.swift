import ArgumentParser
import Foundation
import Simulation
import Telemetry
import Templates

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Publish what the site's devices would send: a plant on paper, with the faults of real ones.",
    discussion: "The same site, seed, start and faults give the same messages.")

  enum FaultLevel: String, ExpressibleByArgument, CaseIterable { case none, ordinary }

  @OptionGroup var site: SiteOptions
  @Option(name: .long, help: "Chooses the plant's history.") var seed: UInt64 = 1
  @Option(name: .long, help: "Begin of the plant's history (RFC 3339). Default: now.") var start: String?
  @Option(name: .long, help: "Stop after so much plant time. Default: until Ctrl-C.") var `for`: Span64?
  @Option(
    name: .long, help: "none, or ordinary: duplicates, late and disordered messages, bad JSON, wrong clocks, resets.")
  var faults = FaultLevel.ordinary
  @OptionGroup var publish: PublishOptions

  func run() async throws {
    let loaded = try site.load()
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
