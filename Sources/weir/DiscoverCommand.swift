import ArgumentParser
import Control
import Discovery
import Foundation
import MQTT
import Telemetry
import Templates

struct DiscoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discover",
    abstract: "Listen to a broker and propose the configuration of what sends there.",
    discussion: """
      Listens without disturbing anybody (QoS 0, a session of its own), guesses template, fields, units and time \
      formats, and prints entries for the site's configuration, each with its confidence and the reason. What is unsure \
      is commented out, with the alternatives. With --from-gateway it looks at the unknown topics that a running \
      gateway has set aside.
      Exit code 1 if there is nothing to propose.
      """)

  @Option(name: .long, help: "Listen so long, for example 60s or 5min.") var seconds = Span64.seconds(60)
  @Option(name: .long, help: "The broker's host. Default: that of --config.") var host: String?
  @Option(name: .long, help: "The broker's port.") var port = 1883
  @Option(name: .long, help: "The user name at the broker.") var username: String?
  @Option(name: .long, help: "The environment variable with the password.") var passwordEnv: String?
  @Option(
    name: .long, help: "The site's configuration: its broker is used, and what it has already is left out.")
  var config: String?
  @Option(name: .long, help: "Which broker of the configuration, if it has several.") var broker: String?
  @Option(name: .long, help: "Only these topics; may be repeated.") var filter: [String] = []
  @Flag(name: .long, help: "Take the unknown topics of the running gateway instead of listening.")
  var fromGateway = false
  @OptionGroup var gateway: GatewayOptions
  @Option(
    name: .long,
    help: "Add what is found to this configuration, after showing the difference; made if it does not exist.")
  var write: String?
  @Option(name: .long, help: "A folder of templates; may be repeated. Default: $WEIR_DEVICES, else Devices.")
  var devices: [String] = []
  @Option(name: .long, help: "What names mean. Default: $WEIR_VOCABULARY, else Config/discovery.yaml.")
  var vocabulary: String?

  func validate() throws {
    guard (1...65535).contains(port) else { throw ValidationError("--port is a number from 1 to 65535") }
    guard seconds >= .seconds(1), seconds <= .days(1) else { throw ValidationError("--seconds is from 1 s to 1 day") }
    if host == nil, config == nil, !fromGateway, existing == nil {
      throw ValidationError(
        "Say where to listen: --host <broker>, --config <site.yaml>, or --from-gateway for a running gateway.")
    }
    for one in filter where !TopicFilter.isValid(one) {
      throw ValidationError("\"\(one)\" is no topic filter; `#` stands for the rest, `+` for one level: plant/+/#")
    }
  }

  /// The configuration that is looked at: the one to be written to, if it is there, else `--config`.
  private var existing: String? {
    if let write, FileManager.default.fileExists(atPath: write) { return write }
    return config
  }

  func run() async throws {
    do {
      try await discover()
    } catch let errors as ConfigurationErrors {
      print(errors.description)
      throw ExitCode(1)
    }
  }

  private func discover() async throws {
    let folders = SiteOptions.folders(devices)
    let words = try Vocabulary.load(path: Self.vocabularyPath(vocabulary))
    let text = try existing.map { try Self.read($0) }
    let site = try text.map { try SiteLoader.load(text: $0, file: existing ?? "", devices: folders) }
    let templates = try SiteLoader.templates(text: text ?? "", file: existing ?? "", devices: folders)
    let connection = try site.map(connection)
    let observations = fromGateway ? try await quarantined() : try await heard(connection)
    let zone = TimeZone(identifier: site?.zone ?? newSite.zone)
    let discovery = Discovery(
      vocabulary: words, templates: templates, known: site.map { Discovery.Known($0) } ?? Discovery.Known(),
      zoneOffset: zone?.secondsFromGMT())
    let report = discovery.report(observations)
    Output.error(DiscoverText.summary(report))
    let isOneOfMany = (site?.connections.count ?? 0) > 1
    let hasNodes = !report.sparkplugGroups.isEmpty
    let writer = FragmentWriter(
      report, threshold: words.threshold,
      broker: isOneOfMany ? plain(connection, site) : site == nil && hasNodes ? "plant" : nil,
      sparkplugBroker: site == nil ? (hasNodes ? "sparkplug" : nil) : sparkplug(connection, site, report))
    if let write {
      try save(writer, report, to: write, text: text, folders)
    } else if site != nil || fromGateway {
      print(writer.text(), terminator: "")
    } else {
      print(newSite.text(writer), terminator: "")
    }
    if !writer.isUsable { throw ExitCode(1) }
  }

  /// The entry of the same broker that takes plain topics: one that carries both is listed twice.
  private func plain(_ connection: Connection?, _ site: Site?) -> String? {
    guard let connection, connection.sparkplug != nil else { return connection?.name }
    let twin = site?.connections.first {
      $0.sparkplug == nil && ($0.host, $0.port) == (connection.host, connection.port)
    }
    return (twin ?? connection).name
  }

  /// The entry of the same broker that is a Sparkplug host of all groups that were found.
  private func sparkplug(_ connection: Connection?, _ site: Site?, _ report: DiscoveryReport) -> String? {
    site?.connections.first { other in
      guard let settings = other.sparkplug, let connection else { return false }
      return (other.host, other.port) == (connection.host, connection.port)
        && report.sparkplugGroups.allSatisfy(settings.groups.contains)
    }?.name
  }

  /// What went wrong outside, with the remedy; what was typed is not the reason.
  struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  // MARK: - What is heard

  private func connection(_ site: Site) throws -> Connection {
    if let broker {
      if let found = site.connections.first(where: { $0.name == broker }) { return found }
      let known = site.connections.map(\.name).joined(separator: ", ")
      throw ValidationError("the configuration has no broker \"\(broker)\"; it has \(known)")
    }
    guard site.connections.count == 1 || host != nil || fromGateway, let first = site.connections.first else {
      let known = site.connections.map { "--broker \($0.name)" }.joined(separator: " or ")
      throw ValidationError("the configuration has several brokers: say \(known)")
    }
    return first
  }

  /// The configuration's connection, or one to `--host`, under a client id that nobody else has.
  private func settings(_ base: Connection?) -> Connection {
    let id = "weir-discover-" + String(UInt64.random(in: .min ... .max), radix: 36)
    guard host != nil || base == nil else {
      var settings = base ?? Self.plain(host: "127.0.0.1", port: port, id: id)
      settings.clientID = id
      return settings
    }
    var settings = Self.plain(host: host ?? "127.0.0.1", port: port, id: id)
    settings.username = username
    settings.password = passwordEnv.map { .environment($0) }
    return settings
  }

  private static func plain(host: String, port: Int, id: String) -> Connection {
    Connection(
      name: "discover", host: host, port: port, clientID: id, username: nil, password: nil, tls: nil,
      keepAlive: .seconds(30), sessionExpiry: .zero, commitInterval: .zero, maximumPacketSize: 1 << 20, embedded: nil)
  }

  private func heard(_ base: Connection?) async throws -> Observations {
    let settings = settings(base)
    let listener = try Listener(settings: settings, filters: filter.isEmpty ? ["#"] : filter)
    Output.error("listening to \(settings.host):\(settings.port) for \(Int(seconds.seconds)) s; Ctrl-C ends earlier")
    // Ctrl-C is an early end, not the loss of what was heard.
    signal(SIGINT, SIG_IGN)
    let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interrupt.setEventHandler { listener.stop() }
    interrupt.resume()
    defer { interrupt.cancel() }
    let duration = Duration.nanoseconds(seconds.nanoseconds)
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        var observations = Observations()
        do {
          try listener.listen(for: duration) { topic, payload, isRetained in
            observations.add(
              ObservedMessage(
                topic: String(decoding: topic, as: UTF8.self), payload: Array(payload), received: Self.now(),
                isRetained: isRetained))
          }
          continuation.resume(returning: observations)
        } catch  where observations.messageCount > 0 {
          Output.error("\(error); this is what was heard until then")
          continuation.resume(returning: observations)
        } catch {
          continuation.resume(
            throwing: Failure(
              "\(Self.place(settings, error))\(error)\n  → Check host, port, user name and password, and that the "
                + "broker lets this user subscribe."))
        }
      }
    }
  }

  /// What stands before an error, where it does not say itself which broker it speaks of.
  private static func place(_ settings: Connection, _ error: any Error) -> String {
    let place = "\(settings.host):\(settings.port)"
    return "\(error)".contains(place) ? "" : "\(place): "
  }

  private static func now() -> Timestamp {
    Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000)
  }

  /// The unknown topics of the quarantine, oldest first.
  private func quarantined() async throws -> Observations {
    let lines = try await gateway.client.quarantine(reason: "unknown-topic", limit: 10_000)
    var observations = Observations()
    for line in lines.reversed() {
      guard line.id.hasPrefix("m"), let payload = line.payload, let time = Timestamp(rfc3339: line.time) else {
        continue
      }
      observations.add(ObservedMessage(topic: line.subject, payload: Array(payload.utf8), received: time))
    }
    return observations
  }

  // MARK: - Files

  private var newSite: NewSite {
    let zone = TimeZone.current.identifier
    return NewSite(
      host: host ?? "127.0.0.1", port: port, username: username, passwordEnvironment: passwordEnv,
      zone: zone.contains("/") && !zone.hasPrefix("Etc/") ? zone : "UTC")
  }

  private static func read(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      throw Failure("\(path) cannot be read as UTF-8 text; check path and permissions")
    }
    return text
  }

  /// Shows the difference, checks the result, and puts it in the old one's place in one step; a copy stays as `….bak`.
  private func save(
    _ writer: FragmentWriter, _ report: DiscoveryReport, to path: String, text: String?, _ folders: [String]
  ) throws {
    guard writer.isUsable else {
      print(writer.text(), terminator: "")
      Output.error("nothing sure enough to write; \(path) stays as it is")
      return
    }
    let result: String
    if let text, FileManager.default.fileExists(atPath: path) {
      do throws(SiteEdit.Obstacle) {
        let edit = try SiteEdit(adding: writer, to: text)
        print(edit.difference)
        result = edit.text
      } catch {
        throw Failure("\(path), \(error)")
      }
    } else {
      result = newSite.text(writer)
      print(result, terminator: "")
    }
    do {
      _ = try SiteLoader.load(text: result, file: path, devices: folders)
    } catch {
      print(error.description)
      Output.error("with what was found the configuration does not pass the check; \(path) stays as it is")
      throw ExitCode(1)
    }
    if text != nil, FileManager.default.fileExists(atPath: path) {
      try Data((text ?? "").utf8).write(to: URL(fileURLWithPath: path + ".bak"), options: .atomic)
      Output.error("the configuration as it was is kept as \(path).bak")
    }
    try Data(result.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    Output.error("\(path) is written; `weir check \(path)` shows what would run")
  }

  /// The given file, else `$WEIR_VOCABULARY`, else where the working directory, the program or the package has it.
  static func vocabularyPath(_ given: String?) -> String {
    if let path = given ?? ProcessInfo.processInfo.environment["WEIR_VOCABULARY"] { return path }
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let candidates = [
      "Config/discovery.yaml", "\(program)/Config/discovery.yaml", "/usr/share/weir/Config/discovery.yaml",
    ]
    return candidates.first { FileManager.default.fileExists(atPath: $0) } ?? candidates[0]
  }
}
