extension RecordSchema {
  /// The body of a kind. Times carry the offset of the plant's zone; exact decimals are strings.
  public static func body(_ kind: RecordKind) -> RecordSchema {
    switch kind {
    case .energyInterval: energyInterval
    case .energyDay: energyPeriod("day")
    case .energyMonth: energyPeriod("month")
    case .energyIdle: energyIdle
    case .energyPerformance: energyPerformance
    case .signalSummary: signalSummary
    case .inspectionCount: inspectionCount
    case .carbonInterval, .carbonDay: carbonMetered(isMonth: false)
    case .carbonMonth: carbonMetered(isMonth: true)
    case .carbonActivity: carbonActivity
    case .carbonInventory: carbonInventory
    case .productionOrder: productionOrder
    case .productionLine: productionLine
    case .productFootprint: productFootprint
    case .oee: oee
    case .supplierFootprint: supplierFootprint
    case .equipmentHealth: equipmentHealth
    case .unitFile: unitFile
    case .inspectionLot: inspectionLot
    case .maintenance: maintenance
    case .finding: finding
    case .alarm: alarm
    case .incident: incident
    case .workOrder: workOrder
    case .notification: notification
    case .ledgerHead: ledgerHead
    }
  }

  static let intervalMembers: [Member] = [
    .required("asset", .string("Asset id.")),
    .required("place", .string("site/area/line/cell of the asset.")),
    .required("start", .time("Start of the interval, which contains it.")),
    .required("end", .time("End of the interval, which does not contain it.")),
  ]

  // MARK: Energy

  private static let qualities = ["good", "estimated", "partial", "no-data"]

  private static let energyMembers: [Member] =
    intervalMembers + [
      .required("energy_kwh", .decimal("Active energy imported, kWh; null without data or such a register.").orNull),
      .required("reactive_lagging_kvarh", .decimal("Lagging (inductive) reactive energy, kvarh.").orNull),
      .required("reactive_leading_kvarh", .decimal("Leading (capacitive) reactive energy, kvarh.").orNull),
      .required(
        "power_factor_lagging",
        .decimal("P / √(P² + Q²) with lagging reactive energy only, 6 places; null without energy.").orNull),
      .required(
        "power_factor",
        .decimal("P / √(P² + Q²) with |lagging| + |leading| reactive energy, 6 places; null without energy.").orNull),
      .required("coverage", .decimal("Share of the interval that readings cover, 0…1, 4 places.")),
      .required(
        "quality",
        .word(
          "good; estimated: a boundary was interpolated; partial: readings cover a part; no-data: none (never zero).",
          of: qualities)),
      .optional(
        "amounts",
        .table(
          "What else the asset counts, by quantity (gas-volume-normal, production-count …); absent without such signals.",
          of: .object(
            "One quantity.",
            [
              .required("value", .decimal("Counted in the interval, exact; null without data.").orNull),
              .required("unit", .string("Unit of the value; each quantity has one.")),
            ]))),
      qualityShare,
    ]

  static let qualityShare = Member.required(
    "quality_share",
    .object(
      "Shares of the interval's time that the energy rests on; they add up to 1.",
      [
        .required("good", .decimal("Between readings that nothing doubts.")),
        .required("uncertain", .decimal("Between readings while a finding of data quality doubted the register.")),
        .required("estimated", .decimal("Bridged between readings further apart than expected.")),
        .required("no_data", .decimal("Nothing is known of it.")),
      ]))

  private static let reading = RecordSchema.object(
    "A reading of the register.",
    [
      .required("time", .time("Time of the reading; of the boundary if it is estimated.")),
      .required("value", .decimal("Register value in the register's unit and resolution.")),
      .required("estimated", .flag("Interpolated between the readings around the boundary.")),
    ])

  private static let energyInterval = RecordSchema.object(
    "Energy of a meter in one window. Windows add up to the accepted register difference.",
    energyMembers + [
      .required("demand_kw", .decimal("Mean active power, kW: energy × 3600 s / window.").orNull),
      .required(
        "readings",
        .table(
          "Opening and closing reading of each register of the meter, by signal name; null for signals that send amounts.",
          of: .object(
            "One register.",
            [
              .required("opening", reading.orNull),
              .required("closing", reading.orNull),
              .required("delta", .decimal("What was counted in the window; null without data.").orNull),
              .required("count", .count("Readings in the window.")),
            ]))),
      .required(
        "events",
        .list(
          "Unusual events of the registers in the window, by time.",
          of: .object(
            "Equal events in a row are one.",
            [
              .required("time", .time("Of the first reading.")),
              .required("register", .string("Signal name.")),
              .required(
                "class",
                .word(
                  "How the counter machine understood the reading.",
                  of: [
                    "first", "normal", "implausible", "rollover", "reset", "dip", "replacement", "returned",
                    "stuck-low",
                    "stuck-high", "recovered",
                  ])),
              .required("from", .decimal("Level before.")),
              .required("to", .decimal("Last reading.")),
              .required("count", .count("Readings in a row.", from: 1)),
            ]))),
      .optional("events_omitted", .count("Further events that are only counted.", from: 1)),
    ] + tariffOfInterval)

  private static func energyPeriod(_ period: String) -> RecordSchema {
    .object(
      "Energy of a meter in one plant-local \(period): the sums of its windows.",
      energyMembers + [
        .required("maximum_demand_kw", .decimal("Highest demand of a window, kW.").orNull),
        .required("maximum_demand_start", .time("Start of that window.").orNull),
        .required("maximum_demand_end", .time("End of that window.").orNull),
        .required("windows", .count("Windows of the \(period).")),
        .required("windows_with_data", .count("Windows with energy.")),
      ] + tariffOfPeriod + (period == "month" ? [.optional("bill", bill)] : []))
  }

