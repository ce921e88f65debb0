extension RecordSchema {
  private static let basis = [
    "sub-meter", "machine-time", "pieces", "order-time",
  ]

  private static let pieces = [
    Member.required("good", .decimal("Good pieces.")),
    .required("scrap", .decimal("Scrapped pieces.")),
    .required(
      "pieces_source",
      .word(
        "Who counted the pieces: counters or stations of the line, the order feed, or nobody.",
        of: ["line", "order-feed", "none"])),
  ]

  private static let orderMembers =
    intervalMembers + [
      .required("order", .string("Number of the order, as the feed names it.")),
      .required("product", .string("Product, as the feed names it.").orNull),
      .required("product_name", .string("From the site's configuration.").orNull),
      .required("batch", .string("Batch.").orNull),
      .required("operation", .string("Operation.").orNull),
      .required(
        "state", .word("Of the order, by its last event.", of: ["planned", "running", "paused", "ended"])),
      .required("planned", .decimal("Pieces.").orNull),
    ] + pieces + [
      .required("order_seconds", .decimal("Time in which the order ran, pauses left out, s.")),
      .required("running_seconds", .decimal("Of it, time in which the line ran, s.")),
    ]

  static let productionOrder = object(
    "A production order at a line, as far as windows are closed. Its asset is the order feed, its place the line's.",
    orderMembers + [
      .required(
        "intervals",
        .list(
          "When the line worked for it.",
          of: .object(
            "Half-open.",
            [.required("start", .time("Start.")), .required("end", .time("End; null while it runs.").orNull)]))),
      .required("reported_good", .decimal("Good pieces by the order feed.").orNull),
      .required("reported_scrap", .decimal("Scrapped pieces by the order feed.").orNull),
    ])

  static let productionLine = object(
    "What a line used in one plant-local day, divided among its orders: metered = orders + unallocated, exactly.",
    intervalMembers + [
      .required(
        "carriers",
        .table(
          "By what was metered: the quantity, with / and the fuel where one is named.",
          of: .object(
            "One carrier.",
            [
              .required("unit", .string("Of all amounts.")),
              .required("metered", .decimal("By the line's meters, nothing twice.")),
              .required("orders", .table("By key of the order's record.", of: .decimal("Amount."))),
              .required("unallocated", .decimal("Fell to no order: the sum of the reasons.")),
              .required(
                "reasons",
                .table(
                  "no-order: no order was open in the window; outside-orders: the line's work or time beside its orders.",
                  of: .decimal("Amount."))),
            ]))),
      .required("running_seconds", .decimal("Time in which the line ran, s.")),
      .required("good", .decimal("Good pieces, of orders and beside them.")),
      .required("scrap", .decimal("Scrapped pieces, of orders and beside them.")),
      .required("good_outside", .decimal("Good pieces that fell to no order.")),
      .required("scrap_outside", .decimal("Scrapped pieces that fell to no order.")),
      .optional(
        "pieces",
        .table(
          "By key of the order's record, of orders that made some; absent for days of an earlier version.",
          of: .object(
            "Of one order.",
            [.required("good", .decimal("Good pieces.")), .required("scrap", .decimal("Scrapped pieces."))]))),
      .required("windows", .count("Closed windows with energy of the line.")),
    ])

  static let productFootprint = object(
    "Energy and emissions of what an order made, gate to gate, with the listed materials as an upstream part.",
    orderMembers + [
      .required(
        "status",
        .word(
          "provisional: the order goes on; final: it has ended (a revision may follow).", of: ["provisional", "final"])),
      .required("boundary", .word("Of kgco2e and energy.", of: ["gate-to-gate"])),
      .required("declared_unit", .word("What the footprint is declared for.", of: ["piece", "kilogram"])),
      .required("declared_units", .decimal("Good output in declared units; null if its mass is unknown.").orNull),
      .required("mass_kg", .decimal("Of a good piece; null if unknown.").orNull),
      .required("identifiers", .list("URNs of the product.", of: .string("A URN."))),
      .required(
        "energy",
        .list(
          "By carrier, what the line's meters counted and fell to this order.",
          of: .object(
            "One carrier.",
            [
              .required("carrier", .string("The quantity, with / and the fuel where one is named.")),
              .required("amount", .decimal("In unit: the sum of by_basis.")),
              .required("unit", .string("Of the amount.")),
              .required(
                "by_basis",
                .table(
                  "How it was allocated. sub-meter: the order had the line for itself; machine-time, pieces, order-time: "
                    + "by its share of the line's running time, pieces, time in the window. \(basis.joined(separator: ", ")).",
                  of: .decimal("Amount."))),
              .required("idle", .decimal("Of it, in windows in which the line did not run.")),
              .required("estimated", .decimal("Of it, in windows whose readings were bridged or doubted.")),
              .required("kgco2e", .decimal("Null without a factor: see problem.").orNull),
              .optional("factor", .string("Id of the factor.")),
              .optional("factor_source", .string("Its source.")),
              .optional("formula", .string("How kgco2e was calculated.")),
              .optional("problem", .string("Why there is no figure, and what to do.")),
              .optional("warnings", .list("What must stand beside the figure.", of: .string("A warning."))),
            ]))),
      .required(
        "materials",
        .list(
          "Bought materials of all pieces that were begun, with the suppliers' footprints.",
          of: .object(
            "One material.",
            [
              .required("name", .string("Name.")), .required("amount", .decimal("In unit.")),
              .required("unit", .string("Of the amount.")),
              .required("kgco2e", .decimal("Amount × footprint; null without a footprint: see problem.").orNull),
              .required("source", .string("The supplier's document.")),
              .required("primary", .flag("Measured by the supplier.")),
              .optional("problem", .string("Why there is no figure, and what to do.")),
              .optional("footprint", .string("Id of the supplier's document (PACT 3.0).")),
              .optional("biogenic_uptake_kg", .decimal("CO2 that its biomass took up, negative; no part of kgco2e.")),
              .optional("document_sha256", .string("SHA-256 of the file that was imported.")),
              .optional("primary_data_share", .decimal("Percent of the footprint, by the supplier.")),
              .optional("boundary", .string("What the footprint counts, in the supplier's words.")),
              .optional("characterization", .list("Reports of the warming potentials.", of: .string("AR5, AR6 …"))),
              .optional("warnings", .list("What must stand beside the figure.", of: .string("A warning."))),
            ]))),
      .required("kgco2e", .decimal("Gate to gate: of the energy; null if a carrier has no figure.").orNull),
      .required(
        "kgco2e_upstream",
        .decimal("Of the listed materials: a partial footprint of what was bought; null if one has no figure.").orNull),
      .optional(
        "biogenic_uptake_kg",
        .decimal("CO2 that the materials' biomass took up, negative; no part of kgco2e_upstream. Absent = none.")),
      .required(
        "kgco2e_by_unit",
        .decimal("Gate to gate, by declared unit of good output, scrap's burden included; null without output.").orNull),
      .required("kgco2e_upstream_by_unit", .decimal("As above, of the materials.").orNull),
      .required("kwh_by_unit", .decimal("Electricity by declared unit of good output.").orNull),
      .required("primary_data_share", .decimal("Percent of kgco2e + kgco2e_upstream; null without a figure.").orNull),
      .required(
        "data_quality",
        .object(
          "Ratings 1 (very good) … 5 (very poor), means weighted by the emissions.",
          [
            .required("technological", .decimal("Of the technology.")),
            .required("geographical", .decimal("Of the place.")),
            .required("temporal", .decimal("Of the time.")),
          ]
        ).orNull),
      .required("allocation", .list("The rules of the allocation, in the order of their use.", of: .string("A rule."))),
    ])

  static let supplierFootprint = object(
    "The footprint of a bought product that a person imported (PACT 3.0). A newer one that names it supersedes it.",
    [
      .required("site", .string("Gateway id.")),
      .required("start", .time("Start of the data's period.")), .required("end", .time("End of the data's period.")),
      .required("footprint", .string("Its id, a UUID.")), .required("company", .string("Who declares it.")),
      .required("product", .string("As the supplier names it.")),
      .required("product_ids", .list("URNs of the product.", of: .string("A URN."))),
      .required("declared_unit", .string("Of the amounts.")),
      .required("declared_amount", .decimal("The emissions are for so many units.")),
      .required("kgco2e", .decimal("Of the declared amount, without biogenic uptake.")),
      .required("kgco2e_by_unit", .decimal("Of one unit.")),
      .required("characterization", .list("Reports of the warming potentials.", of: .string("AR5, AR6 …"))),
      .required("primary_data_share", .decimal("Percent; null if the supplier does not say it.").orNull),
      .required("valid_to", .time("End of its validity, as it says or by `footprint: valid-years`.")),
      .required("document", document), .required("person", .string("Who entered it.")),
      .required("entered", .time("When.")),
      .required("status", .word("Whether it counts.", of: ["in-force", "superseded"])),
      .optional(
        "biogenic_uptake_kg", .decimal("CO2 that biomass took up, negative, of the declared amount; absent = none.")),
      .optional("superseded_by", .string("Id of the footprint that replaces it.")),
      .optional("boundary", .string("What it counts, in the supplier's words.")),
      .optional(
        "issuer",
        .object(
          "Whose signature was checked; absent for a document without one.",
          [
            .required("name", .string("As the configuration names it.")),
            .required("key", .string("Fingerprint of the key.")),
          ])),
    ])
}
