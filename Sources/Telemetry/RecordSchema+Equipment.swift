extension RecordSchema {
  static let equipmentHealth = object(
    "Condition of a machine in one plant-local day.",
    intervalMembers + [
      .required(
        "learning", .word("Whether enough is known of it to judge.", of: ["learning", "watching"])),
      .required("hours_learnt", .decimal("Hours of data that were learnt from.")),
      .required("health", .decimal("0 … 100 at the end of the day; null while nothing is known.").orNull),
      .required("health_lowest", .decimal("The lowest of the day.").orNull),
      .required("score_highest", .decimal("Largest deviation from the usual; from 1 on it stands out.").orNull),
      .required("zone_worst", .word("By the standard, where its plate is known.", of: ["A", "B", "C", "D"]).orNull),
      .required("minutes", .table("Minutes that were seen, by run state.", of: .count("Minutes."))),
      .required("run_hours", .decimal("Hours that it was on this day.")),
      .required("run_hours_total", .decimal("Hours since the gateway knows it.")),
      .required("starts", .count("How often it started this day.")),
      .required(
        "faults",
        .list(
          "What may be behind the deviation at the end of the day, best first.",
          of: .object(
            "A fault.",
            [
              .required("fault", .string("Id in the fault model; sensor, or load-change.")),
              .required("name", .string("Its name.")), .required("score", .decimal("How well it fits, 0 … 1.")),
            ]))),
      .required(
        "prognosis",
        .object(
          "The failure that is predicted.",
          [
            .required("fault", .string("Id in the fault model.")),
            .required("score", .decimal("How well it fits, 0 … 1.")),
            .required("p10", .time("It has failed by then with 10 %.").orNull),
            .required("p50", .time("With 50 %.").orNull), .required("p90", .time("With 90 %.").orNull),
            .required("refusal", .string("Why there are no times.").orNull),
          ]
        ).orNull),
    ])
}
