/// Bodies of the carbon records. Emissions are in kg; exact decimals are strings.
extension RecordSchema {
  private static let factor = RecordSchema.object(
    "The factor as it was used. Records of windows have what identifies it, the others everything that is known of it.",
    [
      .required("id", .string("Set, area and kind: cn-grid-2023/CN-CQ/average.")),
      .required("value", .decimal("In its unit.")),
      .required("unit", .string("kgCO2/kWh …")),
      .required("status", .string("How well the value is known: spec, verified2, verified, computed, site …")),
      .optional("published", .string("Date of the publication.")),
      .optional("data_year", .count("The year that it describes.")),
      .optional("label", .string("What it stands for, if it is not what the method asks for (a proxy).")),
      .optional(
        "override",
        .object(
          "The site has replaced the published value.",
          [
            .required("author", .string("Who.")), .required("date", .string("When.")),
            .required("reason", .string("Why.")),
          ])),
      .optional("set", .string("Id of its set.")),
      .optional("area", .string("ISO 3166 code, or a region of the country.")),
      .optional("gas", .word("What it counts.", of: ["CO2", "CO2e"])),
      .optional("source", .string("The publication.")),
      .optional("url", .string("Where it stands.")),
      .optional("file_hash", .string("SHA-256 of the publication's file.")),
      .optional("valid_from", .string("First day of use.")),
      .optional("valid_to", .string("Last day of use.")),
      .optional("note", .string("What else to know.")),
      .optional(
        "parameters",
        .list(
          "What it is made of.",
          of: .object(
            "One value.",
            [
              .required("id", .string("Its name.")), .required("value", .decimal("In its unit.")),
              .required("unit", .string("Unit.")), .required("status", .string("How well it is known.")),
            ]))),
    ])

  private static let emissionLine = RecordSchema.object(
    "One figure with everything that explains it.",
    [
      .required("scope", .count("1 direct, 2 purchased energy, 3 other.", from: 1)),
      .required(
        "category",
        .word(
          "Where it comes from.",
          of: ["combustion", "process", "refrigerant", "electricity", "heat", "listed", "entered", "offset"])),
      .required("amount", .decimal("The part of the activity that the line counts.")),
      .required("unit", .string("Unit of the amount.")),
      .required("kg", .decimal("kg of the gas; negative for what is subtracted.")),
      .required("gas", .word("CO2 alone, or CO2e.", of: ["CO2", "CO2e"])),
      .required("formula", .string("The calculation, with its numbers.")),
      .optional("gwp", .string("Set of warming potentials, for CO2e.")),
      .optional("factor", factor),
      .optional("memo", .flag("Stands apart and is in no sum: offsets, exports, what is counted elsewhere.")),
      .optional("certificate", .string("The certificate or contract that covers it.")),
      .optional("warnings", .list("What must stand beside the figure.", of: .string("Kind and text."))),
    ])

  private static let method = RecordSchema.object(
    "Emissions by one method. Without a factor for everything there is no sum, and `problems` says what is missing.",
    [
      .required("scope_1_kg", .decimal("Direct emissions, kg.").orNull),
      .required("scope_2_kg", .decimal("Of purchased energy, kg.").orNull),
      .required("scope_3_kg", .decimal("Other indirect emissions, kg.").orNull),
      .required("total_kg", .decimal("Their sum, kg. Offsets are never in it.").orNull),
      .required("gas", .word("CO2e as soon as one line is.", of: ["CO2", "CO2e"]).orNull),
      .required("gwp", .string("Set of warming potentials, for CO2e.").orNull),
      .required("lines", .list("What the sums are made of.", of: emissionLine)),
      .optional("problems", .list("Why there is no figure.", of: .string("What is missing, and the remedy."))),
    ])

  private static let methods = Member.required(
    "methods", .table("By method: gbt32150, ghgp_location, ghgp_market, pcf.", of: method))

  private static let inventoryDate = Member.required(
    "inventory_date", .string("Only factors that were published by this day are used."))

