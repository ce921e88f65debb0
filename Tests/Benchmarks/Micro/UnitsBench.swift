import Foundation
import Inspection
import Plant
import Rules
import Store
import Telemetry
import Templates

/// How long the file of one unit takes to be found among many: rows of units with six steps in a store on disk, written as
/// checkpoints do, then single look-ups by name, each read, decoded and made into its record.
struct UnitsBench {
  /// Units of one checkpoint.
  private static let commit = 20_000
  private static let lookups = 2000

  let units: Int
  let folder: String

  func run() throws {
    let folder = "\(folder)/units-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(atPath: folder) }
    let settings = StorageSettings(
      journalBytes: 0, journalAge: .zero, storeBytes: 1 << 40, freeSpaceFloor: 0, reserveBytes: 0)
    var rowBytes = 0
    var store = try Store(path: "\(folder)/store.sqlite", gateway: "bench", settings: settings, destinations: [])
    let began = ContinuousClock.now
    var position: Int64 = 0
    for first in stride(from: 0, to: units, by: Self.commit) {
      position += 1
      let state = (first..<min(first + Self.commit, units)).map { number in
        (key: UnitFileRule.stateKey(unit: Self.name(number)), bytes: Optional(Self.row(number)))
      }
      rowBytes += state.reduce(0) { $0 + ($1.bytes?.count ?? 0) }
      let checkpoint = Checkpoint(
        position: position, state: state, history: [], counts: EngineCounts(), oldestBlock: 0)
      try store.commit(checkpoint, output: EngineOutput(), issued: Timestamp(seconds: 1_795_219_200))
    }
    let filling = began.duration(to: .now)
    try store.close()
    let bytes =
      try FileManager.default.attributesOfItem(atPath: "\(folder)/store.sqlite")[.size] as? Int ?? 0

    store = try Store(path: "\(folder)/store.sqlite", gateway: "bench", settings: settings, destinations: [])
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    var generator = SplitMix64(seed: 7)
    var times: [Double] = []
    for _ in 0..<Self.lookups {
      let number = Int(generator.unit() * Double(units))
      let name = Self.name(number)
      let began = ContinuousClock.now
      guard let row = try store.state(UnitFileRule.stateKey(unit: name)) else { throw Lost(unit: name) }
      var reader = ByteReader(row)
      let file = try UnitFile(from: &reader)
      let body = UnitBody.json(name, file, route: nil, zone: zone)
      guard body["steps"]?.arrayValue?.count == file.steps.count, file.steps.count == 6 else { throw Lost(unit: name) }
      times.append(Double(began.duration(to: .now).components.attoseconds) / 1e15)
    }
    try store.close()
    times.sort()
    func text(_ value: Double, _ places: Int = 3) -> String { String(format: "%.\(places)f", value) }
    print("files of units in the store|\(units)|||")
    print("look-up of a unit, median|\(text(times[times.count / 2]))|ms||")
    print("look-up of a unit, the slowest of \(Self.lookups)|\(text(times[times.count - 1]))|ms|most|50")
    print("a file of six steps, encoded|\(text(Double(rowBytes) / Double(max(1, units)), 0))|bytes||")
    print("a file of six steps, on disk|\(text(Double(bytes) / Double(max(1, units)), 0))|bytes|most|400")
    print("writing, units per second|\(text(Double(units) / Double(max(1, filling.components.seconds)), 0))|units/s||")
  }

  private struct Lost: Error, CustomStringConvertible {
    var unit: String
    var description: String { "the unit \(unit) was not found as it was written" }
  }

  private static func name(_ number: Int) -> String { "LSVAA4182E\(2_000_000_000 + number)" }

  private static func row(_ number: Int) -> [UInt8] {
    var file = UnitFile()
    let start = Timestamp(seconds: 1_795_219_200 + Int64(number) * 60)
    for step in 0..<6 as Range<Int64> {
      _ = file.add(
        UnitStep(
          time: start + .seconds(step * 45), station: "vs-\(step)", kind: .result, step: step == 3 ? "head-1" : "",
          verdict: "OK",
          details: step == 3
            ? [.init("torque", "1\(10 + number % 9).\(number % 10)"), .init("torque-lower-limit", "105")]
            : [.init("model", "glue-4.2")]))
    }
    var writer = ByteWriter()
    file.encode(into: &writer)
    return writer.bytes
  }
}
