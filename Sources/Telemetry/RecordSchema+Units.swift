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
      .required("good", .flag("Whether no step's last result is NG; null while nothing decides.").orNull),
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
              .optional("parts", .list("Built in by this step.", of: .string("Serial number or lot."))),
              .optional("details", .table("What else the event says, by attribute.", of: .string("As it was sent."))),
            ]))),
    ])
}
