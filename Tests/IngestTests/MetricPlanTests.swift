import Journal
import Sparkplug
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite("Sparkplug metrics become samples")
struct MetricPlanTests {
  static let time = Timestamp(seconds: 1_763_700_000)

  /// One asset of a device with the signals and fields of a bench.
  private static func plan(_ bench: Bench) -> MetricPlan {
    var asset = bench.asset
    asset.topics[0].topic = "spBv1.0/plant/DDATA/edge1/meter7"
    let site = Bench.site([asset])
    return MetricPlan(site: site, catalog: SeriesCatalog(site: site), connectionName: "main")
  }

  private static func value(_ scalar: SparkplugScalar, tag: Int32 = 0) -> SparkplugOutput.Value {
    SparkplugOutput.Value(tag: tag, scalar: scalar, time: time)
  }

  private static func samples(_ plan: MetricPlan, _ value: SparkplugOutput.Value) -> [Sample] {
    var samples: [Sample] = []
    plan.append(value, to: &samples)
    return samples
  }

  private static let fromWh = UnitConversion(numerator: 1, denominator: 1000, offset: .zero)

  @Test(
    "registers: integers exactly, floating point by its shortest decimal",
    arguments: [
      (.uint(12_345), "12.34"), (.int(-5), "0.00"), (.uint(.max), "18446744073709551.62"),
      (.int(.min), "-9223372036854775.81"),
      (.double(1234.5), "1.23"), (.float(21_300_000), "21300.00"), (.double(0.1), "0.00"), (.text("98765"), "98.76"),
      (.double(9_007_199_254_740_992), "9007199254740.99"), (.boolean(true), nil), (.unusable, nil),
      (.double(.nan), nil),
      (.double(.infinity), nil), (.text("abc"), nil), (.double(1e300), nil),
    ] as [(SparkplugScalar, String?)])
  func registers(scalar: SparkplugScalar, expected: String?) {
    let plan = Self.plan(.register(conversion: Self.fromWh))
    let samples = Self.samples(plan, Self.value(scalar))
    #expect(samples.count == 1)
    if let expected {
      #expect(samples[0].value == .scaled(ScaledInteger(expected)!))
      #expect(samples[0].quality == .good && samples[0].time == Self.time)
    } else {
      #expect(samples[0].quality == .badDevice)
    }
  }

  @Test("a value that an asset with criticality safety wants is urgent, also where another asset wants it too")
  func urgent() {
    var asset = Bench.register().asset
    var other = asset
    other.id = "m2"
    other.criticality = .safety
    func isUrgent(_ assets: [Asset], tag: Int32 = 0) -> Bool {
      let site = Bench.site(
        assets.map {
          var asset = $0
          asset.topics[0].topic = "spBv1.0/plant/DDATA/edge1/meter7"
          return asset
        })
      let plan = MetricPlan(site: site, catalog: SeriesCatalog(site: site), connectionName: "main")
      return plan.isUrgent(Self.value(.int(1), tag: tag))
    }
    #expect(!isUrgent([asset]))
    #expect(isUrgent([asset, other]))
    #expect(!isUrgent([other], tag: 7))
    asset.criticality = .safety
    #expect(isUrgent([asset]))
  }

  @Test("a float that shows 0.1 is 0.1 in a register")
  func shortest() {
    let plan = Self.plan(.register(resolution: -4))
    #expect(Self.samples(plan, Self.value(.float(0.1)))[0].value == .scaled(ScaledInteger(1000, exponent: -4)))
    #expect(
      Self.samples(plan, Self.value(.float(1234.56)))[0].value == .scaled(ScaledInteger(12_345_600, exponent: -4)))
  }

  @Test("gauges: ranges, units, and what is no number")
  func gauges() {
    var bench = Bench()
    bench.add(
      "Temp [F]", .gauge, minimum: -20, maximum: 100,
      conversion: UnitConversion(
        numerator: 5, denominator: 9, offset: ScaledInteger(-17_777_777_777_777_778, exponent: -15)))
    let plan = Self.plan(bench)
    #expect(plan.wishes.map(\.metric) == ["Temp [F]"])
    guard case .double(let celsius) = Self.samples(plan, Self.value(.int(212)))[0].value else { return }
    #expect(abs(celsius - 100) < 1e-9)
    #expect(Self.samples(plan, Self.value(.int(1000)))[0].quality == .badOutOfRange)
    #expect(Self.samples(plan, Self.value(.float(.nan)))[0].quality == .badDevice)
    #expect(Self.samples(plan, Self.value(.null)).isEmpty, "the edge node says nothing")
    let shift = Self.plan(.gauge(conversion: Self.fromWh))
    #expect(Self.samples(shift, Self.value(.double(21.3)))[0].value == .double(0.0213))
    #expect(Self.samples(shift, Self.value(.uint(21_300)))[0].value == .double(21.3))
  }

  @Test("what the edge node thinks of its value, and values without a time")
  func qualities() {
    let plan = Self.plan(.gauge())
    var value = Self.value(.int(1))
    value.isUndated = true
    #expect(Self.samples(plan, value)[0].quality == .uncertainUndated)
    value.quality = .uncertain
    #expect(Self.samples(plan, value)[0].quality == .uncertainDevice)
    value.quality = .bad
    #expect(Self.samples(plan, value)[0].quality == .badDevice)
  }

  @Test(
    "states by words, numbers and booleans",
    arguments: [
      (.text("running"), 0), (.text("run"), 0), (.int(1), 0), (.uint(1), 0), (.double(1), 0), (.boolean(true), 0),
      (.text("stopped"), 1), (.int(0), 1), (.boolean(false), 1), (.int(2), nil), (.double(1.5), nil), (.text("?"), nil),
    ] as [(SparkplugScalar, Double?)])
  func states(scalar: SparkplugScalar, expected: Double?) {
    var bench = Bench()
    bench.add(
      "Running", .state(names: ["running", "stopped"]), words: ["run": 0, "1": 0, "true": 0, "0": 1, "false": 1])
    let sample = Self.samples(Self.plan(bench), Self.value(scalar))[0]
    if let expected {
      #expect(sample.value == .double(expected))
    } else {
      #expect(sample.quality == .badDevice)
    }
  }

  @Test("one metric can feed several signals; other connections and JSON assets have no part")
  func sharing() {
    var bench = Bench()
    bench.add("a.b", .gauge)
    bench.add("a.b", .register(.activeEnergyImport))
    bench.add("c", .gauge)
    let plan = Self.plan(bench)
    #expect(plan.wishes.map(\.metric) == ["a.b", "c"])
    #expect(plan.wishes.map(\.source.description) == ["plant/edge1/meter7", "plant/edge1/meter7"])
    #expect(Self.samples(plan, Self.value(.int(3))).map(\.series.rawValue) == [1, 2])
    #expect(Self.samples(plan, Self.value(.int(3), tag: 1)).map(\.series.rawValue) == [3])
    #expect(Self.samples(plan, Self.value(.int(3), tag: 9)).isEmpty)
    let site = Bench.site([bench.asset])
    #expect(MetricPlan(site: site, catalog: SeriesCatalog(site: site), connectionName: "main").wishes.isEmpty)
    #expect(bench.decoder().subscriptions == ["plant/a"])
  }
}
