import Factors
import Telemetry

/// Reads tables of factors: a file of `Config/factors`, one of the site's own, or `factor-tables:` of a configuration.
///
/// Every value says how well it is known. What no published source stands behind can only be there for information.
struct FactorReader {
  static let keys = ["title", "grid-sets", "fuel-sets", "densities", "gwp-sets", "blends", "factor-sets"]
  static let provenanceKeys = ["source", "publisher", "published", "url", "file-sha256", "licence", "note"]
  static let valueKeys = ["value", "status", "note", "information-only"]
  static let gridKeys = ["id", "country", "data-year", "unit", "source-status", "valid-to", "rows"] + provenanceKeys
  static let gridRowKeys = ["area", "kind", "name"] + valueKeys
  static let fuelSetKeys = ["id", "default", "title", "fuels"] + provenanceKeys
  static let fuelKeys = ["fuel", "name", "ncv", "per", "carbon", "oxidation", "status", "note", "information-only"]
  static let densityKeys = ["fuel"] + valueKeys
  static let gwpKeys = ["id", "default", "gases"] + provenanceKeys
  static let gasKeys = ["gas"] + valueKeys
  static let blendKeys = ["blend", "parts", "status", "note"]
  static let listedKeys = ["id", "title", "gwp", "area", "data-year", "rows"] + provenanceKeys
  static let listedRowKeys = ["name", "title", "role", "unit", "scope"] + valueKeys

  static func read(_ root: YAMLNode, source: SourceText, diagnostics: Diagnostics) -> FactorLibrary {
    guard
      let top = Section(root, "the table of factors", keys: keys, source: source, diagnostics: diagnostics)
    else { return FactorLibrary() }
    return read(top)
  }

  static func read(_ top: Section) -> FactorLibrary {
    FactorLibrary(
      grid: sections(top, "grid-sets", "grid set", gridKeys).compactMap(gridSet),
      fuels: sections(top, "fuel-sets", "fuel set", fuelSetKeys).compactMap(fuelSet),
      densities: sections(top, "densities", "density", densityKeys).compactMap(density),
      gwp: sections(top, "gwp-sets", "set of warming potentials", gwpKeys).compactMap(gwpSet),
      blends: sections(top, "blends", "blend", blendKeys).compactMap(blend),
      listed: sections(top, "factor-sets", "factor set", listedKeys).compactMap(listedSet))
  }

  /// The groups of a list, each named by its first key.
  private static func sections(_ parent: Section, _ key: String, _ noun: String, _ keys: [String]) -> [Section] {
    guard let node = parent[key] else { return [] }
    guard let items = node.items else {
      parent.report(
        node.position, "\"\(key)\" in \(parent.name) must be a list, found \(node.description)",
        remedy: "Write each \(noun) behind a dash: `- { \(keys[0]): … }`.")
      return []
    }
    return items.compactMap { item in
      let name = item.entries?.first { $0.key == keys[0] }?.value.text.map { "\(noun) \"\($0)\"" } ?? noun
      return parent.section(item, name, keys: keys)
    }
  }

  // MARK: - Parts

  private static func provenance(_ section: Section) -> Provenance {
    Provenance(
      source: section.require(
        "source", .words("the document it is from", example: "公告2025年第47号"),
        remedy: "Add the document that it was taken from: `source: 公告2025年第47号`.") ?? "",
      publisher: section.read("publisher", .text), published: section.read("published", .date),
      url: section.read("url", .text), fileHash: section.read("file-sha256", hash),
      licence: section.read("licence", .text), note: section.read("note", .text))
  }

  private static let hash = Scalar<String>(
    "a SHA-256 of 64 hexadecimal digits", example: "d43b60a3…", remedy: { _ in "Take the output of `sha256sum`." }
  ) { text in text.count == 64 && text.allSatisfy(\.isHexDigit) ? text.lowercased() : nil }

  private static func status(_ section: Section) -> FactorStatus? {
    let known = FactorStatus.allCases
    return section.require(
      "status", .word(known, noun: "status"), remedy: "Say how well it is known, for example `status: verified`.")
  }

  /// A value that no published source stands behind must not be taken by itself.
  private static func isInformation(_ section: Section, _ status: FactorStatus) -> Bool {
    let isInformation = section.read("information-only", .boolean, default: false)
    if !status.mayBeDefault, !isInformation {
      section.report(
        section.position(of: "status"),
        "\(section.name) is \(status.rawValue): such a value may not be used as a default",
        remedy: "Add `information-only: true`; a site that needs it confirms it under `carbon: overrides:`.")
    }
    return isInformation
  }

  private static func value(_ section: Section, _ scalar: Scalar<ExactDecimal>) -> FactorValue? {
    guard let value = section.require("value", scalar), let status = status(section) else { return nil }
    return FactorValue(
      value, status: status, note: section.read("note", .text), isSelectable: !isInformation(section, status))
  }

  private static let year = Scalar<Int>.integer(1990...2200)

  /// The id of a set is the first part of its factors' ids.
  private static func id(_ section: Section) -> String? {
    section.require("id", .identifier("_-."), remedy: "Add a name of its own: `id: works-2026`.")
  }

  // MARK: - Sets

