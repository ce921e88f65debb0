import Foundation
import Telemetry
import Testing

@testable import Templates

/// The root of the package, where `Devices` and `Config` are.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path
let shippedTemplates = packageRoot + "/Devices"

/// Those of the base configuration only: loads by the hundred need not read all others each time.
let baseTemplates: String = {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-base-\(UUID().uuidString)").path
  do {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["three-phase-meter", "rotating-machine", "vision-station"] {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name).yaml", withDestinationPath: "\(shippedTemplates)/\(name).yaml")
    }
  } catch {
    Issue.record(error)
  }
  return folder
}()

func load(_ text: String, devices: [String] = [baseTemplates]) throws -> Site {
  try SiteLoader.load(text: text, file: "test.yaml", devices: devices)
}

func mistakes(_ text: String, devices: [String] = [baseTemplates]) -> [ConfigurationError] {
  do {
    _ = try SiteLoader.load(text: text, file: "test.yaml", devices: devices)
    return []
  } catch {
    return error.errors
  }
}

/// A small valid configuration; tests change parts of it.
let baseConfiguration = """
  gateway:
    id: test
    data: data/test
  zone: Asia/Shanghai
  clock: system
  broker:
    host: 192.168.1.5
    port: 1883
    username: weir
    password-env: SECRET
    keep-alive: 30 s
  assets:
    - id: meter-1
      place: cq/hall-1
      template: three-phase-meter
      topic: plant/{area}/{id}
      criticality: high
      rated-power: 630 kW
      signals:
        active-energy: { path: e.import, unit: Wh, resolution: 0.001, modulus: 1000000 }
    - id: press-{n}
      count: 3
      place: cq/hall-1/press/{n}
      template: rotating-machine
      topic: plant/{area}/{id}
    - id: vision-1
      place: cq/hall-1
      template: vision-station
      topic: plant/{area}/{id}
  horizons:
    energy: { lateness: 60 s, revision: 45 d }
  energy:
    window: 15 min
    plausibility-factor: 1.2
  destinations:
    - name: archive
      file: { path: data/records.jsonl, rotate: 64 MB, keep: 8 }
      records: [energy-interval, finding]
      assets: ["meter-*"]
    - name: cloud
      http: { url: "https://example.com/r", token-env: TOKEN, batch: 10 }
      records: all
      assets: ["*"]
  storage:
    journal: { size: 4 GB, age: 30 d }
    free-space-floor: 256 MB
    reserve: 16 MB
  control:
    metrics-port: 9464

  """
