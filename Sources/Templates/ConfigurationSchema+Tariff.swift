import Factors
import Telemetry

/// The schema of `tariff:` and of the tables of `energy:`.
extension ConfigurationSchema {
  private static let band = words("The band.", Tariff.Band.allCases.map(\.rawValue))
  private static let status = words("How well it is founded.", FactorStatus.allCases.map(\.rawValue))

  static let tariff = group(
    "What electricity costs.", TariffReader.keys,
    [
      "table": text("A table of Config/tariffs, or the path of one.", "chongqing"),
      "rule-set": text("Which rule set of the table; default: the table's.", "cq-tou-2021-14"),
      "prices": any("What a kWh costs by band, all components included.", [price, list("By date.", of: price)]),
      "currency": text("Three letters; default: the table's.", "CNY"),
      "basic": group(
        "Basic charge of a month.", TariffReader.basicKeys,
        [
          "by": words("What it is charged by.", TariffBasicCharge.Basis.allCases.map(\.rawValue)),
          "price": number("Per month and kW or kVA.", "40.00"), "capacity": text("Of the transformers.", "1000 kVA"),
          "excess": group(
            "A demand above the contract.", ["above", "factor"],
            [
              "above": text("Share of the contract that is free.", "105 %"),
              "factor": number("Times the price of what is above.", "2"),
            ], required: ["above", "factor"]),
        ], required: ["by", "price"]),
      "contract-demand": text("Contracted demand.", "600 kW"),
      "demand-limit": text("What the demand is kept below; default: the contract.", "550 kW"),
      "demand": words("How demand is measured.", TariffSettings.DemandMethod.allCases.map(\.rawValue)),
      "power-factor": group(
        "Adjustment of the bill by the month's power factor.", PowerFactorReader.keys,
        [
          "standard": text("What the contract asks for.", "0.90"),
          "table": text("A table of Config/tariffs, or the path of one.", "power-factor-adjustment"),
          "reactive": words("Which reactive energy counts.", TariffSettings.Reactive.allCases.map(\.rawValue)),
        ], required: ["standard"]),
      "government-funds": number("Per kWh, in the prices; the adjustment leaves them out.", "0.0292"),
      "rule-sets": list(
        "A tariff of your own.",
        of: group(
          "The bands of a day.", TariffReader.ruleSetKeys,
          [
            "id": text("Its name.", "own-2026"), "default": flag("Prices without a rule set have this one."),
            "document": text("What decrees it.", "a contract"), "status": status,
            "windows": list(
              "They divide the day.",
              of: group(
                "A window of the local day, half-open.", TariffReader.windowKeys,
                [
                  "band": band, "from": text("Time of the day.", "08:00"), "to": text("Time of the day.", "24:00"),
                  "months": list("Default: all.", of: ["type": ["integer", "string"]]),
                  "overrides": words("The band that it wins over.", Tariff.Band.allCases.map(\.rawValue)),
                ], required: ["band", "from", "to"])),
          ], required: ["id", "windows"])),
    ], required: ["prices"])

  private static let price = group(
    "Prices of a time.", TariffPriceReader.keys,
    [
      "from": text("First day.", "2026-01-01"), "to": text("The day after the last one.", "2027-01-01"),
      "rule-set": text("Which rule set holds then.", "no-tou"),
    ].merging(
      Dictionary(uniqueKeysWithValues: Tariff.Band.allCases.map { ($0.rawValue, number("Per kWh.", "0.5435")) })
    ) { $1 })

  static let standardCoal = any(
    "Coefficients of standard coal, for kgce in energy records.",
    [
      ["type": "boolean"], text("A table of Config/coefficients, or the path of one.", "standard-coal"),
      group("The table itself.", StandardCoalReader.keys, [:]),
    ])

  /// Of `energy:`.
  static let analysis: [String: JSONValue] = [
    "balance": group(
      "When a difference between a main meter and its sub-meters is told.", EnergyAnalysisReader.balanceKeys,
      [
        "windows": integer("So many windows in a row outside the uncertainty.", 1...1000),
        "slack": number("What of difference / uncertainty a window may have.", "1"),
        "threshold": number("Or so much of the rest, summed up.", "12"),
      ]),
    "leak": group(
      "When a leak is suspected.", EnergyAnalysisReader.leakKeys,
      [
        "night": list("First and last hour.", of: ["type": ["integer", "string"]]),
        "share": text("Smallest flow of the night / mean flow.", "20 %"),
        "nights": integer("So many nights in a row.", 1...60),
        "prices": group(
          "What a unit of a medium costs.", EnergyAnalysisReader.leakingMedia.map(\.rawValue),
          Dictionary(
            uniqueKeysWithValues: EnergyAnalysisReader.leakingMedia.map { ($0.rawValue, number("Per unit.", "4.10")) })),
      ]),
    "baseline": group(
      "When a baseline is accepted.", EnergyAnalysisReader.baselineKeys,
      [
        "minimum-r2": number("Explained share of the variance.", "0.75"),
        "maximum-p": number("Probability that a driver has no effect.", "0.1"),
        "maximum-cv": text("Scatter.", "15 %"), "maximum-nmbe": text("Mean bias.", "5 %"),
        "confidence": text("Of savings' intervals.", "90 %"),
        "from": text("First day that baselines are learnt from.", "2026-01-01"),
        "to": text("The day after the last one.", "2026-04-01"),
        "days": integer("Without a period: the first so many complete days.", 7...1000),
        "temperature": text("Outdoor sensor: asset/signal.", "weather/temperature"),
        "heating-below": text("Below this mean temperature of a day heating counts.", "15 °C"),
        "cooling-above": text("Above this mean temperature of a day cooling counts.", "22 °C"),
      ]),
    "idle": siteIdle,
    "abnormal": group(
      "When use is abnormal.", EnergyAnalysisReader.abnormalKeys,
      [
        "warning": number("Standard errors above the expected.", "3"),
        "alarm": number("Standard errors above the expected.", "5"),
        "minimum-share": text("Less of the expected is never told.", "5 %"),
      ]),
  ]

  static let siteIdle = group(
    "When idle use is told.", EnergyAnalysisReader.siteIdleKeys,
    [
      "share": text("Waste of a machine's energy.", "10 %"),
      "findings": integer("Of so many machines a day at most.", 0...1000),
      "always-on": text("Never off, and idle for this share of the time.", "25 %"),
      "area-excess": number("An area's share of the energy / its share of the producing time.", "2"),
    ])

  /// Of an asset.
  static let idle = group(
    "When it idles.", EnergyAnalysisReader.idleKeys,
    [
      "standby-target": text("What it may take while nothing is produced.", "5 kW"),
      "off-below": text("Below this it is off.", "2 kW"),
      "producing-from": text("From this it produces, where nothing else tells.", "40 kW"),
      "minimum-idle": duration("Shorter pauses belong to production.", "15 min"),
    ], required: ["standby-target", "off-below"])
}