  private static let status = Member.required(
    "status",
    .word(
      "provisional: late readings and entries may still change it. final: they cannot, or only as an error.",
      of: ["provisional", "final"]))

  private static let recalculation = Member.optional(
    "recalculation", .string("Id of the recalculation that chose the factors, where those of the configuration differ.")
  )

  private static let energyRecord = RecordSchema.object(
    "The energy record that the amounts are from.",
    [
      .required("kind", .string("energy-interval, energy-day or energy-month.")),
      .required("key", .string("Key of the record.")),
      .required("revision", .count("Its revision.")),
    ])

  static func carbonMetered(isMonth: Bool) -> RecordSchema {
    .object(
      "Emissions of a metered asset. Those of sub-meters are part of those of the meters that feed them: `counted` says "
        + "what makes the site's sum.",
      intervalMembers + [
        inventoryDate, methods,
        .required(
          "activities",
          .list(
            "What was metered.",
            of: .object(
              "One quantity.",
              [
                .required("quantity", .string("As in the energy record.")),
                .required("label", .string("What it is in an inventory.")),
                .required("amount", .decimal("In the interval.")),
                .required("unit", .string("Unit of the amount.")),
                .required("counted", .flag("Is part of the site's inventory; false for what another meter counts.")),
              ]))),
        .required("energy_record", energyRecord), qualityShare, recalculation,
      ] + (isMonth ? [status] : []))
  }

  static let document = RecordSchema.object(
    "The source document.",
    [
      .required("name", .string("File name or number.")),
      .required("sha256", .string("SHA-256 of the file, hexadecimal; empty if there is no file.")),
    ])

  static let carbonActivity = RecordSchema.object(
    "Activity data that no sensor gives, as a person entered it. A correction is another entry that supersedes it.",
    [
      .required("site", .string("Gateway id.")), .required("place", .string("Asset or place it belongs to.")),
      .required("start", .time("Start of its period.")), .required("end", .time("End of its period.")),
      .required("entry", .string("Id of the entry.")), .required("what", .string("As it was entered.")),
      .required("label", .string("What it is in an inventory.")), .required("amount", .decimal("As it was entered.")),
      .required("unit", .string("Unit of the amount.")), inventoryDate, methods,
      .required("document", document), .required("person", .string("Who entered it.")),
      .required("entered", .time("When.")), .required("note", .string("Anything else.")),
      .required("status", .word("Whether it counts.", of: ["in-force", "superseded"])),
      .optional("scope", .count("The scope that was entered, where the kind does not say it.", from: 1)),
      .optional("gwp", .string("Set of warming potentials of entered emissions.")),
      .optional("supersedes", .string("Id of the entry that it corrects.")),
      .optional("superseded_by", .string("Id of the entry that corrects it.")),
      .optional("reason", .string("Why it was corrected.")), recalculation,
    ])

  static let carbonInventory = RecordSchema.object(
    "Emissions of the site in one plant-local month: what its boundary meters count, and what was entered.",
    [
      .required("site", .string("Gateway id.")),
      .required("start", .time("Start of the month.")), .required("end", .time("End of the month.")),
      inventoryDate, methods, status, recalculation,
      .required(
        "sources",
        .list(
          "The meters that are counted.",
          of: .object(
            "One amount.",
            [
              .required("asset", .string("Asset id.")), .required("quantity", .string("As in the energy record.")),
              .required("amount", .decimal("In the month.")), .required("unit", .string("Unit of the amount.")),
              .required("energy_record", energyRecord),
            ]))),
      .required(
        "entries",
        .list(
          "What was entered for the month, or a part of what was entered for a longer time.",
          of: .object(
            "One entry.",
            [
              .required("entry", .string("Its id.")), .required("label", .string("What it is.")),
              .required("amount", .decimal("The month's part, by days.")),
              .required("unit", .string("Unit of the amount.")),
            ]))),
    ])
}