  // MARK: Equipment

  private static let signalSummary = RecordSchema.object(
    "Statistics of the gauges and states of an asset in one minute. A signal without samples is absent.",
    intervalMembers + [
      .required("signals", .table("By signal name.", of: .any("A gauge or a state.", of: [gauge, state])))
    ])

  private static let uncertain = Member.optional(
    "uncertain",
    .table(
      "The other samples by reason: device, undated, or the reason of a finding of data quality. Absent if there are none.",
      of: .count("Samples.", from: 1)))

  private static let gauge = RecordSchema.object(
    "A gauge.",
    [
      .required("unit", .string("Unit of minimum, maximum, mean, standard_deviation, first and last.")),
      .required("count", .count("Samples.", from: 1)),
      .required("minimum", .number("Lowest value.")),
      .required("maximum", .number("Highest value.")),
      .required("mean", .number("Arithmetic mean.")),
      .required("first", .number("First value.")),
      .required("last", .number("Last value.")),
      .optional("standard_deviation", .number("Of the sample (n − 1); absent for one sample.")),
      .required("good_share", .share("Share of samples of good quality, which no finding of data quality doubts.")),
      uncertain,
      .required("coverage", .share("Share of the expected samples that arrived.")),
    ])

  private static let state = RecordSchema.object(
    "A state.",
    [
      .required("count", .count("Samples.")),
      .required(
        "seconds_in_state", .table("By state, seconds; states that did not occur are absent.", of: .number("s"))),
      .required("coverage", .share("Share of the minute in which the state is known.")),
      .optional("good_share", .share("As of a gauge; absent without samples.")),
      uncertain,
      .optional("first", .string("First state seen in the minute.")),
      .optional("last", .string("Last known state.")),
    ])

  // MARK: Inspection, findings

  private static let inspectionCount = RecordSchema.object(
    "Verdicts and defects of an inspection station in one window, each result counted once.",
    intervalMembers + [
      .required("results", .count("Inspection results.")),
      .required("verdicts", .table("Results by verdict.", of: .count("Results."))),
      .required("defects", .table("Defects by code; a result may have several.", of: .count("Defects."))),
      .optional("defective", .table("Parts by the codes that they had at least once.", of: .count("Parts."))),
      .optional("inspected", .count("Parts that were looked at: all results but those that were passed by.")),
      .optional("rejected", .count("Of these, NG.")),
      .optional("unsure", .count("Of these, left to a person.")),
      .optional("first_attempts", .count("Of these, for the first time.")),
      .optional("first_good", .count("Of the first attempts, OK.")),
      .optional(
        "first_units",
        .count("Units of which first attempts came; absent where each first attempt is of a unit of its own.")),
      .optional("first_good_units", .count("Of these, units of which every first attempt was OK.")),
      .optional("mean_confidence", .number("Mean of the confidences that the station gave.")),
      .optional("reviews", reviews),
      .optional("unmatched_reviews", .count("Reviews of parts of which no result is known in the window.")),
      .optional(
        "decided_reviews",
        .count("Reviews of parts that the station had called neither OK nor NG: a person decided them.")),
      .optional("models", .table("By version of the recognition model.", of: inspectionGroup)),
      .optional("recipes", .table("By recipe or program.", of: inspectionGroup)),
      .optional("suppliers", .table("By supplier of the part.", of: inspectionGroup)),
      .optional("products", .table("By product.", of: inspectionGroup)),
      .optional(
        "measures",
        .table(
          "Measured values by name, or by name/step.",
          of: .object(
            "A measured value.",
            [
              .required("count", .count("Values.", from: 1)),
              .required("mean", .number("In the station's unit.")),
              .required("outside", .count("Values beyond their limits.")),
              .optional("standard_deviation", .number("Of the sample (n − 1); absent for one value.")),
              .optional("lower", .number("Lower limit of all results that named one.")),
              .optional("upper", .number("Upper limit of all results that named one.")),
              .optional(
                "limits_differ", .flag("True where the results named different limits: none is told for all.")),
            ]))),
    ])

  private static let reviews = RecordSchema.object(
    "The station's verdicts against what people found; positive is defective.",
    [
      .required("defective_rejected", .count("Rightly rejected.")),
      .required("defective_passed", .count("Escaped.")),
      .required("good_rejected", .count("False calls.")),
      .required("good_passed", .count("Rightly passed.")),
    ])

  private static let inspectionGroup = RecordSchema.object(
    "Parts that have something in common.",
    [
      .required("inspected", .count("Parts.")), .required("rejected", .count("Of these, NG.")),
      .optional("reviews", reviews),
    ])

  private static let finding = RecordSchema.object(
    "A rule's result that a person should know of.",
    [
      .required("finding", .string("Rule and subject; unique while open.")),
      .required("rule", .string("The rule.")),
      .required("subject", .string("Asset id, destination name, or gateway.")),
      .required("severity", .word("How urgent it is.", of: Finding.Severity.allCases.map(\.word))),
      .required("opened", .time("Since when.")),
      .required("closed", .time("Until when; null while it is open.").orNull),
      .required("summary", .string("One sentence: what, how much, since when.")),
      .required("advice", .string("What to do next.")),
      .required(
        "evidence",
        .list(
          "What the finding rests on.",
          of: .object(
            "A named value.", [.required("name", .string("Name.")), .required("value", .string("Value with unit."))]))),
    ])
}
