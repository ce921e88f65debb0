import ArgumentParser
import Control
import Inspection
import Telemetry
import Templates

extension InspectionCommand {
  struct Lots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "What becomes of lots by the sampling plan: accepted, refused, or how many pieces more to inspect.",
      discussion: """
        A lot is what results name as `batch`; its size is the attribute `lot-size`, or --lot for all. Single sampling, \
        normal inspection (ISO 2859-1, GB/T 2828.1), with the table of Config/sampling. The state of inspection after these \
        lots is told as well.
        """)
    @OptionGroup var gateway: GatewayOptions
    @Argument(help: "A station's id; default: all.") var station: String?
    @Option(name: .long, help: "Acceptance quality limit, a column of the table: 0.65, 1.0 …") var aql: String
    @Option(name: .long, help: "Inspection level: I, II (default), III, S-1 … S-4.") var level = "II"
    @Option(name: .long, help: "Pieces in a lot that does not tell its size.") var lot: Int?
    @Option(name: .long, help: "Another table: its name or path.") var table = SamplingTableFile.standard
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let table = try SamplingTableFile.load(self.table)
      guard let level = SamplingTable.Level(rawValue: level) else {
        throw ValidationError(
          "there is no level \(level): write \(SamplingTable.Level.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      var found = try await gateway.client.report(
        ReportQuery(subject: .inspection, by: "lot", period: report.period, asset: station))
      var state = SamplingSwitch(table.switching)
      found.columns += [
        .init("sample", title: "sample", unit: "", places: 0),
        .init("refuse", title: "refuse with", unit: "", places: 0),
      ]
      for place in found.rows.indices {
        let figures = found.rows[place].figures
        func number(_ column: Int) -> Int? { figures[column].flatMap { Int($0) } }
        let tally = LotTally(
          lot: found.rows[place].name, size: number(0) ?? lot, inspected: number(1) ?? 0, defective: number(2) ?? 0)
        let (plan, word) = Self.judge(tally, table, aql, level, &state)
        found.rows[place].figures += [plan.map { String($0.size) }, plan.map { String($0.reject) }]
        found.rows[place].note = word
      }
      switch state.state {
      case .normal: found.notes.append("the next lot: normal inspection")
      case .tightened: found.notes.append("the next lot: TIGHTENED inspection; its plans are not in this table")
      case .discontinued: found.notes.append("inspection by samples is DISCONTINUED: the supplier must improve first")
      }
      try report.show(found)
    }

    private static func judge(
      _ tally: LotTally, _ table: SamplingTable, _ limit: String, _ level: SamplingTable.Level,
      _ state: inout SamplingSwitch
    ) -> (SamplingPlan?, String) {
      guard let size = tally.size else { return (nil, "its size is unknown: --lot, or the attribute lot-size") }
      do {
        let plan = try table.plan(lot: size, limit: limit, level: level)
        switch tally.disposition(plan) {
        case .accepted:
          _ = state.add(accepted: true)
          return (plan, "accepted")
        case .refused:
          _ = state.add(accepted: false)
          return (plan, "REFUSED")
        case .inspect(let more): return (plan, "inspect \(more) more")
        }
      } catch {
        return (nil, "\(error)")
      }
    }
  }
}
