import Factors
import Plant
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

/// What was made and what it is worth, from records.
@Suite("Output of a period") struct PeriodOutputTests {
  private let site: Site
  private let zone: PlantZone
  private let period: Range<Timestamp>

  init() throws {
    site = try SiteLoader.load(
      text: """
        gateway: { id: cq1 }
        zone: Asia/Shanghai
        broker: { host: h }
        tariff: { table: none, currency: CNY, prices: { flat: 0.6 } }
        assets:
          - { id: mes, place: s/h/l, template: order-feed, topic: t/mes }
          - { id: main, place: s/h/l, template: three-phase-meter, topic: t/main }
        products: [ { id: X, price: 2 CNY }, { id: Y, price: 3 CNY }, { id: Z } ]

        """, file: "test.yaml", devices: [ReferenceDevices.folder], checkFiles: false)
    zone = try PlantZone(identifier: "Asia/Shanghai")
    let start = try #require(Timestamp(rfc3339: "2026-11-20T00:00:00+08:00"))
    period = start..<(start + .days(1))
  }

  private func day(_ energy: [String: String], _ pieces: [String: String]?, rest: String = "0") -> JSONValue {
    var members: [String: JSONValue] = [
      "asset": "mes", "start": .string(zone.rfc3339(period.lowerBound)),
      "carriers": [
        "active-energy-import": [
          "orders": .object(energy.mapValues { .string($0) }), "unallocated": .string(rest),
        ]
      ],
    ]
    members["pieces"] = pieces.map { .object($0.mapValues { ["good": .string($0), "scrap": "0"] }) }
    return .object(members)
  }

  private func order(_ product: JSONValue, source: String = "line", good: String = "7", start: String = "2026-11-20")
    -> JSONValue
  {
    [
      "asset": "mes", "product": product, "pieces_source": .string(source), "good": .string(good),
      "start": .string("\(start)T08:00:00+08:00"),
      "energy": [["carrier": "active-energy-import", "amount": "40"]],
    ]
  }

  private func output(_ days: [JSONValue], _ orders: [String: JSONValue]) throws -> PeriodOutput {
    var output = PeriodOutput(site, zone: zone, names: AssetNames([]))
    try output.add(days: days, orders: orders, period: period)
    return output
  }

  private func value(_ output: PeriodOutput) throws -> OutputValue {
    var value = OutputValue()
    for part in output.parts { try value.add(part, site.products) }
    return value
  }

  @Test("pieces and energy of the day, not of the whole order")
  func days() throws {
    let output = try output(
      [day(["mes/A": "30", "mes/B": "10"], ["mes/A": "5", "mes/B": "10"], rest: "2.5")],
      ["mes/A": order("X"), "mes/B": order("Y")])
    #expect(output.parts.map(\.order) == ["mes/A", "mes/B", nil])
    let value = try value(output)
    #expect(value.known == ExactDecimal(40) && value.energy == ExactDecimal("42.5") && value.good == ExactDecimal(15))
    #expect(try value.energyIntensity(of: value.energy) == ExactDecimal("1062.5"))
  }

  @Test("an order that only its feed counts is taken whole, where it began")
  func reported() throws {
    let days = [day(["mes/A": "30"], [:])]
    let own = try output(days, ["mes/A": order("X", source: "order-feed")])
    #expect(try own.parts.map(\.energy) == [ExactDecimal(40)] && value(own).known == ExactDecimal(14))
    #expect(try output(days, ["mes/A": order("X", source: "order-feed", start: "2026-11-19")]).parts.isEmpty)
    let uncounted = try value(output(days, ["mes/A": order("X", source: "none", good: "0")]))
    #expect(uncounted.isUncounted && uncounted.known == nil && uncounted.energy == ExactDecimal(40))
  }

  @Test("what has no price has no value, and is named")
  func unpriced() throws {
    func reasons(_ orders: [String: JSONValue]) throws -> [String] {
      let value = try value(output([day(["mes/A": "1"], ["mes/A": "5"])], orders))
      #expect(value.known == nil && value.good == ExactDecimal(5))
      return value.unpriced.sorted()
    }
    #expect(try reasons(["mes/A": order("Z")]) == ["Z has no price"])
    #expect(try reasons(["mes/A": order("W")]) == ["W has no price"])
    #expect(try reasons(["mes/A": order(.null)]) == ["the order mes/A names no product"])
    #expect(try reasons([:])[0].contains("not in the store"))
    let old = try output([day(["mes/A": "1"], nil)], ["mes/A": order("X")])
    #expect(try old.silentDays.map(\.description) == ["2026-11-20"] && value(old).known == nil)
  }
}
