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
      abstract: "All stations, or the control chart of one or of a line.",
      discussion: """
        Without a station: parts, rejects, first-pass yield (of units, where results name them) and recognition accuracy \
        with its interval, by station, line (with the rolled yield of its stations), defect (Pareto), hour, model, recipe, \
        supplier or product. Accuracy is of reviewed verdicts.

        With a station or --line: its chart; --defect chooses the code, `unsure` what it leaves to people. --chart takes \
        another one than Laney's p′: p, np (parts with the defect), c, u (defects), ewma, cusum (small shifts), g, t (good \
        parts or hours between two rare defects). Limits are those of the station's frozen baseline where there is one for \
        the same counts, else they are estimated over the shown windows (without --chart there are none before what is \
        usual is learnt); run rules are those of `inspection: charts:`. \
        Windows are put together until five defects are expected in each point. Records say how many of a window's parts \
        were defective and not which: for g and t they are taken as evenly spread in it.

        --value is for measured values, of which records keep number, mean and standard deviation of each window: xbar \
        (X̄-S with the windows as subgroups) or imr (the windows' means with their moving ranges), also ewma and cusum; \
        with Cp, Cpk, Pp, Ppk, DPMO and sigma level.

            weir inspection vision-1 --chart u --defect scratch --period week
            weir inspection torque-1 --value torque/head-1 --chart xbar
            weir inspection --line engines --chart p --of product=X200
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "A station's id.") var station: String?
    @Option(
      name: .long,
      help:
        """
        station (default), line, area, site, defect, hour, model, recipe, supplier, product, band (of confidence), queue or \
        chart.
        """
    )
    var by: String?
    @Option(name: .long, help: "Of a chart: the defect code, NG (default) or unsure.") var defect: String?
    @Option(name: .long, help: "laney (default), p, np, c, u, ewma, cusum, g or t; with --value xbar (default) or imr.")
    var chart: String?
    @Option(name: .long, help: "Chart of a measured value of the station: torque, gap, torque/head-1 …")
    var value: String?
    @Option(name: .long, help: "Chart of these parts only: product=…, recipe=…, model=… or supplier=…")
    var of: String?
    @Option(name: .long, help: "Stations of this line only: its place, or its name under `lines:`.") var line: String?
    @OptionGroup var report: ReportOptions

    func validate() throws {
      if station != nil, line != nil { throw ValidationError("name a station or a --line") }
    }

    func run() async throws {
      let table = try await gateway.client.report(
        ReportQuery(
          subject: .inspection, by: by, period: report.period, asset: station, defect: defect, chart: chart,
          value: value, parts: of, line: line))
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
      let level: SamplingTable.Level
      do {
        table = try SamplingTableFile.load(self.table)
        guard let known = SamplingTable.Level(rawValue: self.level) else {
          throw ValidationError(
            "there is no level \(self.level): write \(SamplingTable.Level.allCases.map(\.rawValue).joined(separator: ", "))"
          )
        }
        level = known
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
        print(Self.next(state.state, table, lot: lot, limit: aql, level: level))
      }
      let status = table.status.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      print("by \(table.document); \(status)")
    }

    /// How the lot after these is inspected, with its plan where the table has one for it.
    static func next(
      _ state: SamplingSwitch.State, _ table: SamplingTable, lot: Int, limit: String, level: SamplingTable.Level
    ) -> String {
      let severity: SamplingTable.Severity
      switch state {
      case .normal: return "the next lot: normal inspection"
      case .tightened: severity = .tightened
      case .reduced: severity = .reduced
      case .discontinued: return "inspection by samples is DISCONTINUED: the supplier must improve first"
      }
      let head = "the next lot: \(severity == .tightened ? "TIGHTENED" : "reduced") inspection"
      do {
        let plan = try table.plan(lot: lot, limit: limit, level: level, severity: severity)
        return head + "; inspect \(plan.size) of \(lot) pieces (letter \(plan.planLetter)), accept with \(plan.accept) "
          + "defective or fewer, refuse with \(plan.reject) or more"
      } catch {
        return "\(head); \(error)"
      }
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
