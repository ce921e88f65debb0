extension RecordSchema {
  static let energyIdle = object(
    "What a machine with idle thresholds used in one plant-local day while it made nothing.",
    intervalMembers + [
      .required("energy_kwh", .decimal("Of all windows with data, kWh.")),
      .required("idle_kwh", .decimal("While it was idle, kWh.")),
      .required("waste_kwh", .decimal("Above the standby target while it was idle, kWh.")),
      .required("standby_target_kw", .decimal("From the configuration, kW.")),
      .required("off_seconds", .decimal("Time off, s.")),
      .required("idle_seconds", .decimal("Time idle, s.")),
      .required("producing_seconds", .decimal("Time producing, s.")),
      .required("always_on", .flag("Never off, and idle for a large share of the time.")),
      .required("waste_cost", .decimal("At the price of each window; null without one.").orNull),
      .required("currency", .string("ISO 4217.").orNull),
      .required(
        "waste_kg", .decimal("Emissions of the waste by the method, kg of the gas; null without a factor.").orNull),
      .required("gas", .string("CO2, or CO2e where the factor has all gases.").orNull),
      .required("method", .string("Of waste_kg.").orNull),
      .required("windows", .count("Windows of the day.")),
      .required("windows_with_data", .count("Of them, with energy of the machine.")),
    ])

  static let energyPerformance = object(
    "Energy of a meter in one plant-local day against its baseline (ISO 50006). A model's figures have three places.",
    intervalMembers + [
      .required("quantity", .string("What the meter counts.")),
      .required("unit", .string("Of actual, expected and difference.")),
      .required("actual", .decimal("Counted, exact.")),
      .required("expected", .decimal("By the baseline, for the day's drivers.")),
      .required("difference", .decimal("Actual − expected: negative is saved.")),
      .required("ratio", .decimal("Actual / expected; null where nothing was expected.").orNull),
      .required("deviation", .decimal("Difference in standard errors of the prediction; null without scatter.").orNull),
      .required("level", .word("Whether the day is abnormal.", of: ["normal", "warning", "alarm"])),
      .required("prediction_error", .decimal("Standard error of the expected energy.")),
      .required("drivers", .table("Value of the day, by driver.", of: .decimal("Value."))),
      .required("production", .decimal("Pieces, good and bad; null where none are counted.").orNull),
      .required("good", .decimal("Good pieces; null where none are counted.").orNull),
      .required("specific", .decimal("Actual / good pieces; null without them.").orNull),
      .required(
        "baseline",
        .object(
          "The model: expected = intercept + sum of slope × driver.",
          [
            .required("from", .time("Start of its first day.")), .required("to", .time("End of its last day.")),
            .required("days", .count("Days that it was learnt from.")),
            .required("intercept", .decimal("Energy of a day without any driver.")),
            .required("slopes", .table("By driver.", of: .decimal("Energy by unit of the driver."))),
            .required("r2", .decimal("Share of the variance that it explains.")),
            .required("standard_error", .decimal("Of a day's energy.")),
            .required("degrees_of_freedom", .count("Days less coefficients.")),
            .required("objections", .list("What speaks against it, by the site's criteria.", of: .string("One."))),
          ])),
    ])
}
