import Factors
import Telemetry

/// Reads `power-factor:` of a tariff: which standard, of which literal table.
struct PowerFactorReader {
  static let keys = ["standard", "table", "reactive", "percent", "below-last", "status", "applies-to"]
  static let standardKeys = ["standard", "applies-to", "status", "note", "percent", "below-last"]

  let folders: TableFolders

  func table(_ parent: Section) -> (table: PowerFactorTable, reactive: TariffSettings.Reactive)? {
    guard let section = parent.section("power-factor", "power factor", keys: Self.keys) else { return nil }
    let reactive = section.read(
      "reactive", .word(TariffSettings.Reactive.allCases, noun: "choice of reactive energy"), default: .both)
    guard
      let standard = section.require(
        "standard", .text, remedy: "Add the power factor that the contract asks for: `standard: 0.90`.")
    else { return nil }
    if section.has("percent") { return read(section).map { ($0, reactive) } }
    let name = section.read("table", .text, default: "power-factor-adjustment")
    guard
      let file = folders.open(
        name, kind: "tariffs", keys: ["standards"], from: section, key: section.has("table") ? "table" : "standard")
    else { return nil }
    var found: [PowerFactorTable] = []
    for item in file["standards"]?.items ?? [] {
      guard let entry = file.section(item, "standard", keys: Self.standardKeys) else { return nil }
      guard let table = read(entry) else { return nil }
      found.append(table)
    }
    if let table = found.first(where: { ExactDecimal($0.standard) == ExactDecimal(standard) }) {
      return (table, reactive)
    }
    section.report(
      section["standard"]?.position, "the table has no standard \"\(standard)\"",
      remedy: "Choose one of \(found.map(\.standard).joined(separator: ", ")).")
    return nil
  }

  private func read(_ section: Section) -> PowerFactorTable? {
    guard let standard = section.require("standard", .text) else { return nil }
    guard let percents = section.section("percent", "percent", keys: []) else {
      section.missing("percent", remedy: "Add `percent: { 100: -0.75, …, 90: 0.00, … }`, by power factor × 100.")
      return nil
    }
    var byKey: [Int: ExactDecimal] = [:]
    let percent = Scalar<ExactDecimal>.exact("a percentage, in digits", example: "0.50")
    for entry in percents.all {
      guard let key = Int(entry.key), (0...100).contains(key) else {
        percents.report(
          entry.position, "\"\(entry.key)\" is no key of a power factor",
          remedy: "Write power factor × 100 as a whole number: `89: 0.50` for 0.89.")
        return nil
      }
      guard let value = percents.value(entry.value, "percent of \(key)", percent) else { return nil }
      byKey[key] = value
    }
    let lowest = byKey.keys.min() ?? 101
    if let gap = (lowest...max(lowest, 100)).first(where: { byKey[$0] == nil }) {
      percents.report(
        section.position(of: "percent"), "the key \(gap) is missing",
        remedy: "The table goes without gaps from its lowest key to 100.")
      return nil
    }
    return PowerFactorTable(
      standard: standard, appliesTo: section.read("applies-to", .text), status: TariffReader.status(section),
      percentByKey: byKey, belowLast: section.read("below-last", percent, default: .zero))
  }
}