  private static func gridSet(_ section: Section) -> GridFactorSet? {
    let rows = sections(section, "rows", "row", gridRowKeys).compactMap { row -> GridFactorSet.Row? in
      guard let area = row.require("area", .words("an area", example: "CN-CQ")), let value = value(row, .notNegative)
      else { return nil }
      return GridFactorSet.Row(
        area: area, kind: row.read("kind", .word(GridFactorSet.Kind.allCases, noun: "kind"), default: .average),
        name: row.read("name", .text), factor: value)
    }
    let unit = Scalar<String>("a mass of CO2 or CO2e by an amount of energy", example: "kgCO2/kWh") { text in
      FactorUnit(text).flatMap { $0.coverage != nil && ActivityUnit.canConvert($0.per, to: "kWh") ? text : nil }
    }
    let provenance = provenance(section)
    if provenance.published == nil, !section.has("published") {
      section.missing("published", remedy: "Add the day on which it came out: `published: 2025-12-31`.")
    }
    guard let id = id(section), let year = section.require("data-year", year),
      let country = section.require("country", .subdivision), let unit = section.require("unit", unit)
    else { return nil }
    check(section, "rows", rows.map { "\($0.area) \($0.kind.rawValue)" })
    for row in rows where row.kind.isForFootprints != (FactorUnit(unit)?.coverage == .co2e) {
      section.report(
        section.position(of: "unit"),
        "\(section.name) has the kind \"\(row.kind.rawValue)\" in \(unit)",
        remedy: "Factors of inventories are in CO2, lifecycle factors in CO2e: keep them in sets of their own.")
      break
    }
    return GridFactorSet(
      id: id, country: country, dataYear: year, unit: unit, provenance: provenance,
      sourceStatus: section.read("source-status", .word(FactorStatus.allCases, noun: "status"), default: .site),
      validTo: section.read("valid-to", .date), rows: rows)
  }

  private static func fuelSet(_ section: Section) -> FuelSet? {
    let fuels = sections(section, "fuels", "fuel", fuelKeys).compactMap { row -> Fuel? in
      guard let name = row.require("fuel", .identifier()), let ncv = row.require("ncv", .positive),
        let unit = row.require("per", .word(Fuel.Unit.allCases, noun: "unit")),
        let carbon = row.require("carbon", .notNegative), let oxidation = row.require("oxidation", .share),
        let status = status(row)
      else { return nil }
      let selectable = !isInformation(row, status)
      let note = row.read("note", .text)
      func value(_ number: ExactDecimal) -> FactorValue {
        FactorValue(number, status: status, note: note, isSelectable: selectable)
      }
      return Fuel(
        name: name, title: row.read("name", .text), calorificValue: value(ncv), unit: unit,
        carbonContent: value(carbon), oxidation: value(oxidation))
    }
    let provenance = provenance(section)
    guard let id = id(section) else { return nil }
    check(section, "fuels", fuels.map(\.name))
    return FuelSet(
      id: id, isDefault: section.read("default", .boolean, default: false),
      title: section.read("title", .text, default: id), provenance: provenance, fuels: fuels)
  }

  private static func density(_ section: Section) -> FuelDensity? {
    guard let fuel = section.require("fuel", .identifier()), let value = value(section, .positive) else { return nil }
    return FuelDensity(fuel: fuel, density: value)
  }

  private static func gwpSet(_ section: Section) -> GWPSet? {
    let gases = sections(section, "gases", "gas", gasKeys).compactMap { row -> GWPSet.Gas? in
      guard let name = row.require("gas", .identifier()), let value = value(row, .notNegative) else { return nil }
      return GWPSet.Gas(name: name, potential: value)
    }
    let provenance = provenance(section)
    guard let id = id(section) else { return nil }
    check(section, "gases", gases.map(\.name))
    return GWPSet(
      id: id, isDefault: section.read("default", .boolean, default: false), provenance: provenance, gases: gases)
  }

  private static func blend(_ section: Section) -> RefrigerantBlend? {
    guard let name = section.require("blend", .identifier()), let status = status(section),
      let list = section.section("parts", "parts of \(section.name)", keys: []), !list.all.isEmpty
    else { return nil }
    let parts = list.all.compactMap { entry in
      list.value(entry.value, "the share of \(entry.key)", .share).map {
        RefrigerantBlend.Part(gas: entry.key, fraction: $0)
      }
    }
    let sum = try? parts.reduce(ExactDecimal.zero) { try $0 + $1.fraction }
    if sum != .one {
      list.report(nil, "the \(list.name) are not 1 together", remedy: "Write shares of the mass that add up to 1.")
    }
    return RefrigerantBlend(name: name, parts: parts, status: status, note: section.read("note", .text))
  }

  private static func listedSet(_ section: Section) -> ListedFactorSet? {
    let gwp = section.read("gwp", .identifier())
    let rows = sections(section, "rows", "row", listedRowKeys).compactMap { row -> ListedFactorSet.Row? in
      guard let name = row.require("name", .words("a name", example: "diesel")),
        let unit = row.require("unit", .words("a unit", example: "kgCO2e/L")), let value = value(row, .notNegative)
      else { return nil }
      if FactorUnit(unit)?.coverage == .co2e, gwp == nil {
        row.report(
          row.position(of: "unit"), "\(row.name) is in CO2e, but nothing says with which warming potentials",
          remedy: "Add `gwp: AR5` to \(section.name).")
      }
      return ListedFactorSet.Row(
        name: name, title: row.read("title", .text), factor: value, unit: unit,
        scope: row.read("scope", .integer(1...3)),
        role: row.read("role", .word(ListedFactorSet.Role.allCases, noun: "role")))
    }
    let provenance = provenance(section)
    guard let id = id(section) else { return nil }
    check(section, "rows", rows.map(\.name))
    return ListedFactorSet(
      id: id, title: section.read("title", .text, default: id), gwp: gwp, area: section.read("area", .subdivision),
      dataYear: section.read("data-year", year), provenance: provenance, rows: rows)
  }

  private static func check(_ section: Section, _ key: String, _ names: [String]) {
    if names.isEmpty, section[key]?.items?.isEmpty ?? true {
      section.missing(key, remedy: "Add at least one row.")
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      section.report(
        section.position(of: key), "\(section.name) has \"\(name)\" twice", remedy: "Keep only one of the two.")
    }
  }
}
