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
        "efficiency_loss",
        .decimal(
          "Energy beyond what it took for its output when it was learnt, %, over the last week; null without a register of "
            + "energy and one of output, or before three weeks."
        ).orNull),
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

  static let maintenance = object(
    "Work on a machine that a person recorded; a correction is the next revision.",
    [
      .required("asset", .string("Asset id.")), .required("place", .string("site/area/line/cell of the asset.")),
      .required("start", .time("When it was done.")), .required("end", .time("When it was entered.")),
      .required("record", .string("Id that the person sees; each correction has its own.")),
      .required("kind", .word("What was done.", of: ["done", "inspected", "replaced"])),
      .required("person", .string("Who did it.")),
      .required("finding", .string("Key of the finding that was followed.").orNull),
      .required("fault", .string("Id of the fault that was looked for.").orNull),
      .required("service", .string("Id of the service that was done.").orNull),
      .required("found", .string("yes, no or other:WHAT; null = not said.").orNull),
      .required("failed", .time("When the machine had failed by itself.").orNull),
      .required("parts", .list("Parts that were used.", of: .string("A part."))),
      .required("note", .string("Anything else.")),
      .required("corrects", .string("Id of the record that this one corrects.").orNull),
      .required("reason", .string("Why it was corrected; empty for the first.")),
    ])
}
