import ArgumentParser
import Control
import Foundation

struct AlarmsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alarms", abstract: "What is wrong, how urgent it is, and what to do; who knows of it.",
    discussion: """
      The number in front is that of the occurrence: `weir ack` names it, so that nobody acknowledges what they have not \
      seen. `weir incidents` shows the same on one page, joined by cause.
      """, subcommands: [List.self, Show.self, Performance.self, Reset.self], defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Alarms that are active, unacknowledged or silenced, the most urgent first.")
    @OptionGroup var gateway: GatewayOptions
    @Flag(name: .long, help: "Refresh each second until Ctrl-C.") var watch = false
    @Flag(name: .long, help: "Only those that nobody has acknowledged.") var waiting = false
    @OptionGroup var voice: LanguageOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      try await AlarmText.watching(watch) {
        var report = try await gateway.client.alarms(language: voice.wanted)
        if waiting { report.alarms.removeAll { $0.state != "unacknowledged" && $0.state != "returned" } }
        return json
          ? String(decoding: try ControlCoding.encoder().encode(report.alarms), as: UTF8.self)
          : AlarmText.alarms(report)
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "One alarm: what, where, since when, on what it rests, what happens if ignored, what to do.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Number of the occurrence, or the alarm: no-data/press-1.") var alarm: String
    @OptionGroup var voice: LanguageOptions
    @Flag(name: .long, help: "As JSON.") var json = false

    func run() async throws {
      let report = try await gateway.client.alarms(language: voice.wanted)
      guard var found = report.alarms.first(where: { "\($0.occurrence)" == alarm || $0.alarm == alarm }) else {
        throw ValidationError("there is no alarm \"\(alarm)\" now; `weir alarms` lists them")
      }
      found.charts = await AlarmChart.charts(of: found.subject, alarm: found.alarm, gateway)
      print(
        json ? String(decoding: try ControlCoding.encoder().encode(found), as: UTF8.self) : AlarmText.alarm(found))
    }
  }

  struct Performance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How well the alarm system serves people: rates, floods, chattering, and what to mend.",
      discussion: "Figures and targets after ISA-18.2 / IEC 62682; the targets stand in Config/alarms.")
    @OptionGroup var gateway: GatewayOptions
    @OptionGroup var report: ReportOptions

    func run() async throws {
      try report.show(try await gateway.client.report(ReportQuery(subject: .alarms, period: report.period)))
    }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a latched alarm return, after its condition has cleared.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The alarm, for example fault/press-1/overload.") var alarm: String
    @OptionGroup var who: PersonOptions
    @Option(name: .long, help: "Why.") var reason: String

    func run() async throws {
      try await who.send("alarm-reset", ["alarm": .string(alarm)], reason: reason, to: gateway)
    }
  }
}

struct IncidentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incidents", abstract: "What to get up for: alarms joined by their cause, safety first.")
  @OptionGroup var gateway: GatewayOptions
  @Flag(name: .long, help: "Refresh each second until Ctrl-C.") var watch = false
  @OptionGroup var voice: LanguageOptions
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    try await AlarmText.watching(watch) {
      let report = try await gateway.client.alarms(language: voice.wanted)
      return json
        ? String(decoding: try ControlCoding.encoder().encode(report.incidents), as: UTF8.self)
        : AlarmText.incidents(report)
    }
  }
}

struct IncidentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident", abstract: "One incident: its cause, its alarms, what happened when, what to do.")
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "Its number, as weir incidents shows it.") var number: Int
  @OptionGroup var voice: LanguageOptions
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    var incident = try await gateway.client.incident(number, language: voice.wanted)
    if let first = incident.members.first(where: { $0.returned == nil }) ?? incident.members.first {
      incident.charts = await AlarmChart.charts(of: first.subject, alarm: first.alarm, gateway)
    }
    print(
      json
        ? String(decoding: try ControlCoding.encoder().encode(incident), as: UTF8.self) : AlarmText.incident(incident))
  }
}
