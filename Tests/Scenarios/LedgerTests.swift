import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// The ledger through a whole gateway: across midnight under SIGKILL, then checked, cut, rotated and proven from outside.
@Suite struct LedgerTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T23:00:00+08:00")!

  @Test(.timeLimit(.minutes(10)))
  func midnightHasOneHeadWhateverIsKilled() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let plant = try PlantSimulation(site: site, seed: 3, start: Self.start, faults: .ordinary)
    let messages = Array(plant.prefix { $0.time < Self.start + .hours(2) })
    // Around the middle of the messages the day ends: there it dies again and again.
    var rest = messages[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(max(1, messages.count / 12)))
      rest = rest.dropFirst(part.count)
      var isDone = false
      try await Plants.publish(part, site: site, settle: rest.isEmpty ? .hours(2) : .zero) { published in
        guard !isDone, published >= part.count / 2 else { return }
        isDone = true
        do {
          if weir.isRunning { try weir.kill() }
          try weir.start(environment: ["WEIR_FAULT=store-transaction:\(1 + rest.count % 3)"])
        } catch {
          Issue.record(error)
        }
      }
    }
    if weir.isRunning { try weir.kill() }
    try weir.start()
    try await weir.waitFor("everything delivered") { status in
      guard let clock = status.stages.plantClock.flatMap({ Timestamp(rfc3339: $0) }) else { return false }
      return clock + .minutes(1) >= Self.start + .hours(4) && status.isDelivered
        && status.stages.engineLagBatches == 0
    }
    let upstream = weir.directory.appending("upstream.jsonl")
    let heads = try heads(upstream)
    #expect(heads.count == 1)
    #expect(heads.first?["day"] == "2026-11-02" && heads.first?["reason"] == "day")
    #expect((heads.first?["count"]?.integerValue ?? 0) > 0)

    #expect(try run("verify", [weir.data], weir).code == 0)
    let partial = try run("verify", ["--partial", upstream], weir)
    #expect(partial.code == 0, "\(partial.output)")

    // A partner has the first key and a head from before the rotation.
    let key = weir.directory.appending("key.json")
    try run("keys", ["show", "--json", "--data", weir.data], weir).output
      .write(toFile: key, atomically: true, encoding: .utf8)
    #expect(try run("ledger", ["seal", "--data", weir.data], weir).code == 0)
    #expect(try run("keys", ["rotate", "--data", weir.data], weir).code == 0)
    let sealed = try run("ledger", ["seal", "--json", "--data", weir.data], weir)
    let newest = weir.directory.appending("head.json")
    try sealed.output.write(toFile: newest, atomically: true, encoding: .utf8)
    let export = weir.directory.appending("export.jsonl")
    #expect(try run("export", ["--data", weir.data, "--output", export], weir).code == 0)
    #expect(try run("verify", [export, "--head", newest, "--key", key], weir).code == 0)

    let lines = try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n").map(String.init)
    let cut = try weir.directory.write(lines[1..<(lines.count / 2)].joined(separator: "\n") + "\n", to: "cut.jsonl")
    let truncated = try run("verify", [cut, "--head", newest, "--key", key], weir)
    #expect(truncated.code == 1 && truncated.output.contains("truncated"))

    let id = try #require(
      try lines.reversed().lazy.map { try JSONValue(parsing: $0) }.first { $0["kind"] == "energy-day" }?["id"]?
        .stringValue)
    let proof = weir.directory.appending("proof.json")
    #expect(try run("prove", [id, "--data", weir.data, "--output", proof], weir).code == 0)
    #expect(try run("verify", [proof, "--key", key], weir).code == 0)
    try weir.stop()
    #expect(try run("keys", ["show", "--data", weir.data], weir).output.contains("handed over"))
    // The secret is in its file and nowhere else.
    let secret = try #require(
      try JSONValue(parsing: String(contentsOfFile: weir.data + "/ledger.key", encoding: .utf8))["d"]?.stringValue)
    for file in [weir.log, upstream, export, proof, key] {
      #expect(try !String(contentsOfFile: file, encoding: .utf8).contains(secret), "\(file)")
    }
    let store = try Data(contentsOf: URL(fileURLWithPath: weir.data + "/store.sqlite"))
    #expect(store.range(of: Data(secret.utf8)) == nil)
  }

  private func heads(_ file: String) throws -> [JSONValue] {
    var heads: [String: JSONValue] = [:]
    for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
      let record = try JSONValue(parsing: String(line))
      guard record["kind"] == "ledger-head", let id = record["id"]?.stringValue else { continue }
      if let before = heads[id] { #expect(before == record["body"], "a head must not change") }
      heads[id] = record["body"]
    }
    return heads.sorted { $0.key < $1.key }.map(\.value)
  }

  private func run(_ command: String, _ arguments: [String], _ weir: WeirProcess) throws -> (
    output: String, code: Int32
  ) {
    try WeirProcess.command([command] + arguments, directory: weir.directory)
  }
}
