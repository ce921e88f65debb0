import Factors
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Templates

let shippedFactors = packageRoot + "/Config/factors"

/// Every value of the reference tables is in the shipped ones, with its status.
@Suite("Shipped tables of factors") struct FactorTableTests {
  private func library() throws -> FactorLibrary { try FactorFolder.load(folder: shippedFactors) }

  private func table(_ name: String) throws -> JSONValue {
    let text = String(decoding: try ReferenceData.bytes("rules/tables/\(name).yaml"), as: UTF8.self)
    let diagnostics = Diagnostics()
    let root = try #require(YAMLDocument.parse(SourceText(file: name, text: text), diagnostics))
    func value(_ node: YAMLNode) -> JSONValue {
      switch node.content {
      case .scalar(let text, _): .string(text)
      case .list(let items): .array(items.map(value))
      case .map(let entries):
        .object(Dictionary(entries.map { ($0.key, value($0.value)) }, uniquingKeysWith: { $1 }))
      }
    }
    return value(root)
  }

  private func exact(_ value: JSONValue?) throws -> ExactDecimal {
    try #require(ExactDecimal(value?.stringValue ?? ""))
  }

  private func matches(_ value: FactorValue, _ number: JSONValue?, _ row: JSONValue) throws -> Bool {
    try value.value == exact(number) && value.status.rawValue == row["status"]?.stringValue
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func grid() throws {
    let library = try library()
    let kinds = [
      "average": GridFactorSet.Kind.average, "excl_market_nonfossil": .withoutMarketNonfossil,
      "fossil_only": .fossilOnly,
      "national_average_lifecycle": .lifecycle, "transmission_distribution_incl_losses": .transmissionWithLosses,
      "transmission_distribution_excl_losses": .transmissionWithoutLosses,
    ]
    let reference = try table("grid-factors-cn")
    var rows = 0
    for set in try #require(reference["sets"]?.arrayValue) {
      let year = try #require(set["data_year"]?.stringValue)
      let own = try #require(library.grid.first { $0.id == "cn-grid-\(year)" })
      #expect(String(own.dataYear) == year && own.provenance.source == set["announcement"]?.stringValue)
      #expect(own.provenance.published?.description == set["published"]?.stringValue)
      #expect(own.sourceStatus.rawValue == set["announcement_status"]?.stringValue)
      #expect(own.provenance.url == set["url"]?.stringValue)
      #expect(own.provenance.fileHash == set["pdf_sha256"]?.stringValue)
      for row in ["national", "regional", "provincial"].flatMap({ set[$0]?.arrayValue ?? [] }) {
        let area =
          row["subdivision"]?.stringValue ?? row["region"]?.stringValue.map { "CN/\($0)" } ?? "CN"
        let found = try #require(
          own.rows.first { $0.area == area && $0.kind == kinds[row["kind"]?.stringValue ?? ""] }, "\(area)")
        #expect(try matches(found.factor, row["value"], row), "\(year) \(area)")
        rows += 1
      }
      #expect(own.rows.count == 40)
    }
    #expect(rows == 120)
    let lifecycle = try #require(reference["lifecycle_footprint_factors"]?["values"]?.arrayValue)
    for row in lifecycle {
      let year = try #require(row["data_year"]?.stringValue)
      let set = try #require(library.grid.first { $0.id == "cn-lifecycle-\(year)" })
      let found = try #require(set.rows.first { $0.area == "CN" && $0.kind == kinds[row["kind"]?.stringValue ?? ""] })
      #expect(try matches(found.factor, row["value"], row) && set.unit == "kgCO2e/kWh")
    }
    let notices = try #require(library.listed.first { $0.id == "cn-enterprise-notices" })
    for (row, old) in zip(
      notices.rows, try #require(reference["superseded_enterprise_notice_values"]?.arrayValue))
    {
      #expect(try matches(row.factor, old["value"], old) && !row.factor.isSelectable)
    }
    // What the policies take today.
    let date = try #require(CivilDate("2026-01-31"))
    for policy in try #require(reference["policies"]?.arrayValue) {
      let method = try #require(InventoryMethod(rawValue: policy["key"]?.stringValue ?? ""))
      let value = policy["current_value"] ?? policy["current_value_chongqing"] ?? policy["residual_mix_proxy"]
      let choice = try library.electricity(FactorRequest(method: method, subdivision: "CN-CQ", date: date))
      #expect(try choice.factor.value == exact(value), "\(method)")
    }
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func fuels() throws {
    let library = try library()
    let reference = try table("fuels-cn")
    for set in try #require(reference["sets"]?.arrayValue) {
      let own = try library.fuelSet(try #require(set["id"]?.stringValue))
      #expect(String(own.isDefault) == set["default"]?.stringValue)
      let rows = try #require(set["fuels"]?.arrayValue)
      #expect(own.fuels.map(\.name) == rows.compactMap { $0["fuel"]?.stringValue })
      for (fuel, row) in zip(own.fuels, rows) {
        #expect(try matches(fuel.calorificValue, row["ncv"], row), "\(fuel.name)")
        #expect(try matches(fuel.carbonContent, row["cc_tC_per_GJ"], row), "\(fuel.name)")
        #expect(try matches(fuel.oxidation, row["of"], row), "\(fuel.name)")
        #expect("GJ/\(fuel.unit.rawValue)" == row["ncv_unit"]?.stringValue)
        #expect(try fuel.factor().rounded(to: 6, .halfUp) == exact(row["ef"]), "\(fuel.name)")
        #expect("tCO2/\(fuel.unit.rawValue)" == row["ef_unit"]?.stringValue)
      }
    }
    for row in try #require(reference["densities"]?.arrayValue) {
      let own = try #require(library.densities.first { $0.fuel == row["fuel"]?.stringValue }).density
      if let value = row["kg_per_L"] {
        #expect(try matches(own, value, row) && own.isSelectable)
      } else {
        let range = try #require(row["kg_per_L_range"]?.arrayValue)
        #expect(try exact(range[0]) < own.value && own.value < exact(range[1]) && !own.isSelectable)
      }
    }
    for row in try #require(reference["carbonates_tCO2_per_t"]?.arrayValue) {
      let name = try #require(row["compound"]?.stringValue)
      let own = try library.listed(.carbonate, name: name)
      #expect(try own.value == exact(row["value"]) && own.unit == "tCO2/t" && own.status == .verified)
    }
    for row in try #require(reference["heat"]?.arrayValue) {
      let name = try #require(row["id"]?.stringValue)
      let own = try #require(library.listed.flatMap(\.rows).first { $0.name == name }, "\(name)")
      #expect(try matches(own.factor, row["value"], row) && own.unit == row["unit"]?.stringValue)
      #expect(own.factor.isSelectable == (row["status"] != "disputed"))
    }
    #expect(try library.listed(.purchasedHeat).value == ExactDecimal("0.11"))
    let ipcc = try #require(library.listed.first { $0.id == "ipcc-2006" })
    for row in try #require(reference["ipcc_2006_kgCO2_per_TJ"]?.arrayValue) {
      let fuel = try #require(row["fuel"]?.stringValue)
      for (key, gas) in [("co2", "co2"), ("ch4_kg_per_TJ", "ch4"), ("n2o_kg_per_TJ", "n2o")] {
        guard let value = row[key] else { continue }
        #expect(try matches(try #require(ipcc["\(fuel).\(gas)"]).factor, value, row))
      }
    }
    let epa = try #require(library.listed.first { $0.id == "us-epa-2022" })
    for row in try #require(reference["us_epa"]?.arrayValue) {
      for (key, gas, unit) in [
        ("kgCO2_per_mmBtu", "co2", "kgCO2/mmBtu"), ("ch4_g_per_mmBtu", "ch4", "gCH4/mmBtu"),
        ("n2o_g_per_mmBtu", "n2o", "gN2O/mmBtu"), ("kgCO2_per_gal", "co2", "kgCO2/gal"),
      ] {
        guard let value = row[key], let fuel = row["fuel"]?.stringValue else { continue }
        let own = try #require(epa["\(fuel).\(gas)"])
        #expect(try matches(own.factor, value, row) && own.unit == unit)
      }
    }
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func potentials() throws {
    let library = try library()
    let reference = try table("gwp")
    for row in try #require(reference["gases"]?.arrayValue) {
      let gas = try #require(row["gas"]?.stringValue)
      for id in ["AR4", "AR5", "AR6"] {
        let own = library.gwp.first { $0.id == id }?[gas]
        guard let value = row[id] else {
          #expect(own == nil)
          continue
        }
        #expect(try matches(try #require(own).potential, value, row), "\(id) \(gas)")
      }
    }
    for row in try #require(reference["blends"]?.arrayValue) {
      for id in ["AR4", "AR5", "AR6"] {
        let factor = try library.potential(of: try #require(row["blend"]?.stringValue), set: id)
        #expect(try factor.value == exact(row[id]) && factor.status == .computed)
      }
    }
    #expect(library.defaultGWP == "AR5" && library.defaultFuelSet == "gbt32151-2024")
    // A refrigerant's other name is the gas itself.
    #expect(try library.potential(of: "R-134a", set: "AR6").value == ExactDecimal(1530))
    let defra = try table("defra-2024")
    let own = try #require(library.listed.first { $0.id == "defra-2024" })
    #expect(own.gwp == defra["gwp_basis"]?.stringValue)
    for row in try #require(defra["factors"]?.arrayValue) {
      let found = try #require(own[row["id"]?.stringValue ?? ""])
      #expect(try matches(found.factor, row["value"], row) && found.unit == row["unit"]?.stringValue)
      #expect(found.scope.map(String.init) == row["scope"]?.stringValue)
    }
    let printed = try #require(library.listed.first { $0.id == "defra-2024-gwp" })
    for row in try #require(defra["refrigerant_gwp_printed"]?.arrayValue) {
      let gas = try #require(row["gas"]?.stringValue)
      let found = try #require(printed[gas])
      #expect(try matches(found.factor, row["value"], row) && !found.factor.isSelectable)
      #expect(try library.potential(of: gas, set: "AR5").value.rounded(to: 0, .halfUp) == found.factor.value)
    }
  }

  @Test("every file fits the schema and names it") func schema() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: shippedFactors).filter { $0.hasSuffix(".yaml") }
    #expect(!files.isEmpty)
    for file in files.sorted() {
      let text = try String(contentsOfFile: "\(shippedFactors)/\(file)", encoding: .utf8)
      let diagnostics = Diagnostics()
      let root = try #require(YAMLDocument.parse(SourceText(file: file, text: text), diagnostics))
      #expect(ConfigurationSchema.factors.validate(ConfigurationSchemaTests.json(root)) == [], "\(file)")
      #expect(text.hasPrefix("# yaml-language-server: $schema=../schemas/factors.schema.json\n"), "\(file)")
    }
  }

  @Test("no shipped value is used that nobody has published") func defaults() throws {
    for entry in try library().entries() where entry.isSelectable {
      #expect(entry.factor.status.mayBeDefault, "\(entry.factor.id)")
      for part in entry.factor.parameters { #expect(part.status.mayBeDefault, "\(part.id)") }
    }
  }

  static let base = """
    grid-sets:
      - id: works-2025
        country: CN
        data-year: 2025
        unit: kgCO2/kWh
        source: own measurement
        published: 2026-02-01
        rows:
          - { area: CN-CQ, value: 0.55, status: verified }
    fuel-sets:
      - id: works-fuels
        source: laboratory
        fuels:
          - { fuel: biogas, ncv: 200.5, per: 10^4 Nm3, carbon: 0.0153, oxidation: 0.99, status: verified }
    densities:
      - { fuel: biodiesel, value: 0.88, status: verified }
    gwp-sets:
      - id: AR7
        source: IPCC
        gases:
          - { gas: CH4, value: 28, status: verified }
    blends:
      - { blend: R-1, parts: { CH4: 0.4, CO2: 0.6 }, status: computed }
    factor-sets:
      - id: steel
        gwp: AR6
        source: supplier
        rows:
          - { name: coil, value: 1.9, unit: kgCO2e/kg, scope: 3, status: verified }

    """

  private func mistakes(_ text: String) throws -> [ConfigurationError] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-factors-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("works.yaml").path
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    do {
      _ = try FactorFolder.load(folder: nil, files: [file])
      return []
    } catch {
      return error.errors
    }
  }

  static let slips: [Mistake] = [
    Mistake("key", "unit: kgCO2/kWh", "unit: kgCO2/kWh\n    §units: x", "unknown key \"units\"", "\"unit\""),
    Mistake("unit", "unit: kgCO2/kWh", "unit: §kg/kWh", "a mass of CO2", "kgCO2/kWh"),
    Mistake(
      "lifecycle in CO2", "{ area: CN-CQ, value", "{ area: CN-CQ, kind: lifecycle, value", "has the kind", "sets"),
    Mistake("status", "0.55, status: verified", "0.55, status: §verfied", "a status", "\"verified\""),
    Mistake("no status", "0.55, status: verified", "0.55", "\"status\" is missing", "status: verified"),
    Mistake(
      "disputed", "0.88, status: verified", "0.88, §status: disputed", "may not be used as a default",
      "information-only: true"),
    Mistake(
      "memory-low", "0.99, status: verified", "0.99, §status: memory-low", "may not be used as a default",
      "carbon: overrides:"),
    Mistake("not a number", "value: 0.55", "value: §about half", "0 or more", "0.5581"),
    Mistake("negative", "value: 0.55", "value: §-0.55", "0 or more", "0.5581"),
    Mistake("date", "published: 2026-02-01", "published: §01.02.2026", "a date", "2026-01-31"),
    Mistake("no publication", "    published: 2026-02-01\n", "", "\"published\" is missing", "2025-12-31"),
    Mistake("no source", "    source: supplier\n", "", "\"source\" is missing", "the document"),
    Mistake("fuel's unit", "per: 10^4 Nm3", "per: §m3", "a unit", "10^4 Nm3"),
    Mistake("oxidation", "oxidation: 0.99", "oxidation: §99", "0 to 1", "0.98"),
    Mistake("parts", "CO2: 0.6", "CO2: 0.7", "are not 1 together", "add up to 1"),
    Mistake("CO2e of what", "    gwp: AR6\n", "", "nothing says with which warming potentials", "gwp: AR5"),
    Mistake("role", "scope: 3,", "scope: 3, role: §heat,", "a role", "purchased-heat"),
    Mistake("same id", "id: steel", "id: works-fuels", "have the id \"works-fuels\"", "of its own"),
    Mistake(
      "list", "densities:\n  - { fuel: biodiesel", "densities:\n    §{ fuel: biodiesel", "must be a list", "dash"),
  ]

  @Test("a slip names its place and the remedy", arguments: slips) func slip(_ mistake: Mistake) throws {
    try #require(Self.base.contains(mistake.old), "the row does not fit")
    let marked = Self.base.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
    let found = try mistakes(marked.replacing("§", with: ""))
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect(error.message.contains(mistake.message), "\(error)")
    #expect(error.suggestion.contains(mistake.remedy), "\(error)")
    if let place = marked.range(of: "§") {
      let before = marked[..<place.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
      #expect((error.line, error.column) == (before.count, (before.last?.unicodeScalars.count ?? 0) + 1), "\(error)")
    }
  }

  @Test("and the table itself has none") func none() throws { #expect(try mistakes(Self.base).isEmpty) }

  @Test("a missing folder is told") func noFolder() {
    #expect(throws: ConfigurationErrors.self) { try FactorFolder.load(folder: "/nowhere/factors") }
  }
}
