import ArgumentParser
import Control
import Inspection
import Telemetry

extension InspectionCommand {
  struct Lots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lots and what their samples say: accepted, refused, or how many pieces more to inspect.",
      discussion: """
        By the plans under `inspection: { lots: … }` and their table (ISO 2859-1, GB/T 2828.1); how strictly the next lot \
        of each supplier or product is inspected is told as well. `decide` and `resume` are for what the table leaves to \
        people.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "A station's id; default: all.") var station: String?
    @OptionGroup var report: ReportOptions

    func run() async throws {
      try report.show(
        try await gateway.client.report(
          ReportQuery(subject: .inspection, by: "lot", period: report.period, asset: station)))
    }
  }

  struct Decide: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what becomes of a lot: a decision where there is no plan, or that a refused one is settled.",
      discussion: """
        accepted or refused count where the table has no plan, and for the switching rules. settled: the refused lot was \
        sorted, sent back or used by concession. The word, with person and reason, stays in the journal.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Plan of the configuration.") var plan: String
    @Argument(help: "The lot.") var lot: String
    @Argument(help: "accepted, refused or settled.") var word: String
    @Option(name: .long, help: "Supplier or product, where several have a lot of this name.") var series: String?
    @Option(name: .long, help: "Who says so.") var by: String
    @Option(name: .long, help: "Why.") var reason: String

    func run() async throws {
      guard LotSeries.Word.Kind(rawValue: word) != nil else {
        throw ValidationError("\(word) is no decision: write accepted, refused or settled")
      }
      try await InspectionCommand.say(word, plan: plan, lot: lot, series: series, by: by, reason: reason, gateway)
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have lots inspected by samples again after that was discontinued, tightened at first.",
      discussion: "For when the supplier has acted and that is likely to help. It stays in the journal.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "Plan of the configuration.") var plan: String
    @Argument(help: "Supplier or product; needed where the plan has several.") var series: String?
    @Option(name: .long, help: "Who says so.") var by: String
    @Option(name: .long, help: "What has been done.") var reason: String

    func run() async throws {
      try await InspectionCommand.say(
        LotRule.resume, plan: plan, lot: nil, series: series, by: by, reason: reason, gateway)
    }
  }

  private static func say(
    _ word: String, plan: String, lot: String?, series: String?, by person: String, reason: String,
    _ gateway: GatewayOptions
  ) async throws {
    var members: [String: JSONValue] = [
      "command": .string(LotRule.command), "plan": .string(plan), "word": .string(word), "person": .string(person),
      "reason": .string(reason),
    ]
    if let lot { members["lot"] = .string(lot) }
    if let series { members["series"] = .string(series) }
    print(try await gateway.client.command(JSONValue.object(members).canonicalText).summary)
  }
}
