import Plant
import Telemetry
import Testing

@testable import Templates

private func plant(_ press: String = "", lines: String = "") -> String {
  """
  gateway: { id: g }
  zone: Asia/Shanghai
  broker: { host: h }
  assets:
    - { id: press, place: s/h/l, template: production-counter, topic: "t/{id}"\(press) }
    - { id: "weld-{n}", count: 2, place: s/h/l, template: cnc-machine, topic: "t/{id}", group: welding }
    - { id: meter, place: s/h/l, template: three-phase-meter, topic: "t/{id}", oee: off }
  \(lines)

  """
}

@Suite struct OEESettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(
      plant(
        ", oee: { cycle-time: 1500 ms, cycle-times: { X200: 12 s }, source: routing 7, minor-stop: 3 min, losses: { idle: setup } }",
        lines: """
          lines:
            - name: line-1
              cycle-time: 30 s
              stations: [press, { assets: [weld-1, weld-2], buffer: 40 pieces }, { asset: meter, buffer: 12 min }]
          """), devices: [shippedTemplates])
    let oee = try #require(site.assets[0].production.oee)
    #expect(oee.cycle == .milliseconds(1500) && oee.cycles == ["X200": .seconds(12)] && oee.source == "routing 7")
    #expect(oee.minorStop == .minutes(3) && oee.losses == ["idle": .setup])
    #expect(site.assets[1].production.group == "welding" && site.assets[1].production.oee == nil)
    #expect(site.assets[3].production.oee?.isOff == true)
    #expect(
      site.lines == [
        LineTopology(
          name: "line-1", cycle: .seconds(30),
          stations: [
            .init(assets: ["press"]), .init(assets: ["weld-1", "weld-2"], buffer: .pieces(40)),
            .init(assets: ["meter"], buffer: .time(.minutes(12))),
          ])
      ])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutThemNothingIsWritten() throws {
    let text = try load(baseConfiguration).canonicalText
    for word in ["oee", "lines", "group"] { #expect(!text.contains("\"\(word)\":")) }
  }

  @Test(
    arguments: [
      (", oee: { cycle-time: 12 }", "", "\"cycle-time\" in oee of asset \"press\" must be a length of time"),
      (", oee: { source: x }", "", "says where planned run times come from, but there is none"),
      (", oee: { losses: { stoped: setup } }", "", "\"stoped\" is no state of asset \"press\""),
      (", oee: { losses: { idle: speed } }", "", "the loss of idle must be a loss"),
      (", oee: { cycle: 12 s }", "", "unknown key \"cycle\" in oee of asset \"press\""),
      ("", "lines: [{ name: a, stations: [pres] }]", "no asset is named \"pres\""),
      ("", "lines: [{ name: a, stations: [press, press] }]", "press is twice in line \"a\""),
      ("", "lines: [{ name: a }]", "line \"a\" has no stations"),
      (
        "", "lines: [{ name: a, stations: [{ asset: press, buffer: 40 kg }] }]",
        "\"buffer\" in station of line \"a\" must be"
      ),
    ]) func mistakesAreExplained(press: String, lines: String, message: String) throws
  {
    let error = #expect(throws: ConfigurationErrors.self) {
      try load(plant(press, lines: lines), devices: [shippedTemplates])
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
