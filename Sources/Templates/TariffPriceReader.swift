import Factors
import Telemetry

/// Reads `prices:`, which say what each band costs from when to when.
struct TariffPriceReader {
  static let keys = ["from", "to", "rule-set"] + Tariff.Band.allCases.map(\.rawValue)

  let sets: [(set: TariffRuleSet, isDefault: Bool)]

  /// The periods, by date; nil after a report.
  func periods(_ section: Section) -> [Tariff.Period]? {
    guard let node = section["prices"], !node.isNothing else {
      let bands = sets.first { $0.isDefault }?.set.bands ?? sets[0].set.bands
      let example = bands.map { "\($0.rawValue): …" }.joined(separator: ", ")
      section.missing("prices", remedy: "Add the prices per kWh from the bill: `prices: { \(example) }`.")
      return nil
    }
    let standard = standardSet(section)
    var periods: [(period: Tariff.Period, position: Position)] = []
    for item in node.items ?? [node] {
      guard let entry = section.section(item, "prices", keys: Self.keys),
        let set = entry.has("rule-set") ? set(entry) : standard
      else { return nil }
      let from = entry.read("from", .date)
      let to = entry.read("to", .date)
      if let from, let to, !(from < to) {
        entry.report(
          entry["to"]?.position, "the prices end before they begin", remedy: "`to` is the day after the last one.")
      }
      guard let prices = prices(entry, set) else { return nil }
      periods.append((Tariff.Period(from: from, to: to, ruleSet: set, prices: prices), entry.position))
    }
    periods.sort { one, other in
      guard let later = other.period.from else { return false }
      return one.period.from.map { $0 < later } ?? true
    }
    for (one, other) in zip(periods, periods.dropFirst()) {
      guard let end = one.period.to, let start = other.period.from, !(start < end) else {
        section.report(
          max(one.position, other.position), "two entries of prices hold on the same day",
          remedy: "Give each a `from` and a `to`; `to` is the day after its last one.")
        return nil
      }
    }
    return periods.map(\.period)
  }

  private func standardSet(_ section: Section) -> TariffRuleSet? {
    if section.has("rule-set") { return set(section) }
    return (sets.first { $0.isDefault } ?? sets.first)?.set
  }

  private func set(_ section: Section) -> TariffRuleSet? {
    let known = sets.map(\.set.id)
    let scalar = Scalar<String>(
      "a rule set of the table", example: known.first ?? "",
      remedy: { NearestWord.remedy($0, in: known, noun: "rule set") }, parse: { known.contains($0) ? $0 : nil })
    guard let id = section.read("rule-set", scalar) else { return nil }
    return sets.first { $0.set.id == id }?.set
  }

  /// The price of every band of a rule set: entered, or a multiple of another one where the table may say so.
  private func prices(_ entry: Section, _ set: TariffRuleSet) -> [Tariff.Band: ExactDecimal]? {
    var prices: [Tariff.Band: ExactDecimal] = [:]
    var isComplete = true
    for band in Tariff.Band.allCases where entry.has(band.rawValue) {
      guard set.bands.contains(band) else {
        entry.report(
          entry.position(of: band.rawValue), "\(set.id) has no band \"\(band.rawValue)\"",
          remedy: "Its bands are \(set.bands.map(\.rawValue).joined(separator: ", ")).")
        isComplete = false
        continue
      }
      prices[band] = entry.read(band.rawValue, .price("per kWh", example: "0.5435"))
      // A wrong one is told already.
      if prices[band] == nil { isComplete = false }
    }
    // A multiple of a multiple (critical of peak of flat) takes a round each.
    for _ in set.bands {
      for band in set.bands where prices[band] == nil && !entry.has(band.rawValue) {
        guard let multiplier = set.multipliers[band], let value = multiplier.standard,
          let base = prices[multiplier.relativeTo]
        else { continue }
        // As many places as an entered price may have.
        prices[band] = (try? base * value)?.rounded(to: 12)
      }
    }
    for band in set.bands where prices[band] == nil && !entry.has(band.rawValue) {
      let multiplier = set.multipliers[band]
      let why =
        multiplier.map { found in
          found.standard == nil
            ? ": its multiplier is \(found.status.rawValue)" + (found.note.map { " (\($0))" } ?? "")
            : ": \(found.relativeTo.rawValue) has none"
        } ?? ""
      entry.report(
        entry.position, "the band \"\(band.rawValue)\" has no price\(why)",
        remedy: "Add `\(band.rawValue): …`, the price per kWh of the electricity bill.")
      isComplete = false
    }
    return isComplete ? prices : nil
  }
}
