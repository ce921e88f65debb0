import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// A year of a real plant through the rule: every figure is known.
@Suite(.enabled(if: ReferenceData.exists("data/steel-energy.csv"), "no reference data"))
struct SteelYearTests {
  struct Row {
    var time: Timestamp
    /// kWh, kvarh lagging, kvarh leading of the quarter that ends at `time`, in hundredths.
    var values: [Int64]
  }

  static func rows() throws -> [Row] {
    let text = String(decoding: try ReferenceData.bytes("data/steel-energy.csv"), as: UTF8.self)
    var rows: [Row] = []
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      let stamp = fields[0]
      let numbers = stamp.split(whereSeparator: { "/ :".contains($0) }).compactMap { Int($0) }
      try #require(numbers.count == 5 && fields.count > 4)
      var seconds = Timestamp.days(year: numbers[2], month: numbers[1], day: numbers[0]) * 86400
      seconds += numbers[3] * 3600 + numbers[4] * 60 - 8 * 3600
      // A stamp 00:00 is the end of the printed day.
      if numbers[3] == 0, numbers[4] == 0 { seconds += 86400 }
      let values = try fields[1...3].map { try #require(ScaledInteger(String($0))?.rescaled(to: -2)).mantissa }
      rows.append(Row(time: Timestamp(seconds: Int64(seconds)), values: values))
    }
    return rows
  }

  static let start = Timestamp(seconds: Int64(Timestamp.days(year: 2018, month: 1, day: 1) * 86400 - 8 * 3600))

  @Test func knownAnswers() throws {
    let rows = try Self.rows()
    #expect(rows.count == 35_040)
    var bench = try Bench()
    var registers: [Int64] = [1_000_000, 0, 77]
    var restarts = 0
    func publish(_ time: Timestamp) throws {
      try bench.mark(time)
      for signal in 0..<3 { try bench.read(time, ScaledInteger(registers[signal], exponent: -2), signal: signal) }
    }
    try publish(Self.start)
    for (index, row) in rows.enumerated() {
      for signal in 0..<3 { registers[signal] += row.values[signal] }
      try publish(row.time)
      if index % 1009 == 0 {
        try bench.restart()
        restarts += 1
      }
    }
    let last = try #require(rows.last)
    try bench.mark(last.time + .hours(1))
    #expect(restarts > 30)

    let intervals = try bench.bodies(.energyInterval)
    #expect(bench.records.allSatisfy { $0.revision == 0 })
    #expect(bench.quarantined.isEmpty)
    #expect(bench.used == 3 * 35_041 && bench.accepted == 3 * 35_041)
    // Four windows follow the last reading; nothing is known of them.
    #expect(intervals.count == 35_040 + 3)
    #expect(intervals.suffix(3).allSatisfy { $0["quality"]?.stringValue == "no-data" && $0["energy_kwh"] == .null })
    #expect(intervals.prefix(35_040).allSatisfy { $0["quality"]?.stringValue == "good" })
    for (body, row) in zip(intervals, rows) {
      #expect(body["energy_kwh"]?.stringValue == ScaledInteger(row.values[0], exponent: -2).description)
      #expect(body["coverage"]?.stringValue == "1.0000")
    }
    #expect(try Bench.sum("energy_kwh", intervals).description == "959636.71")
    #expect(try Bench.sum("reactive_lagging_kvarh", intervals).description == "456759.84")
    #expect(try Bench.sum("reactive_leading_kvarh", intervals).description == "135638.04")

    let days = try bench.bodies(.energyDay)
    #expect(days.count == 365)
    #expect(try Bench.sum("energy_kwh", days).description == "959636.71")
    try checkMonths(try bench.bodies(.energyMonth))
    let top = try #require(days.first { $0["maximum_demand_kw"]?.stringValue == "628.72" })
    #expect(top["maximum_demand_start"]?.stringValue == "2018-11-22T09:30:00+08:00")
    #expect(top["maximum_demand_end"]?.stringValue == "2018-11-22T09:45:00+08:00")
  }

  private func checkMonths(_ months: [JSONValue]) throws {
    let vectors = try ReferenceData.vectors()
    let energy = try #require(vectors["steel-monthly-energy"]?["expected"]?["months"]?.arrayValue)
    let factors = try #require(vectors["steel-power-factor-monthly"]?["expected"]?["months"]?.arrayValue)
    let demands = try #require(vectors["steel-maximum-demand"]?["expected"]?["monthly_max_kw"]?.arrayValue)
    #expect(months.count == 12)
    for (index, month) in months.enumerated() {
      #expect(month["energy_kwh"] == energy[index]["kwh"])
      #expect(month["reactive_lagging_kvarh"] == energy[index]["kvarh_lag"])
      #expect(month["reactive_leading_kvarh"] == energy[index]["kvarh_lead"])
      let lagging = try decimal(month["power_factor_lagging"])
      let both = try decimal(month["power_factor"])
      #expect(lagging.doubleValue == factors[index]["pf_lag"]?.doubleValue)
      #expect(both.doubleValue == factors[index]["pf_abs"]?.doubleValue)
      let demand = try decimal(month["maximum_demand_kw"])
      let known = try decimal(demands[index])
      #expect(demand.isEqual(to: known))
      #expect(month["coverage"]?.stringValue == "1.0000")
    }
    #expect(months[0]["energy_kwh"]?.stringValue == "126238.29")
    #expect(months[10]["maximum_demand_start"]?.stringValue == "2018-11-22T09:30:00+08:00")
  }
}
