/// Members of energy records that are there where a site has a tariff, or coefficients of standard coal.
extension RecordSchema {
  private static let currency = Member.optional("currency", .string("ISO 4217; of all money in the record."))

  private static let source = RecordSchema.object(
    "A rule set of the tariff.",
    [
      .required("rule_set", .string("Its name.")),
      .required("valid", .string("From which day until before which day its prices hold: 2026-01-01/.. is open.")),
    ])

  private static let kgce = Member.optional(
    "kgce",
    .table(
      "Standard coal of what the asset counts, kgce, by quantity. Quantities are not to be added up where a meter counts "
        + "the same twice.",
      of: .object(
        "One quantity.",
        [
          .optional("calorific", .decimal("Calorific value (当量值); null without data.").orNull),
          .optional("equivalent", .decimal("Equivalent value (等价值); null without data.").orNull),
        ])))

  static let tariffOfInterval: [Member] = [
    .optional("band", .string("Band of the tariff; null while no rule set is valid.").orNull),
    .optional("cost", .decimal("Energy × price of the band; null without data or price.").orNull), currency,
    .optional("tariff", source.orNull), kgce,
  ]

  static let tariffOfPeriod: [Member] = [
    .optional(
      "bands",
      .table(
        "Energy and cost by band.",
        of: .object(
          "One band.",
          [
            .required("kwh", .decimal("Energy; null without data.").orNull),
            .required("cost", .decimal("Energy × price, summed over the windows.").orNull),
          ]))),
    .optional("cost", .decimal("Of all bands; null without data or prices.").orNull), currency,
    .optional("tariffs", .list("The rule sets that held, in order.", of: source)),
    .optional("unpriced_kwh", .decimal("Energy while no rule set was valid; it is in no cost.")), kgce,
  ]

  /// Of a meter at the boundary to the grid.
  static let bill = RecordSchema.object(
    "The electricity bill of the month, exact; it is rounded where it is paid.",
    [
      .required("energy_charge", .decimal("Sum of the bands' costs, government funds included.").orNull),
      .optional("government_funds", .decimal("Part of the energy charge that the adjustment leaves out.").orNull),
      .optional("basic_charge", .decimal("By capacity or demand; null where that is not known.").orNull),
      .optional("basic_charge_by", .word("Its basis.", of: ["capacity", "demand", "contract-demand"])),
      .optional("contract_demand_kw", .decimal("Contracted demand.").orNull),
      .optional("contract_exceeded_kw", .decimal("What the maximum demand was above the contract; 0 if not.").orNull),
      .optional("power_factor_standard", .string("Standard of the table.")),
      .optional(
        "power_factor_key",
        RecordSchema([
          "type": ["integer", "null"], "minimum": 0, "maximum": 100,
          "description": "Power factor × 100, rounded half up; null without energy or reactive energy.",
        ])),
      .optional("power_factor_percent", .decimal("Of the table; positive increases the bill.").orNull),
      .optional(
        "power_factor_adjustment", .decimal("Percent of energy charge + basic charge − government funds.").orNull),
      .required("total", .decimal("Energy charge + basic charge + adjustment.").orNull),
    ])
}
