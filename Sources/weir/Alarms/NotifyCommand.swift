import ArgumentParser
import Control
import Foundation
import Telemetry

struct NotificationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notifications", abstract: "What people were told of late, and whether it arrived.")
  @OptionGroup var gateway: GatewayOptions
  @Option(name: .long, help: "How many.") var limit = 30
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let all = try await gateway.client.notifications(limit: limit)
    print(json ? String(decoding: try ControlCoding.encoder().encode(all), as: UTF8.self) : NotificationText.list(all))
  }
}

struct NotifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "The channels by which people are told.", subcommands: [Test.self])

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a test through the channels, the way that an alarm takes, and say whether it arrived.")
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "Only to this destination. Default: all that routes and lights name.") var to: String?
    @Option(name: .long, help: "Who you are. Default: the name you are logged in with.") var by: String?
    @Option(name: .long, help: "How long to wait for the delivery.") var wait = Span64.seconds(15)

    func run() async throws {
      var members: [String: JSONValue] = [
        "command": "notify-test",
        "person": .string(by ?? ProcessInfo.processInfo.environment["USER"] ?? "somebody"),
      ]
      members["to"] = to.map { .string($0) }
      let before = try await gateway.client.notifications(limit: 1).first?.number ?? 0
      let receipt = try await gateway.client.command(
        String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self))
      print(receipt.summary)
      let end = ContinuousClock.now + .nanoseconds(wait.nanoseconds)
      var tests: [NotificationLine] = []
      repeat {
        try await Task.sleep(for: .milliseconds(200))
        tests = try await gateway.client.notifications(limit: 200).filter { $0.number > before && $0.what == "test" }
      } while (tests.isEmpty || tests.contains { $0.delivery == "waiting" }) && ContinuousClock.now < end
      print(NotificationText.list(tests))
      if tests.isEmpty || tests.contains(where: { $0.delivery != "delivered" }) {
        print("→ `weir status` says what is wrong with a destination; it is tried again by itself.")
        throw ExitCode(1)
      }
    }
  }
}

enum NotificationText {
  static func list(_ all: [NotificationLine]) -> String {
    guard !all.isEmpty else { return "nobody was told of anything" }
    var table = Columns(alignRight: [0])
    table.add("#", "TIME", "TO", "WHAT", "DELIVERY", "INCIDENT", "TITLE")
    for one in all {
      table.add(
        "\(one.number)", one.time, one.to, one.what, one.delivery, one.incident.map { "\($0)" } ?? "-", one.title)
    }
    return table.lines(indent: "").joined(separator: "\n")
  }
}
