import Factors
import Plant
import Telemetry
import TestSupport
import Testing

@Suite("Tariffs are dated tables of bands")
struct TariffTests {
  private static let always = Tariff(
    currency: "CNY", periods: [Tariff.Period(from: nil, to: nil, ruleSet: EnergyVectors.chongqing, prices: [:])])

  /// `2025-07-15T11:59:59`
  private static func local(_ text: String) throws -> (day: CivilDate, second: Int) {
    let parts = text.split(separator: "T")
    let clock = parts[1].split(separator: ":").compactMap { Int($0) }
    return (try #require(CivilDate(String(parts[0]))), clock[0] * 3600 + clock[1] * 60 + clock[2])
  }

  @Test("the band of a local time", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func boundaries() throws {
    let (inputs, expected) = try EnergyVectors.named("tou-band-boundaries")
    let times = try #require(inputs["local_times"]?.arrayValue)
    let bands = try #require(expected["bands"]?.arrayValue)
    #expect(times.count == 21 && bands.count == 21)
    for (stamp, band) in zip(times, bands) {
      let local = try Self.local(try EnergyVectors.text(stamp))
      #expect(Self.always.rate(day: local.day, second: local.second)?.band.rawValue == band.stringValue, "\(stamp)")
    }
  }

  @Test("the band of an instant", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func instants() throws {
    let (inputs, expected) = try EnergyVectors.named("tou-band-from-utc")
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    for (stamp, band) in zip(
      try #require(inputs["utc_times"]?.arrayValue), try #require(expected["bands"]?.arrayValue))
    {
      let instant = try EnergyVectors.text(stamp)
      let time = try #require(Timestamp(rfc3339: instant))
      #expect(Self.always.rate(at: time, zone: zone)?.band.rawValue == band.stringValue, "\(stamp)")
    }
  }

  @Test(
    "hours of a year", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"),
    arguments: ["tou-hours-common-year", "tou-hours-leap-year"])
  func hours(name: String) throws {
    let (inputs, expected) = try EnergyVectors.named(name)
    let hours = EnergyVectors.chongqing.hours(year: (try EnergyVectors.integer(inputs["year"])))
    for band in EnergyVectors.chongqing.bands {
      #expect(hours[band] == ExactDecimal((try EnergyVectors.integer(expected[band.rawValue]))))
    }
    #expect(hours.count == 4)
  }

  @Test("a switch of the rule set by date", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func datedSwitch() throws {
    let (inputs, expected) = try EnergyVectors.named("tou-dated-switch")
    let day = try #require(CivilDate("2026-03-01"))
    let tariff = Tariff(
      currency: "CNY",
      periods: [
        Tariff.Period(from: nil, to: day, ruleSet: EnergyVectors.chongqing, prices: [:]),
        Tariff.Period(from: day, to: nil, ruleSet: EnergyVectors.none, prices: [:]),
      ])
    #expect(tariff.periods.map(\.validity) == ["../2026-03-01", "2026-03-01/.."])
    for (index, stamp) in try #require(inputs["local_times"]?.arrayValue).enumerated() {
      let local = try Self.local(try EnergyVectors.text(stamp))
      let rate = try #require(tariff.rate(day: local.day, second: local.second))
      #expect(.string(rate.band.rawValue) == expected["bands"]?.arrayValue?[index])
      #expect(.string(tariff.periods[rate.period].ruleSet.id) == expected["rule_sets"]?.arrayValue?[index])
    }
  }

  @Test("outside every validity there is no band")
  func unknown() throws {
    let day = try #require(CivilDate("2026-03-01"))
    let tariff = Tariff(
      currency: "CNY", periods: [Tariff.Period(from: day, to: nil, ruleSet: EnergyVectors.none, prices: [:])])
    #expect(tariff.rate(day: CivilDate(days: day.days - 1), second: 86_399) == nil)
    #expect(tariff.rate(day: day, second: 0)?.band == .flat)
  }

  @Test("days before 1970 and in zones west of Greenwich")
  func localTimes() throws {
    let zone = try PlantZone(identifier: "America/New_York")
    let local = Tariff.local(Timestamp(seconds: 0), zone: zone)
    #expect(local.day.description == "1969-12-31" && local.second == 19 * 3600)
    for text in ["2026-02-30", "2026-2-03", "2026-13-01", "26-01-01", "", "2026-01-01 ", "+026-01-01"] {
      #expect(CivilDate(text) == nil, "\(text)")
    }
  }

  @Test("windows divide the day, and what overrides lies inside")
  func windows() {
    #expect(EnergyVectors.chongqing.problem == nil)
    #expect(EnergyVectors.none.problem == nil)
    func problem(_ windows: TariffRuleSet.Window...) -> String? {
      TariffRuleSet(id: "x", document: nil, status: .site, windows: windows).problem
    }
    typealias Window = TariffRuleSet.Window
    #expect(problem(Window(band: .flat, start: 0, end: 1439)) == "no band from 23:59 to 24:00")
    #expect(problem(Window(band: .flat, start: 60, end: 1440)) == "no band from 00:00 to 01:00")
    #expect(
      problem(Window(band: .flat, start: 0, end: 1440, months: [1, 2, 3])) == "no band from 00:00 to 24:00")
    #expect(
      problem(Window(band: .flat, start: 0, end: 720), Window(band: .peak, start: 700, end: 1440))?
        .hasPrefix("two bands at 11:40") == true)
    #expect(
      problem(
        Window(band: .flat, start: 0, end: 720), Window(band: .peak, start: 720, end: 1440),
        Window(band: .critical, start: 660, end: 780, overrides: .peak)) == "critical at 11:00 lies outside peak")
  }

  /// Every minute of random days against the plain reading of the decree.
  @Test("random times agree with the decree", arguments: 0..<8)
  func random(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<2000 {
      let month = 1 + Int(random.next() % 12)
      let second = Int(random.next() % 86_400)
      let hour = second / 3600
      let expected: Tariff.Band
      if [1, 7, 8, 12].contains(month), hour == 12 || hour == 13 {
        expected = .critical
      } else if (11...16).contains(hour) || (20...21).contains(hour) {
        expected = .peak
      } else {
        expected = hour < 8 ? .valley : .flat
      }
      #expect(EnergyVectors.chongqing.band(month: month, second: second) == expected)
    }
  }
}
