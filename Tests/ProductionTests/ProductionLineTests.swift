import Production
import Telemetry
import Templates
import Testing

@Suite struct ProductionLineTests {
  private func lines(_ assets: String) throws -> (site: Site, lines: [ProductionLine]) {
    let text = """
      gateway: { id: test }
      zone: Asia/Shanghai
      broker: { host: h }
      assets:
      \(assets)
      """
    let site = try SiteLoader.load(text: text, file: "test.yaml", devices: [LinePlant.devices])
    return (site, ProductionLine.lines(of: site))
  }

  private func asset(_ id: String, _ template: String, _ place: String, _ more: String = "") -> String {
    "  - { id: \(id), template: \(template), place: \(place), topic: \"t/{id}\"\(more.isEmpty ? "" : ", \(more)") }\n"
  }

  @Test func anAssetBelongsToTheNearestLine() throws {
    let (site, lines) = try lines(
      asset("mes-hall", "order-feed", "s/h") + asset("mes-line", "order-feed", "s/h/l")
        + asset("m-hall", "three-phase-meter", "s/h/x") + asset("m-line", "three-phase-meter", "s/h/l/1")
        + asset("m-like", "three-phase-meter", "s/h/l2") + asset("m-light", "three-phase-meter", "s/h", "serves: none")
        + asset("m-far", "three-phase-meter", "s/k", "serves: s/h/l") + asset("c", "production-counter", "s/h/l/9"))
    func ids(_ places: [Int]) -> [String] { places.map { site.assets[$0].id } }
    #expect(lines.map(\.place) == ["s/h", "s/h/l"])
    #expect(ids(lines[0].meters[Carrier(.activeEnergyImport)] ?? []) == ["m-hall", "m-like"])
    #expect(ids(lines[1].meters[Carrier(.activeEnergyImport)] ?? []) == ["m-line", "m-far"])
    #expect(ids(lines[1].counters) == ["c"] && ids(lines[1].runners) == ["c"])
  }

  @Test func subMetersAndWhatIsNoConsumptionCountOnce() throws {
    let (site, lines) = try lines(
      asset("mes", "order-feed", "s/h/l") + asset("main", "three-phase-meter", "s/h/l")
        + asset("sub", "three-phase-meter", "s/h/l/1", "fed-by: main")
        + asset("pv", "three-phase-meter", "s/h/l/2", "role: generation")
        + asset("gas", "gas-meter", "s/h/l/3", "fuel: natural_gas"))
    #expect(lines[0].meters[Carrier(.activeEnergyImport)]?.map { site.assets[$0].id } == ["main"])
    #expect(lines[0].meters[Carrier(.gasVolumeNormal, fuel: "natural_gas")]?.map { site.assets[$0].id } == ["gas"])
  }

  /// A footprint has a figure on a line of shipped meters: two registers of one flow are one carrier.
  @Test func whatAnotherRegisterOfTheMeterSaysIsNoCarrierOfItsOwn() throws {
    let (site, lines) = try lines(
      asset("mes", "order-feed", "s/h/l") + asset("gas", "gas-meter", "s/h/l/1", "fuel: natural_gas")
        + asset("raw", "gas-meter", "s/h/l/2", "fuel: natural_gas, signals: { gas-normal: none, flow: none }")
        + asset("air", "compressor", "s/h/l/3") + asset("cold", "chiller", "s/h/l/4")
        + asset("bought", "compressed-air-meter", "s/h/l/5"))
    let meters = lines[0].meters.mapValues { $0.map { site.assets[$0].id } }
    #expect(
      meters == [
        Carrier(.gasVolumeNormal, fuel: "natural_gas"): ["gas"], Carrier(.gasVolume, fuel: "natural_gas"): ["raw"],
        Carrier(.activeEnergyImport): ["air", "cold"], Carrier(.compressedAirVolumeNormal): ["bought"],
      ])
  }

  @Test func whoCountsAndWhoTellsWhetherItRuns() throws {
    let (site, lines) = try lines(
      asset("mes", "order-feed", "s/h/l") + asset("c1", "production-counter", "s/h/l/1")
        + asset("c2", "production-counter", "s/h/l/2", "counts-pieces: yes")
        + asset("v", "vision-station", "s/h/l/3") + asset("cnc", "cnc-machine", "s/h/l/4"))
    #expect(lines[0].counters.map { site.assets[$0].id } == ["c2"])
    #expect(lines[0].runners.map { site.assets[$0].id } == ["c2"])
    let (plain, plainLines) = try self.lines(
      asset("mes", "order-feed", "s/h/l") + asset("v", "vision-station", "s/h/l/3", "counts-pieces: yes")
        + asset("cnc", "cnc-machine", "s/h/l/4", "counts-pieces: no")
        + asset("m", "three-phase-meter", "s/h/l", "run-state: { signal: active-power, running-above: 5 kW }"))
    #expect(plainLines[0].counters.map { plain.assets[$0].id } == ["v"])
    #expect(plainLines[0].runners.map { plain.assets[$0].id } == ["m"])
  }

  @Test func aPlantWithoutOrdersHasNoLines() throws {
    #expect(try lines(asset("m", "three-phase-meter", "s")).lines.isEmpty)
  }
}
