import Telemetry
import TestSupport
import Testing

@testable import Factors

/// The known answers of `rules/vectors/carbon.json`, by name.
enum CarbonVectors {
  static let all: [String: JSONValue] = {
    guard ReferenceData.isExpected else { return [:] }
    do {
      let document = try JSONValue(parsing: try ReferenceData.bytes("rules/vectors/carbon.json"))
      var found: [String: JSONValue] = [:]
      for vector in document["vectors"]?.arrayValue ?? [] { found[vector["name"]?.stringValue ?? ""] = vector }
      return found
    } catch {
      Issue.record(error)
      return [:]
    }
  }()

  static func names(_ prefix: String) -> [String] { all.keys.filter { $0.hasPrefix(prefix) }.sorted() }
}

func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text), "\(text)") }
func decimal(_ value: JSONValue?) throws -> ExactDecimal { try decimal(try #require(value?.stringValue)) }
func date(_ text: String) throws -> CivilDate { try #require(CivilDate(text), "\(text)") }

/// Small tables with the values of the published ones, so that calculations are tested without files.
enum Tables {
  static func value(_ text: String, _ status: FactorStatus = .verified2) throws -> FactorValue {
    FactorValue(try decimal(text), status: status)
  }

  static func gridSet(
    _ year: Int, _ published: String, _ rows: [(String, GridFactorSet.Kind, String)], id: String? = nil,
    unit: String = "kgCO2/kWh"
  ) throws -> GridFactorSet {
    GridFactorSet(
      id: id ?? "cn-grid-\(year)", country: "CN", dataYear: year, unit: unit,
      provenance: Provenance(source: "announcement of \(published)", published: try date(published)),
      sourceStatus: .verified,
      rows: try rows.map { GridFactorSet.Row(area: $0.0, kind: $0.1, name: nil, factor: try value($0.2)) })
  }

  static func library() throws -> FactorLibrary {
    var library = FactorLibrary()
    library.grid = [
      try gridSet(2021, "2024-04-12", [("CN", .average, "0.5568"), ("CN-CQ", .average, "0.4743")]),
      try gridSet(2022, "2024-12-20", [("CN", .average, "0.5366"), ("CN-CQ", .average, "0.5227")]),
      try gridSet(
        2023, "2025-12-31",
        [
          ("CN", .average, "0.5306"), ("CN", .withoutMarketNonfossil, "0.6096"), ("CN", .fossilOnly, "0.8273"),
          ("CN-CQ", .average, "0.5581"), ("CN/southwest", .average, "0.2472"),
        ]),
      try gridSet(
        2024, "2025-09-28", [("CN", .lifecycle, "0.5777")], id: "cn-lifecycle-2024", unit: "kgCO2e/kWh"),
    ]
    library.fuels = [
      FuelSet(
        id: "gbt32151-2024", isDefault: true, title: "", provenance: Provenance(source: "GB/T 32151.34-2024"),
        fuels: [
          try fuel("natural_gas", "389.31", .tenThousandNormalCubicMetres, "0.01530", "0.99"),
          try fuel("diesel", "42.652", .tonne, "0.02020", "0.98"),
        ]),
      FuelSet(
        id: "ndrc-24-guides", isDefault: false, title: "", provenance: Provenance(source: "NDRC"),
        fuels: [try fuel("diesel", "43.330", .tonne, "0.02020", "0.98")]),
    ]
    library.densities = [FuelDensity(fuel: "diesel", density: try value("0.84"))]
    library.gwp = try [("AR5", "677", "3170", "28", "265"), ("AR6", "771", "3740", "27.9", "273")].map { row in
      GWPSet(
        id: row.0, isDefault: row.0 == "AR5", provenance: Provenance(source: "IPCC \(row.0)"),
        gases: try [("HFC-32", row.1), ("HFC-125", row.2), ("CH4", row.3), ("N2O", row.4)].map {
          GWPSet.Gas(name: $0.0, potential: try value($0.1))
        })
    }
    library.blends = [
      RefrigerantBlend(
        name: "R-410A",
        parts: [
          RefrigerantBlend.Part(gas: "HFC-32", fraction: try decimal("0.50")),
          RefrigerantBlend.Part(gas: "HFC-125", fraction: try decimal("0.50")),
        ], status: .computed)
    ]
    library.listed = [
      try listed(
        "cn-heat",
        [
          ("purchased", "0.11", "tCO2/GJ", 2, .purchasedHeat),
          ("saturated", "2777.7", "kJ/kg", nil, .steamEnthalpy),
          ("water-enthalpy", "83.74", "kJ/kg", nil, .waterReferenceEnthalpy),
          ("water-temperature", "20", "°C", nil, .waterReferenceTemperature),
          ("water-capacity", "4.1868", "kJ/(kg·K)", nil, .waterHeatCapacity),
        ]),
      try listed("carbonates", [("CaCO3", "0.440", "tCO2/t", 1, .carbonate)]),
      try listed(
        "ipcc-2006",
        [
          ("natural_gas.co2", "56100", "kgCO2/TJ", 1, nil), ("natural_gas.ch4", "1", "kgCH4/TJ", 1, nil),
          ("natural_gas.n2o", "0.1", "kgN2O/TJ", 1, nil),
        ]),
      try listed("defra-2024", [("diesel", "2.66155", "kgCO2e/L", 1, nil)], gwp: "AR5"),
    ]
    return library
  }

  private static func fuel(
    _ name: String, _ ncv: String, _ unit: Fuel.Unit, _ carbon: String, _ oxidation: String
  ) throws -> Fuel {
    Fuel(
      name: name, title: nil, calorificValue: try value(ncv), unit: unit, carbonContent: try value(carbon),
      oxidation: try value(oxidation))
  }

  private static func listed(
    _ id: String, _ rows: [(String, String, String, Int?, ListedFactorSet.Role?)], gwp: String? = nil
  ) throws -> ListedFactorSet {
    ListedFactorSet(
      id: id, title: id, gwp: gwp, area: nil, dataYear: nil, provenance: Provenance(source: id),
      rows: try rows.map {
        ListedFactorSet.Row(name: $0.0, title: nil, factor: try value($0.1), unit: $0.2, scope: $0.3, role: $0.4)
      })
  }

  static func settings(_ methods: [InventoryMethod] = [.location], gwp: String = "AR5") throws -> CarbonSettings {
    var settings = CarbonSettings(
      subdivision: "CN-CQ", methods: methods, gwp: gwp, fuelSet: "gbt32151-2024", library: try library())
    settings.inventoryDate = try date("2026-01-31")
    return settings
  }
}

func problem(_ body: () throws -> Void) throws -> FactorProblem {
  do {
    try body()
  } catch let problem as FactorProblem {
    return problem
  }
  Issue.record("no problem")
  return FactorProblem("", remedy: "")
}
