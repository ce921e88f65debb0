extension RecordSchema {
  private static let oeeElements: [Member] = [
    .required("planned_seconds", .decimal("PBT, planned busy time: of shifts without planned stops.")),
    .required("planned_stop_seconds", .decimal("Time of shifts in planned stops: no part of planned_seconds.")),
    .required("unplanned_stop_seconds", .decimal("Planned time in which it is known to have stood, setup included.")),
    .required("production_seconds", .decimal("APT, actual production time within the planned one.")),
    .required("idle_seconds", .decimal("Planned time in which it was ready and made nothing; it is in losses too.")),
    .required(
      "losses",
      .table(
        "Planned time that was lost, s: breakdown, setup, minor-stops, speed, defects, startup, unexplained, no-data. "
          + "Null where pieces are not counted or have no planned run time. All of them and planned_run_good_seconds "
          + "add up to planned_seconds.", of: .decimal("Seconds.").orNull)),
    .required("counts_pieces", .flag("Whether anything counts its pieces.")),
    .required(
      "has_planned_run_time", .flag("Whether a planned run time of anything that it makes was entered.")),
    .required("good", .decimal("GQ: good pieces in the planned time.")),
    .required("scrap", .decimal("SQ: scrapped pieces in the planned time.")),
    .required("rework", .decimal("RQ: of the good ones, those that a later attempt made good.")),
    .required("startup_scrap", .decimal("Of the scrapped ones, those of starting, heating and setup.")),
    .required("unrated", .decimal("Pieces without a planned run time.")),
    .required("planned_run_seconds", .decimal("PRI·PQ.")),
    .required("planned_run_good_seconds", .decimal("PRI·GQ.")),
    .required("planned_run_startup_seconds", .decimal("PRI·startup_scrap.")),
    .required("outside_seconds", .decimal("Production beside the planned time; in no figure, as its pieces.")),
    .required("outside_idle_seconds", .decimal("Idle time beside the planned time, as of a compressor without load.")),
    .required("outside_good", .decimal("Good pieces beside the planned time.")),
    .required("outside_scrap", .decimal("Scrapped pieces beside the planned time.")),
    .required("kwh", .decimal("By the machine's own meter, planned time or not; null without one.").orNull),
    .required("availability", .decimal("A = APT / PBT.").orNull),
    .required("effectiveness", .decimal("E = PRI·PQ / APT; not cut at 1.").orNull),
    .required("quality", .decimal("Q = GQ / PQ; of several products weighted by planned run time.").orNull),
    .required("oee", .decimal("PRI·GQ / PBT = A·E·Q.").orNull),
    .required("net_effectiveness", .decimal("NEE index: AUPT / PBT · E · Q.").orNull),
    .required("allocation_efficiency", .decimal("AUBT / PBT.").orNull),
    .required("utilisation_efficiency", .decimal("APT / AUBT.").orNull),
    .required("technical_efficiency", .decimal("APT / (APT + ADET).").orNull),
    .required("setup_ratio", .decimal("AUST / AUPT.").orNull),
    .required("scrap_ratio", .decimal("SQ / PQ.").orNull),
    .required("rework_ratio", .decimal("RQ / PQ.").orNull),
    .required(
      "active_share",
      .decimal("Share of the planned time in production, setup and repair: not waiting for others.")
        .orNull),
    .required("kwh_by_good_piece", .decimal("kWh by good piece, all energy and all good pieces.").orNull),
    .required(
      "flags",
      .list(
        "What a reader must know.",
        of: .word(
          "A flag.",
          of: [
            "no planned time", "no production", "effectiveness above 1", "pieces are not counted",
            "no planned run time", "no data",
          ]))),
  ]

  static let oee = object(
    "Effectiveness of a machine by ISO 22400-2 in one plant-local day or shift. Sum the elements of several records, and "
      + "make the figures of the sums; the mean of figures is no figure.",
    intervalMembers + [
      .required("period", .word("Of the record.", of: ["day", "shift"])),
      .required("shift", .string("Name of the shift.").orNull),
      .required("group", .string("Machines that are seen as one.").orNull),
      .required(
        "planned_by",
        .word("What says when it is to work: the calendar of shifts, or nothing.", of: ["shifts", "none"])),
      .required("cycle_source", .string("Where planned run times come from, as it was entered.").orNull),
      .required("minor_stop_seconds", .decimal("Limit of a minor stop.")),
    ] + oeeElements + [
      .required(
        "products",
        .list(
          "The same by product.",
          of: .object(
            "One product.",
            [
              .required(
                "product", .string("As the order feed names it; null without an order, or of several at once.").orNull),
              .required("cycle_seconds", .decimal("PRI, planned run time of a piece, as it was entered.").orNull),
            ] + oeeElements)))
    ])
}
