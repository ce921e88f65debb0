import ArgumentParser
import Control
import Foundation
import Telemetry

/// Who does something to an alarm: the journal keeps it for ever.
struct PersonOptions: ParsableArguments {
  @Option(name: .long, help: "Who you are. Default: the name you are logged in with.")
  var by: String?

  func send(
    _ command: String, _ members: [String: JSONValue], reason: String, to gateway: GatewayOptions
  ) async throws {
    guard let person = by ?? ProcessInfo.processInfo.environment["USER"], !person.isEmpty else {
      throw ValidationError("say who you are: --by \"Li Na\"")
    }
    var all = members
    all["command"] = .string(command)
    all["person"] = .string(person)
    all["reason"] = .string(reason)
    let receipt = try await gateway.client.command(
      String(decoding: JSONValue.object(all).canonicalBytes(), as: UTF8.self))
    print(receipt.summary)
  }
}

struct AckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Say that you know of an alarm and see to it.",
    discussion: """
      Names occurrences, as weir alarms shows them, or an incident: then all of it that waits now. What comes afterwards \
      is another occurrence, and waits for somebody again.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "Numbers of occurrences.") var occurrences: [Int] = []
  @Option(name: .long, help: "All of this incident that waits.") var incident: Int?
  @OptionGroup var who: PersonOptions
  @Option(name: .long, help: "What you see to; may be left out.") var reason = ""

  func validate() throws {
    if occurrences.isEmpty == (incident == nil) {
      throw ValidationError("name occurrences (weir ack 12 13), or an incident (weir ack --incident 4)")
    }
  }

  func run() async throws {
    var numbers = occurrences
    if let incident {
      numbers = try await gateway.client.incident(incident).waiting
      guard !numbers.isEmpty else { return print("Nothing of incident \(incident) waits to be acknowledged.") }
    }
    try await who.send(
      "alarm-acknowledge", ["occurrences": .array(numbers.map { .integer(Int64($0)) })], reason: reason, to: gateway)
  }
}

struct ShelveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shelve", abstract: "Silence an alarm for a limited time.",
    discussion: "It is still watched and recorded. If it is active when the time is over, it is announced again.")
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The alarm, for example no-data/press-1.") var alarm: String
  @Option(name: .long, help: "How long: 30min, 2h. The site has a longest time.") var `for`: Span64
  @OptionGroup var who: PersonOptions
  @Option(name: .long, help: "Why, for whoever comes next.") var reason: String

  func run() async throws {
    let seconds = `for`.nanoseconds / 1_000_000_000
    try await who.send(
      "alarm-shelve", ["alarm": .string(alarm), "for_seconds": .integer(seconds)], reason: reason, to: gateway)
  }
}

struct UnshelveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unshelve", abstract: "Hear a shelved alarm again before its time is over.")
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The alarm, for example no-data/press-1.") var alarm: String
  @OptionGroup var who: PersonOptions
  @Option(name: .long, help: "Why.") var reason: String

  func run() async throws {
    try await who.send("alarm-unshelve", ["alarm": .string(alarm)], reason: reason, to: gateway)
  }
}

struct SuppressCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suppress", abstract: "Take an alarm out of service for maintenance, until somebody ends it.",
    discussion: "It stays in the list, with who did it and why. For a limited time use weir shelve.")
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The alarm, for example fault/press-1/overload.") var alarm: String
  @Flag(name: .long, help: "Put it into service again.") var end = false
  @OptionGroup var who: PersonOptions
  @Option(name: .long, help: "Why, for whoever comes next.") var reason: String

  func run() async throws {
    try await who.send(
      end ? "alarm-unsuppress" : "alarm-suppress", ["alarm": .string(alarm)], reason: reason, to: gateway)
  }
}
