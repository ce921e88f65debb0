// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
/// Tests are not optimised, also where they test the optimised program: that would take minutes and show nothing.
let plain: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// A module of the house. A module may depend only on what stands above it in the list.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["Telemetry", "Templates", "TestSupport"], swiftSettings: plain)
}

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
  name: "weir",
  products: [.executable(name: "weir", targets: ["weir"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CKissFFT", providers: [.apt(["libkissfft-dev"])]),
    module("Telemetry"),
    module("Sparkplug", ["Telemetry"]),
    module("Plant", ["Telemetry"]),
    module("Factors", ["Telemetry", "Plant"]),
    module("Templates", ["Telemetry", "Sparkplug", "Plant", "Factors", yams, crypto]),
    module("Journal", ["Telemetry", "Templates", grdb]),
    module("MQTT", ["Telemetry", "Templates", "CMosquitto"]),
    module("Waveform", ["CKissFFT"]),
    module("Ingest", ["Telemetry", "Plant", "Sparkplug", "Templates", "Journal", "Waveform"]),
    module("Discovery", ["Telemetry", "Sparkplug", "Templates"]),
    module("Rules", ["Telemetry", "Plant", "Templates"]),
    module("Engine", ["Telemetry", "Templates", "Journal", "Rules"]),
    module("Energy", ["Telemetry", "Templates", "Plant", "Factors", "Rules"]),
    module("Carbon", ["Telemetry", "Templates", "Plant", "Factors", "Rules"]),
    module("Equipment", ["Telemetry", "Templates", "Plant", "Rules"]),
    module("Quality", ["Telemetry", "Templates", "Plant", "Rules"]),
    module("Inspection", ["Telemetry", "Templates", "Plant", "Rules"]),
    module("Production", ["Telemetry", "Templates", "Plant", "Factors", "Rules"]),
    module("Alarms", ["Telemetry", "Templates", "Plant", "Rules", "Factors"]),
    module("Ledger", ["Telemetry", crypto]),
    module("Store", ["Telemetry", "Templates", "Rules", "Ledger", grdb]),
    module(
      "Forwarding",
      [
        "Telemetry", "Templates", "Store", "MQTT", "CLinux", "CZlib", crypto, httpClient, lifecycle, logging,
        nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nio("NIOConcurrencyHelpers"), nioSSL,
      ]),
    module("Control", [hummingbird, httpClient, lifecycle, logging, nio("NIOCore"), nio("NIOFoundationCompat")]),
    .target(
      name: "Simulation", dependencies: ["Telemetry", "Templates", "Plant", "MQTT"], exclude: ["Fleet/README.md"],
      swiftSettings: strict),
    module(
      "Gateway",
      [
        "Telemetry", "Sparkplug", "Plant", "Factors", "Templates", "Journal", "MQTT", "Ingest", "Rules", "Engine",
        "Energy", "Carbon", "Equipment", "Quality", "Inspection", "Production", "Alarms", "Ledger", "Store",
        "Forwarding", "Control", "CLinux", logging,
      ]),
    .executableTarget(
      name: "weir",
      dependencies: [
        "Gateway", "Control", "Simulation", "Discovery", "Factors", "Inspection", "Ledger", "MQTT", "Store", arguments,
      ],
      swiftSettings: strict),

    .executableTarget(
      name: "weir-bench",
      dependencies: [
        "CLinux", "Telemetry", "Plant", "Templates", "Journal", "Ingest", "Rules", "Engine", "Energy", "Equipment",
        "Inspection", "Ledger", "Store", "Gateway", "Simulation",
      ],
      path: "Tests/Benchmarks/Micro", swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["Telemetry", "Templates", "MQTT"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .target(
      name: "RuleBench", dependencies: ["Telemetry", "Templates", "Plant", "Journal", "Rules", "Engine"],
      path: "Tests/RuleBench", swiftSettings: strict),
    tests("TelemetryTests"),
    tests("SparkplugTests", ["Sparkplug"]),
    tests("PlantTests", ["Plant"]),
    tests("FactorsTests", ["Factors", "Plant"]),
    tests("TemplatesTests", ["Factors", "Sparkplug"]),
    tests("JournalTests", ["Journal", grdb]),
    tests("MQTTTests", ["MQTT"]),
    tests("WaveformTests", ["Waveform"]),
    tests("IngestTests", ["Ingest", "Journal", "Sparkplug"]),
    tests("DiscoveryTests", ["Discovery", "Ingest", "Journal", "MQTT"]),
    tests("RulesTests", ["Rules"]),
    tests("EngineTests", ["Engine", "Rules", "Journal"]),
    tests("EnergyTests", ["Energy", "RuleBench", "Journal", "Factors", "Plant", "Rules"]),
    tests("CarbonTests", ["Carbon", "Energy", "Factors", "RuleBench", "Journal", "Plant", "Rules"]),
    tests("EquipmentTests", ["Equipment", "Energy", "RuleBench", "Journal", "Plant", "Rules"]),
    tests("QualityTests", ["Quality", "Equipment", "Energy", "RuleBench", "Journal", "Plant", "Rules"]),
    tests("InspectionTests", ["Inspection", "RuleBench", "Journal", "Plant", "Rules"]),
    tests("ProductionTests", ["Production", "Energy", "RuleBench", "Journal", "Factors", "Plant", "Rules"]),
    tests("AlarmsTests", ["Alarms", "RuleBench", "Journal", "Plant", "Rules"]),
    tests("LedgerTests", ["Ledger", crypto]),
    tests("StoreTests", ["Store", "Rules", "Ledger", grdb, crypto]),
    tests(
      "ForwardingTests",
      [
        "Forwarding", "MQTT", "Store", "Rules", logging, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
        nio("NIOConcurrencyHelpers"), nioSSL,
      ]),
    .testTarget(
      name: "Fuzz",
      dependencies: ["Ingest", "Sparkplug", "Engine", "Journal", "Telemetry", "Templates", "TestSupport"],
      path: "Tests/Fuzz",
      swiftSettings: plain),
    tests("SimulationTests", ["Simulation", "Plant", "Ingest", "Journal"]),
    tests(
      "GatewayTests",
      [
        "Gateway", "Control", "Factors", "Ingest", "Inspection", "Journal", "Ledger", "MQTT", "Plant", "Quality",
        "RuleBench",
        "Sparkplug", "Store", "weir", arguments, logging,
      ]),
    .testTarget(
      name: "Scenarios",
      dependencies: [
        "Telemetry", "Templates", "Plant", "MQTT", "Simulation", "Control", "Inspection", "TestSupport", "weir",
        hummingbird, httpClient, logging, grdb,
      ], path: "Tests/Scenarios", swiftSettings: plain),
  ],
  swiftLanguageModes: [.v6]
)
