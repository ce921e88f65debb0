import Plant
import Telemetry

/// Reads `oee:` of an asset.
enum OEEReader {
  static let keys = ["cycle-time", "cycle-times", "source", "minor-stop", "losses"]

  private static let cycle = Scalar<Span64>.duration(.milliseconds(1)...(.days(7)))

  static func read(_ asset: Section, signals: [Signal]) -> Asset.OEE? {
    guard asset.has("oee") else { return nil }
    var settings = Asset.OEE()
    if asset.isOff("oee") {
      settings.isOff = true
      return settings
    }
    guard let section = asset.section("oee", "oee of \(asset.name)", keys: keys) else { return nil }
    if !asset.has("run-state"), !signals.contains(where: { $0.kind.isState }) {
      section.report(
        asset.position(of: "oee"), "nothing tells whether \(asset.name) runs, so it has no availability",
        remedy: "Add `run-state: { signal: active-power, running-above: 5 kW, idle-above: 0.5 kW }`, or map a state.")
    }
    settings.cycle = section.read("cycle-time", cycle)
    for entry in section.section("cycle-times", "cycle-times of \(asset.name)", keys: [])?.all ?? [] {
      settings.cycles[entry.key] = section.value(entry.value, "the cycle-time of \(entry.key)", cycle)
    }
    settings.source = section.read("source", .text)
    if settings.source != nil, settings.cycle == nil, settings.cycles.isEmpty {
      section.report(
        section["source"]?.position, "\"source\" says where planned run times come from, but there is none",
        remedy: "Add `cycle-time: 12 s`, or `cycle-times: { X200: 12 s }` by product.")
    }
    settings.minorStop = section.read(
      "minor-stop", .duration(.zero...(.hours(8))), default: Asset.OEE.standardMinorStop)
    settings.losses = losses(section, asset, signals)
    return settings
  }

  private static func losses(_ section: Section, _ asset: Section, _ signals: [Signal]) -> [String: OEELoss] {
    guard let inner = section.section("losses", "losses of \(asset.name)", keys: []) else { return [:] }
    let states = signals.flatMap { signal -> [String] in
      if case .state(let names) = signal.kind { names } else { [] }
    }
    var losses: [String: OEELoss] = [:]
    for entry in inner.all {
      guard states.contains(entry.key) else {
        inner.report(
          entry.position, "\"\(entry.key)\" is no state of \(asset.name)",
          remedy: states.isEmpty
            ? "It has no state signal: leave `losses` out." : NearestWord.remedy(entry.key, in: states, noun: "state"))
        continue
      }
      let known = OEELoss.times.filter { $0 != .noData }
      losses[entry.key] = inner.value(entry.value, "the loss of \(entry.key)", .word(known, noun: "loss"))
    }
    return losses
  }
}
