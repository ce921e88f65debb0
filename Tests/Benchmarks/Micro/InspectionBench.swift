import Engine
import Gateway
import Journal
import Rules
import Telemetry
import Templates

/// What 2,000 inspection results a second cost the engine, as a share of one core: all stations of the site by turns,
/// three of a hundred parts rejected, with the rules of inspection and without. A unit passes all stations, ten seconds from
/// one to the next. A rejected one is mended and found good a second later; one in fifty of them is taken out for good, one
/// in a thousand goes on as if nothing had been.
struct InspectionBench {
  private static let perSecond = 2000
  private static let rejected = 0.03
  private static let takenOut = 0.02
  private static let slipped = 0.001
  private static let rules: Set<String> = ["causes", "inspection", "interception", "lots", "units"]

  let site: Site
  let minutes: Int

  func run() throws {
    let stations = site.assets.indices.filter { site.assets[$0].eventSignal(carrying: ["verdict"]) != nil }
    guard !stations.isEmpty else { throw MissingStations() }
    let own = try RuleSet.factories(for: site).filter { Self.rules.contains($0.name) }
    let ownOfSite = try RuleSet.siteFactories(for: site).filter { Self.rules.contains($0.name) }
    let with = try pass(stations, own, ownOfSite)
    let without = try pass(stations, [], [])
    let seconds = Double(minutes * 60)
    func share(_ nanoseconds: Int) -> Double { Double(nanoseconds) / (seconds * 1e9) * 100 }
    print(
      "added_percent=\(share(with.nanoseconds - without.nanoseconds)) base_percent=\(share(without.nanoseconds))",
      "longest_ms=\(Double(with.longest) / 1e6) records=\(with.records) stations=\(stations.count)")
  }

  private struct MissingStations: Error, CustomStringConvertible {
    var description: String { "no asset of the configuration tells verdicts: add 50 of template ai-vision-station" }
  }

  private func pass(
    _ stations: [Int], _ rules: [RuleFactory], _ siteRules: [SiteRuleFactory]
  ) throws -> (nanoseconds: Int, longest: Int, records: Int) {
    let catalog = SeriesCatalog(site: site)
    let store = MemoryStore()
    let engine = try Engine(site: site, catalog: catalog, reader: store, rules: rules, siteRules: siteRules)
    var outcome = (nanoseconds: 0, longest: 0, records: 0)
    var output = EngineOutput()
    var position: Int64 = 1
    var first = Batch()
    first.position = position
    for connection in site.connections {
      let number = catalog.connection(named: connection.name)
      first.entries += [.connection(number, .up), .connection(number, .drained)]
    }
    try engine.process(first, into: &output)
    let start = Timestamp(seconds: 1_795_219_200)
    var generator = SplitMix64(seed: 1)
    var mended: [(station: Int, unit: Int)] = []
    var gone: Set<Int> = []
    var identity: UInt64 = 0
    for second in 0..<(minutes * 60) {
      let time = start + .seconds(Int64(second))
      var batch = Batch()
      position += 1
      batch.position = position
      batch.entries.append(.mark(time))
      func append(_ station: Int, _ unit: Int, _ verdict: Verdict) {
        identity += 1
        batch.entries.append(.event(event(identity, unit, stations[station], time, catalog, verdict)))
      }
      let again = mended
      mended = []
      for (station, unit) in again { append(station, unit, .mended) }
      for place in 0..<Self.perSecond {
        let number = second * Self.perSecond + place
        let station = number % stations.count
        let unit = number / stations.count - station * 10 * Self.perSecond / stations.count
        guard !gone.contains(unit) else { continue }
        guard generator.unit() < Self.rejected else { append(station, unit, .good); continue }
        append(station, unit, .rejected)
        let fate = generator.unit()
        if fate < Self.takenOut {
          gone.insert(unit)
        } else if fate > Self.takenOut + Self.slipped {
          mended.append((station, unit))
        }
      }
      let used = try CPUClock.measure { try engine.process(batch, into: &output) }
      outcome.nanoseconds += used
      outcome.longest = max(outcome.longest, used)
      outcome.records += output.records.count
      output = EngineOutput()
      guard engine.shouldCheckpoint else { continue }
      var taken: Checkpoint?
      outcome.nanoseconds += CPUClock.measure { taken = engine.checkpoint() }
      if let taken { store.commit(taken) }
    }
    return outcome
  }

  private enum Verdict { case good, rejected, mended }

  private func event(
    _ identity: UInt64, _ unit: Int, _ station: Int, _ time: Timestamp, _ catalog: SeriesCatalog, _ verdict: Verdict
  ) -> Event {
    let signal = site.assets[station].eventSignal(carrying: ["verdict"]) ?? 0
    var attributes = [
      Event.Attribute("verdict", verdict == .rejected ? "NG" : "OK"), Event.Attribute("unit", "SN\(1_000_000 + unit)"),
      Event.Attribute("step", "final"), Event.Attribute("attempt", verdict == .mended ? "2" : "1"),
      Event.Attribute("confidence", "0.97"), Event.Attribute("model", "m-4.2"), Event.Attribute("recipe", "K19"),
    ]
    if verdict == .rejected { attributes.append(Event.Attribute("defect", identity % 3 == 0 ? "scratch" : "dent")) }
    return Event(
      series: catalog.series(asset: station, signal: signal), time: time, identity: identity, attributes: attributes)
  }
}
