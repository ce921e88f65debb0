import Telemetry
import Testing

@testable import Templates

private let plant = """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  energy: { advice: saving-first }
  assets:
    - id: press
      template: three-phase-meter
      topic: "t/{id}"
      criticality: low
      essential: no
      flexible: { kind: shift, power: 0.04 MW, duration: 90 min, window: 08:00–20:00, usually: "10:00", comfort: low }
    - id: cooling
      template: three-phase-meter
      topic: "t/{id}"
      essential: no
      flexible: { kind: shed, power: 12.5 kW, duration: 1 h, window: 22:00-06:00, days: mon-fri, comfort: high, effect: warm }
    - id: battery
      template: three-phase-meter
      topic: "t/{id}"
      essential: no
      flexible: { kind: storage, power: 100 kW, duration: 2 h, window: 00:00-24:00, efficiency: 88 %, comfort: medium }

  """

@Suite("Flexible loads of a configuration") struct FlexibilityTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant)
    #expect(site.energy.advice == .savingFirst)
    let press = try #require(site.assets[0].metering.flexible)
    #expect(press.kind == .shift && press.power == ExactDecimal(40) && press.duration == .minutes(90))
    #expect(press.from == 480 && press.to == 1200 && press.usually == 600 && press.comfort == .low)
    let cooling = try #require(site.assets[1].metering.flexible)
    #expect(cooling.from == 1320 && cooling.to == 360 && cooling.weekdays == [0, 1, 2, 3, 4])
    #expect(cooling.effect == "warm" && cooling.usually == nil)
    let battery = try #require(site.assets[2].metering.flexible)
    #expect(battery.efficiency == ExactDecimal("0.88") && battery.to == 1440)
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutThemNothingIsWritten() throws {
    let site = try load(baseConfiguration)
    #expect(site.energy.advice == .balanced)
    for word in ["flexible", "advice"] { #expect(!site.canonicalText.contains("\"\(word)\"")) }
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("policy", "advice: saving-first", "advice: §saving", "must be a policy of advice", "saving-first"),
      Mistake("kind", "kind: shift", "kind: §shfit", "must be a kind of flexible load", "\"shift\""),
      Mistake("key", "comfort: low }", "comfort: low, §comfrt: low }", "unknown key \"comfrt\"", "comfort"),
      Mistake("power", "0.04 MW", "§40", "must be a number and kW", "600 kW"),
      Mistake("window", "08:00–20:00", "§8-20", "must be two times of the day", "08:00-20:00"),
      Mistake("no window", ", window: 08:00–20:00", "", "\"window\" is missing", "08:00-20:00"),
      Mistake("no usual", ", usually: \"10:00\"", "", "\"usually\" is missing", "when its run begins"),
      Mistake("usual outside", "usually: \"10:00\"", "usually: §\"19:00\"", "lies outside of the window", "Widen"),
      Mistake("too long", "duration: 90 min", "duration: §13 h", "do not fit into the window", "shorter"),
      Mistake("comfort", "comfort: high", "comfort: §hihg", "must be a loss of comfort", "\"high\""),
      Mistake("no comfort", ", comfort: low }", " }", "\"comfort\" is missing", "what people lose"),
      Mistake("efficiency", "efficiency: 88 %", "efficiency: §188 %", "up to 100 %", "88 %"),
      Mistake("no efficiency", ", efficiency: 88 %", "", "\"efficiency\" is missing", "data sheet"),
      Mistake(
        "efficiency of a shift", "comfort: low }", "comfort: low, §efficiency: 90 % }", "only a storage", "Remove"),
      Mistake("usual of a shed", "effect: warm", "§usually: \"23:00\"", "only a load of kind shift", "Remove"),
      Mistake(
        "essential", "essential: no\n    flexible: { kind: shift", "§flexible: { kind: shift", "not essential",
        "essential: no"),
      Mistake(
        "safety", "criticality: low\n    essential: no\n    ", "criticality: safety\n    essential: no\n    §",
        "criticality safety", "Remove"),
    ])
  func mistakesOfFlexibility(_ mistake: Mistake) throws {
    try mistake.expect(in: plant)
  }
}
