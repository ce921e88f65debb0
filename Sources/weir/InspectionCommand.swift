import ArgumentParser
import Control
import Inspection
import Telemetry
import Templates

struct InspectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspection",
    abstract: "Quality at the inspection stations: yields, defects, accuracy, control charts.",
    subcommands: [Show.self, Queue.self, Lots.self, Decide.self, Resume.self, Plan.self, Baseline.self],
    defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All stations, or the control chart of one.",
      discussion: """
        Without a station: parts, rejects, first-pass yield and recognition accuracy with its interval, by station, line \
        (with the rolled yield of its stations), defect (Pareto), hour, model, recipe or supplier. With a station: its \
        chart; --defect chooses the code, `unsure` what it leaves to people. Accuracy is of reviewed verdicts.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "A station's id.") var station: String?
    @Option(
      name: .long,
      help:
        "station (default), line, area, site, defect, hour, model, recipe, supplier, band (of confidence), queue or chart."
    )
    var by: String?
    @Option(name: .long, help: "Of a chart: the defect code, NG (default) or unsure.") var defect: String?
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let table = try await gateway.client.report(
        ReportQuery(subject: .inspection, by: by, period: report.period, asset: station, defect: defect))
      if table.by == "chart", !report.json, !report.csv {
        print(ControlChartText.page(table))
      } else {
        try report.show(table)
      }
    }
  }

  struct Queue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Which parts a person should look at again, the most doubtful first.",
      discussion: """
        What stations left to people, verdicts with little confidence, and a sample of the others, without which nothing is \
        known of escapes (`inspection: { review: … }`). While something is wrong with a station it says how many of its \
        parts to look at. `weir inspection --by band` shows how right the stations are at each confidence.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "A station's id; default: all.") var station: String?
    @OptionGroup var report: ReportOptions

    func run() async throws {
      try report.show(
        try await gateway.client.report(
          ReportQuery(subject: .inspection, by: "queue", period: report.period, asset: station)))
    }
  }

  struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How many pieces of a lot to inspect, and whether it is accepted (ISO 2859-1, GB/T 2828.1).",
      discussion: """
        Single sampling, normal inspection, from the table of Config/sampling. The gateway is not asked. With --lots the \
        state of inspection after these lots is told as well (a: accepted, r: refused, the oldest first).
        """)
    @Option(name: .long, help: "Pieces in the lot.") var lot: Int
    @Option(name: .long, help: "Acceptance quality limit, a column of the table: 0.65, 1.0 …") var aql: String
    @Option(name: .long, help: "Inspection level: I, II (default), III, S-1 … S-4.") var level = "II"
    @Option(name: .long, help: "Defective pieces that were found in the sample.") var defective: Int?
    @Option(name: .long, help: "What became of the lots before, for example aaraa.") var lots: String?
    @Option(name: .long, help: "Another table: its name or path.") var table = SamplingTableFile.standard

    func run() throws {
      let table: SamplingTable
      let plan: SamplingPlan
      do {
        table = try SamplingTableFile.load(self.table)
        guard let level = SamplingTable.Level(rawValue: level) else {
          throw ValidationError(
            "there is no level \(level): write \(SamplingTable.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        plan = try table.plan(lot: lot, limit: aql, level: level)
      } catch let errors as ConfigurationErrors {
        Output.error(errors.description)
        throw ExitCode(1)
      } catch let refusal as SamplingTable.Refusal {
        throw ValidationError("\(refusal)")
      }
      print(
        plan.isWhole
          ? "inspect all \(lot) pieces: the sample of letter \(plan.planLetter) is not smaller than the lot"
          : "inspect \(plan.size) of \(lot) pieces (code letter \(plan.codeLetter)"
            + (plan.planLetter == plan.codeLetter ? ")" : ", an arrow leads to \(plan.planLetter))"))
      print("accept with \(plan.accept) defective or fewer, refuse with \(plan.reject) or more")
      if let defective {
        print(
          plan.accepts(defectives: defective) ? "\(defective) defective: accepted" : "\(defective) defective: REFUSED")
      }
      if let lots {
        guard !lots.isEmpty, lots.allSatisfy({ "ar".contains($0) }) else {
          throw ValidationError("--lots needs an a (accepted) or r (refused) for each lot, for example aaraa")
        }
        var state = SamplingSwitch()
        for lot in lots { state.add(.init(accepted: lot == "a"), table.switching) }
        switch state.state {
        case .normal, .reduced: print("the next lot: \(state.state.rawValue) inspection")
        case .tightened: print("the next lot: TIGHTENED inspection; its plans are not in this table")
        case .discontinued: print("inspection by samples is DISCONTINUED: the supplier must improve first")
        }
      }
      let status = table.status.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      print("by \(table.document); \(status)")
    }
  }

  struct Baseline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn again what is usual at a station, after a change that is meant to stay.",
      discussion:
        "Its charts are silent until enough is learnt. The order, with person and reason, stays in the journal.")
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "The station's id.") var station: String
    @Option(name: .long, help: "Who says so.") var by: String
    @Option(name: .long, help: "Why.") var reason: String

    func run() async throws {
      let command: JSONValue = [
        "command": "inspection-baseline", "station": .string(station), "person": .string(by), "reason": .string(reason),
      ]
      print(try await gateway.client.command(command.canonicalText).summary)
    }
  }
}
