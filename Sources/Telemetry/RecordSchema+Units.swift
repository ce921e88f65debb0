extension RecordSchema {
  static let unitFile = object(
    "Everything that is known of one unit with a serial number: a vehicle, an engine, a part. A later revision replaces it.",
    [
      .required("unit", .string("Serial number or VIN, as the stations name it.")),
      .required("start", .time("First step.")),
      .required("end", .time("Last step.")),
      .required(
        "status",
        .word(
          "complete: the last station of its line has seen it; under-way: it has not.",
          of: ["complete", "under-way"])),
      .required("line", .string("Line of the configuration whose stations it should pass.").orNull),
      .required(
        "good",
        .flag(
          "Whether no step's last result is bad, by its station or the person who reviewed it, without a repair since; "
            + "null while nothing decides."
        ).orNull),
      .optional(
        "machines", .list("What stands in the same cells as the stations, without these.", of: .string("Asset id."))),
      .required("stations", .list("In the order in which they first saw it.", of: .string("Asset id."))),
      .required("parts", .list("Serial numbers and lots of what was built in.", of: .string("Serial number or lot."))),
      .required("orders", .list("Production orders that its steps name.", of: .string("Order."))),
      .required(
        "gaps",
        .list(
          "What is missing or does not fit.",
          of: .object(
            "A gap.",
            [
              .required(
                "gap",
                .word(
                  "What kind.", of: ["missing-station", "wrong-order", "rejected", "unsure", "too-many-steps"])),
              .optional("station", .string("Asset id.")),
              .required("text", .string("For people.")),
            ]))),
      .required(
        "steps",
        .list(
          "Results and reviews, by time.",
          of: .object(
            "A step.",
            [
              .required("time", .time("Of the result; a review has that of the result that it judges.")),
              .required("station", .string("Asset id at that time.")),
              .required("kind", .word("What it is.", of: ["result", "review"])),
              .optional("step", .string("Of the process.")),
              .required("attempt", .count("From 1.", from: 1)),
              .required("verdict", .string("OK, NG, unsure, rework, bypass …; of a review its word.")),
              .optional("defects", .list("Codes.", of: .string("Defect code."))),
              .optional("defect_classes", .list("Of the defects that have one.", of: .string("As it was sent."))),
              .optional("defect_x", .list("Place in the image.", of: .string("As it was sent."))),
              .optional("defect_y", .list("Place in the image.", of: .string("As it was sent."))),
              .optional("defect_sizes", .list("As the station measures them.", of: .string("As it was sent."))),
              .optional("parts", .list("Built in by this step.", of: .string("Serial number or lot."))),
              .optional("details", .table("What else the event says, by attribute.", of: .string("As it was sent."))),
            ]))),
    ])

  static let inspectionLot = object(
    "A lot and what its sample says of it, by a plan of acceptance sampling. A later revision replaces it.",
    [
      .required("plan", .string("Plan of the configuration.")),
      .required("lot", .string("As the results name it.")),
      .required("series_by", .word("Of what lots count together.", of: ["supplier", "product", "plan"])),
      .required("series", .string("The supplier or product; empty where the results do not say it.")),
      .required("start", .time("Its first piece.")),
      .required("lot_size", .count("Pieces in it; null = not known.", from: 1).orNull),
      .required("table", .string("Where the plan is from.")),
      .required("aql", .string("Acceptance quality limit.")),
      .required("level", .string("Inspection level.")),
      .required(
        "severity",
        .word(
          "As the lots before had it when it began.", of: ["normal", "tightened", "reduced", "discontinued"])),
      .required(
        "sample",
        .object(
          "The plan; null: there is none, see reason.",
          [
            .required("code_letter", .string("By its size and the level.")),
            .required("plan_letter", .string("Whose plan it is, after the arrows.")),
            .required("size", .count("Units of the sample.", from: 1)),
            .required("accept", .count("It is accepted with so many nonconforming units or fewer.")),
            .required("reject", .count("So many refuse it.", from: 1)),
            .required("whole", .flag("Every piece is inspected.")),
          ]
        ).orNull),
      .required("inspected", .count("Units of the sample that were inspected until it was decided.")),
      .required("nonconforming", .count("Of them, after reviews.")),
      .required("units", .list("Names of the first 20 of these.", of: .string("Serial number."))),
      .required(
        "disposition",
        .word(
          "What becomes of it; undecided: there is no plan and nobody has decided; open: a correction has opened it again.",
          of: ["accepted", "refused", "undecided", "open"])),
      .required("reason", .string("Why there is no plan.").orNull),
      .required("decided", .time("When it was accepted or refused.").orNull),
      .optional("decision", word("What a person decided where there was no plan.")),
      .optional("settled", word("What was done with the refused lot.")),
    ])

  private static func word(_ description: String) -> RecordSchema {
    object(
      description,
      [
        .required("word", .word("What was said.", of: ["accepted", "refused", "settled"])),
        .required("time", .time("When.")), .required("person", .string("Who.")), .required("reason", .string("Why.")),
      ])
  }
}
