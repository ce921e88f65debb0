import ArgumentParser
import Foundation
import MQTT
import Plant
import Simulation
import Telemetry
import Templates

/// How a plant's messages are published, for replay and simulation.
struct PublishOptions: ParsableArguments {
  @Option(name: .long, help: "Plant seconds per second; \"max\" = as fast as the broker takes them.")
  var speed = "max"

  @Flag(
    name: .long, inversion: .prefixedNo,
    help: "Publish the plant clock on $weir/clock (for a gateway with `clock: messages`). Default: as the site says.")
  var marks: Bool?

  @Option(name: .long, help: "Publish marks until so long after the last message, so that the last windows close.")
  var settle: Span64 = .hours(1)

  func pace(site: Site, duration: Span64?) throws -> PlantPublisher.Pace {
    var factor: Double?
    if speed != "max" {
      guard let number = Double(speed), number > 0 else {
        throw ValidationError("--speed is a number above 0, or max; found \"\(speed)\"")
      }
      factor = number
    }
    return PlantPublisher.Pace(
      speed: factor, markInterval: marks ?? (site.clock == .messages) ? .seconds(1) : nil, duration: duration,
      settle: settle)
  }

  /// A connection of its own to the site's first broker.
  static func publisher(for site: Site, name: String) async throws -> Publisher {
    guard var settings = site.connections.first else { throw ValidationError("the site has no broker") }
    settings.name = name
    settings.clientID = "\(settings.clientID)-\(name)"
    let publisher = try Publisher(settings: settings)
    try publisher.start()
    guard try await publisher.waitUntilConnected() else {
      throw ValidationError("no connection to \(settings.host):\(settings.port) within 30 s; is the broker running?")
    }
    return publisher
  }
}

struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Publish recorded data through the site's broker, as the devices would have sent it.",
    discussion: """
      A file of JSON Lines is replayed as it is: {"time":"2026-11-21T08:00:00+08:00","topic":"…","payload":{…}}.
      A CSV table needs --topic, --time and --column, for example a year of a meter's intervals as its registers:
        weir replay steel.csv --site plant.yaml --topic plant/meter --time date --time-format "dd/MM/yyyy HH:mm" \\
          --midnight-ends-day --column kwh=Usage_kWh:cumulative --opening 15min
      """)

  @Argument(help: "A .jsonl recording or a .csv table.") var file: String
  @Option(name: .long, help: "The site's configuration: broker and zone.") var site: String
  @Option(name: .long, help: "A folder of templates; may be repeated.") var devices: [String] = []
  @Option(name: .long, help: "CSV: the topic to publish on.") var topic: String?
  @Option(name: .long, help: "CSV: the column with the time.") var time = "timestamp"
  @Option(name: .long, help: "CSV: places of yyyy, MM, dd, HH, mm, ss in the plant's local time.")
  var timeFormat = "yyyy-MM-dd HH:mm:ss"
  @Flag(name: .long, help: "CSV: the stamp 00:00 is the end of the printed day.") var midnightEndsDay = false
  @Option(name: .long, help: "CSV: <payload path>=<column>[:value|:cumulative]; may be repeated.")
  var column: [String] = []
  @Option(name: .long, help: "CSV: a reading of zero so long before the first row.") var opening: Span64?
  @OptionGroup var publish: PublishOptions

  func run() async throws {
    let loaded = try SiteLoader.load(path: site, devices: SiteOptions.folders(devices))
    let messages = try messages(loaded)
    let publisher = try await PublishOptions.publisher(for: loaded, name: "replay")
    defer { publisher.stop() }
    let sent = try await PlantPublisher(publisher: publisher, pace: publish.pace(site: loaded, duration: nil))
      .run(messages).devices
    print("\(sent) messages published")
  }

  private func messages(_ site: Site) throws -> [SimulatedMessage] {
    guard file.hasSuffix(".csv") else { return try RecordedReplay.messages(file: file) }
    guard let topic else { throw ValidationError("a CSV table needs --topic: where its rows are published") }
    guard !column.isEmpty else {
      throw ValidationError("a CSV table needs --column, for example kwh=Usage_kWh:cumulative")
    }
    return try TableReplay(
      file: file, topic: topic, timeColumn: time, timePattern: timeFormat,
      zone: PlantZone(identifier: site.zone), midnightEndsDay: midnightEndsDay, columns: column.map(Self.column),
      opening: opening
    ).messages()
  }

  private static func column(_ text: String) throws -> TableReplay.Column {
    let halves = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard halves.count == 2 else { throw ValidationError("--column is <payload path>=<column>, found \"\(text)\"") }
    let parts = halves[1].split(separator: ":", maxSplits: 1).map(String.init)
    guard let mode = TableReplay.Column.Mode(rawValue: parts.count == 2 ? parts[1] : "value") else {
      throw ValidationError("a column is :value or :cumulative, found \"\(text)\"")
    }
    return TableReplay.Column(
      name: parts[0], path: halves[0].split(separator: ".").map(String.init), mode: mode)
  }
}
