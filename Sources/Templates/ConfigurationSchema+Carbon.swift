import Factors
import Telemetry

/// `carbon:` of a configuration, and the tables of factors.
extension ConfigurationSchema {
  public static let factors = document(
    "factors.schema.json", "Table of factors of Weir",
    group("Sets with provenance; Config/factors has examples.", FactorReader.keys, tables))

  private static let status = words(
    "How well the value is known; the last three only with information-only.", FactorStatus.allCases.map(\.rawValue))
  private static let value: [String: JSONValue] = [
    "value": number("The value.", "0.5581"), "status": status, "note": anyText,
    "information-only": flag("It is in the table, but never used."),
  ]
  private static let provenance: [String: JSONValue] = [
    "source": text("The document.", "公告2025年第47号"), "publisher": anyText,
    "published": date("From this day on inventories may use it."), "url": anyText,
    "file-sha256": text("Of the published file.", "d43b60a3…"), "licence": anyText, "note": anyText,
  ]

  private static func date(_ description: String) -> JSONValue { text(description, "2026-01-31") }

  private static func with(_ own: [String: JSONValue], _ common: [String: JSONValue]) -> [String: JSONValue] {
    own.merging(common) { own, _ in own }
  }

  private static let id = text("The first part of the ids of its factors.", "works-2026")
  private static let year = integer("The year that it describes.", 1990...2200)

  private static let tables: [String: JSONValue] = [
    "title": anyText,
    "grid-sets": list(
      "Grid electricity: one country and data year each.",
      of: group(
        "A set.", FactorReader.gridKeys,
        with(
          [
            "id": id, "country": text("ISO 3166-1.", "CN"), "data-year": year,
            "unit": text("kgCO2/kWh, or kgCO2e/kWh for lifecycle factors.", "kgCO2/kWh"), "source-status": status,
            "valid-to": date("Last day."),
            "rows": list(
              "The areas.",
              of: group(
                "A factor.", FactorReader.gridRowKeys,
                with(
                  [
                    "area": text("CN, CN-CQ, CN/southwest.", "CN-CQ"), "name": anyText,
                    "kind": words("What it counts.", GridFactorSet.Kind.allCases.map(\.rawValue)),
                  ], value), required: ["area", "value", "status"])),
          ], provenance), required: ["id", "country", "data-year", "unit", "source", "published", "rows"])),
    "fuel-sets": list(
      "Fuels: one standard each.",
      of: group(
        "A set.", FactorReader.fuelSetKeys,
        with(
          [
            "id": id, "default": flag("Taken where the site names none."), "title": anyText,
            "fuels": list(
              "The fuels.",
              of: group(
                "A fuel.", FactorReader.fuelKeys,
                [
                  "fuel": text("Its name.", "natural_gas"), "name": anyText,
                  "ncv": number("Net calorific value, GJ by unit.", "389.31"),
                  "per": words("The unit.", Fuel.Unit.allCases.map(\.rawValue)),
                  "carbon": number("tC/GJ", "0.0153"), "oxidation": number("0 to 1", "0.99"), "status": status,
                  "note": anyText, "information-only": flag("It is in the table, but never used."),
                ], required: ["fuel", "ncv", "per", "carbon", "oxidation", "status"])),
          ], provenance), required: ["id", "source", "fuels"])),
    "densities": list(
      "kg/L of liquid fuels.",
      of: group(
        "A density.", FactorReader.densityKeys, with(["fuel": text("The fuel.", "diesel")], value),
        required: ["fuel", "value", "status"])),
    "gwp-sets": list(
      "Warming potentials: one report each.",
      of: group(
        "A set.", FactorReader.gwpKeys,
        with(
          [
            "id": text("Name of the report.", "AR5"), "default": flag("Taken where the site names none."),
            "gases": list(
              "The gases.",
              of: group(
                "A gas.", FactorReader.gasKeys, with(["gas": text("Its name.", "HFC-32")], value),
                required: ["gas", "value", "status"])),
          ], provenance), required: ["id", "source", "gases"])),
    "blends": list(
      "Refrigerants of several gases.",
      of: group(
        "A blend.", FactorReader.blendKeys,
        [
          "blend": text("Its name.", "R-410A"),
          "parts": table("Shares of the mass, 1 together.", number("Share.", "0.5")),
          "status": status, "note": anyText,
        ], required: ["blend", "parts", "status"])),
    "factor-sets": list(
      "Values that stand for themselves.",
      of: group(
        "A set.", FactorReader.listedKeys,
        with(
          [
            "id": id, "title": anyText, "gwp": text("Potentials in CO2e values.", "AR5"),
            "area": text("Country.", "GB"),
            "data-year": year,
            "rows": list(
              "The values.",
              of: group(
                "A value.", FactorReader.listedRowKeys,
                with(
                  [
                    "name": text("The second part of its id.", "diesel"), "title": anyText,
                    "role": words("What it is looked up for.", ListedFactorSet.Role.allCases.map(\.rawValue)),
                    "unit": text("Mass of a gas by an amount.", "kgCO2e/L"), "scope": integer("Scope.", 1...3),
                  ], value), required: ["name", "unit", "value", "status"])),
          ], provenance), required: ["id", "source", "rows"])),
  ]

  private static let method = words("How purchased energy is counted.", InventoryMethod.allCases.map(\.rawValue))
  private static let scopes = list("Scopes.", of: integer("Scope.", 1...3))

  static let carbon = any(
    "How emissions are counted; without it they are not.",
    [
      words("Not counted.", ["off"]),
      group("How emissions are counted.", CarbonReader.keys, carbonKeys, required: ["subdivision"]),
    ])

  static let budgets = list(
    "What periods may use: a finding warns when one will be exceeded, and says when it is.",
    of: group(
      "A budget.", BudgetReader.keys,
      [
        "name": text("Its name.", "month"), "period": words("Length.", CarbonBudget.Period.allCases.map(\.rawValue)),
        "limit": text("kWh, MWh, t, kg, or money in the tariff's currency.", "90000 kWh"),
        "assets": list("Patterns with *; default: all.", of: text("Assets.", "press-*")),
        "place": text("Site, area or line; default: everywhere.", "cq/hall-1"), "method": method, "scopes": scopes,
        "warn-from": text("A projection warns when so much of the period has passed.", "10 %"),
      ], required: ["name", "period", "limit"]))

  private static let carbonKeys: [String: JSONValue] = [
    "subdivision": text("ISO 3166-2; a country alone asks for its national average.", "CN-CQ"),
    "methods": list("From the same activity data.", of: method),
    "inventory-date": date("Factors published by this day are used; default: the last day of each period."),
    "data-year": year, "gwp": text("Set of warming potentials.", "AR5"),
    "fuel-set": text("Set of fuels.", "gbt32151-2024"),
    "stale": words("What an old factor is.", CarbonSettings.Policy.allCases.map(\.rawValue)),
    "stale-years": integer("A data year longer ago is old.", 0...100),
    "missing-proof": words(
      "Non-fossil electricity without proof, in GB/T 32150.", CarbonSettings.MissingProof.allCases.map(\.rawValue)),
    "green-power": words(
      "Green electricity from the market, in GB/T 32150.", CarbonSettings.GreenPower.allCases.map(\.rawValue)),
    "residual-mix": any(
      "What no certificate covers, in the market-based method.",
      [
        words("The national proxy, or the location-based factor.", ["proxy", "location"]),
        group(
          "A published mix.", CarbonReader.residualKeys,
          ["value": number("kgCO2/kWh", "0.61"), "source": anyText], required: ["value", "source"]),
      ]),
    "steam": text("State of purchased steam.", "saturated_steam_1_0_MPa"),
    "built-in-factors": flag("Whether the tables of Config/factors are read."),
    "factors": list("Files with tables of your own.", of: text("A file.", "factors/works.yaml")),
    "factor-tables": group("Tables in the configuration itself.", FactorReader.keys, tables),
    "overrides": list(
      "Values in the place of the tables'.",
      of: group(
        "An override.", CarbonReader.overrideKeys,
        [
          "factor": text("The id that `weir factors list` shows.", "density/diesel"), "value": number("Value.", "0.85"),
          "unit": text("The unit of the value that it replaces.", "kg/L"), "author": anyText,
          "date": date("When it was decided."), "reason": anyText, "evidence": anyText,
        ], required: ["factor", "value", "unit", "author", "date", "reason"])),
    "certificates": list(
      "Of electricity, for the market-based method.",
      of: group(
        "A certificate.", CarbonReader.certificateKeys,
        [
          "id": text("In the registry.", "GEC-2026-000123"),
          "kind": words("What it is.", Certificate.Kind.allCases.map(\.rawValue)), "mwh": number("MWh", "40"),
          "valid-from": date("First day."), "valid-to": date("Last day."), "source": anyText,
          "factor": number("kgCO2/kWh; 0 unless it is a supplier's rate.", "0"),
        ], required: ["id", "valid-from", "valid-to", "source"])),
    "certificate-reports": words(
      "Whether areas and assets have a part of them.", CarbonSettings.CertificateReports.allCases.map(\.rawValue)),
    "hourly-series": group(
      "Factors by the hour.", CarbonReader.seriesKeys,
      [
        "file": text("One hour a line.", "hours.csv"),
        "nature": words("A projection never enters an inventory.", HourlySeriesFile.Nature.allCases.map(\.rawValue)),
        "source": anyText,
        "missing": words("What becomes of hours without a factor.", HourlySeriesFile.Missing.allCases.map(\.rawValue)),
        "methods": list("Which methods count by the hour; default: ghgp_location.", of: method),
        "first": text("Instead of a file: start of the first hour.", "2026-01-01T00:00:00Z"),
        "values": text("And one value an hour; - for none.", "0.5321 0.5312 -"),
      ], required: ["nature", "source"]),
    "target": group(
      "The way down.", CarbonReader.targetKeys,
      [
        "base-year": year, "base": text("Emissions of the base year; default: the gateway's own.", "12000 t"),
        "method": method, "scopes": scopes,
        "path": table("What later years may emit, of the base year.", text("Percent.", "70 %")),
      ], required: ["base-year", "path"]),
    "budgets": list(
      "What a period may emit.",
      of: group(
        "A budget.", CarbonReader.budgetKeys,
        [
          "name": text("Its name.", "month"), "period": words("Length.", CarbonBudget.Period.allCases.map(\.rawValue)),
          "limit": text("t or kg.", "200 t"), "method": method, "scopes": scopes,
          "assets": list("Patterns with *.", of: text("Assets.", "meter-*")),
        ], required: ["name", "period", "limit"])),
  ]
}
