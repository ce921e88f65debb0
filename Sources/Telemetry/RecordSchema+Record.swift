extension RecordSchema {
  /// An issued record of a kind, as it is forwarded: the envelope with the body of the kind.
  public static func record(_ kind: RecordKind) -> RecordSchema {
    envelope(
      title: title(kind), file: "\(kind.rawValue).schema.json",
      kind: .const(kind.rawValue, "The stream of the record."), body: body(kind), chain: kind.isLedger)
  }

  /// What all issued records have in common, with any body.
  public static let envelope = envelope(
    title: "Issued record of a Weir gateway", file: "envelope.schema.json",
    kind: .word("The stream of the record.", of: RecordKind.allCases.map(\.rawValue)),
    body: RecordSchema(["type": "object", "description": "See the schema of the kind."]), chain: nil)

  /// File name in `Config/schemas` and schema, for all that is written there.
  public static var files: [(name: String, schema: RecordSchema)] {
    RecordKind.allCases.map { ("\($0.rawValue).schema.json", record($0)) } + [("envelope.schema.json", envelope)]
  }

  /// - Parameter chain: whether the record has a place in the ledger; nil = it may.
  private static func envelope(
    title: String, file: String, kind: RecordSchema, body: RecordSchema, chain: Bool?
  ) -> RecordSchema {
    var members: [Member] = [
      .required("body", body),
      .optional(
        "cause",
        .object(
          "Why this revision exists; absent for revision 0.",
          [
            .required("asset", .string("Asset of the reading that caused it.")),
            .required("signal", .string("Signal of that reading.")),
            .required("time", .time("Device time of that reading.")),
            .required(
              "reason",
              .word(
                "late: arrived after the lateness of the window. gap-closed: the first reading after a silence. "
                  + "entered: a person entered or corrected activity data, which `signal` names. recalculated: a "
                  + "person had it counted again; `signal` names the recalculation.",
                of: ["late", "gap-closed", "entered", "recalculated"])),
            .optional("note", .string("Of a recalculation: who, why, and with which factors.")),
          ])),
      .required("gateway", .string("Id of the gateway.")),
      .required("hash", .hash("SHA-256 of the body in canonical JSON (RFC 8785), hexadecimal.")),
      .required("id", .string("<gateway>/<kind>/<key>/<revision>: the same at every repetition.")),
      .required("issued", .time("When the gateway issued this revision.")),
      .required(
        "key",
        .string(
          "Unique within gateway and kind; ends with the start of the interval in UTC, of an order with its number.")),
      .required("kind", kind),
      .required("revision", .count("0 = first issue; n + 1 supersedes n.")),
      .optional("supersedes", .hash("Hash of the body of the revision before; absent for revision 0.")),
    ]
    if chain != false {
      let place = RecordSchema.object(
        "Place in the gateway's ledger.",
        [
          .required("asset", .string("Asset id.")),
          .required("start", .time("Start of the record's interval.")),
          .required("end", .time("End of the record's interval.")),
          .required("record", .count("Number of the record in the gateway's store; grows.", from: 1)),
          .required("sequence", .count("Number of the leaf, without gaps.", from: 1)),
          .required("previous", .hash("Hash of the leaf before; 64 zeros for the first.")),
          .required(
            "hash",
            .hash(
              "SHA-256 of the leaf's statement: the canonical JSON (RFC 8785) of asset, body (the hash), cause, end, "
                + "format (2), gateway, issued, key, kind, leaf (the sequence), previous, record, revision, start and "
                + "supersedes, as in the record but with times in UTC.")),
        ])
      members.append(Member(name: "chain", schema: place, isRequired: chain == true))
    }
    guard case .object(var json) = object("An issued record.", members).json else { return object(title, members) }
    json["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    json["$id"] = .string("urn:weir:schema:\(file)")
    json["title"] = .string(title)
    return RecordSchema(json)
  }

  private static func const(_ value: String, _ description: String) -> RecordSchema {
    RecordSchema(["const": .string(value), "description": .string(description)])
  }

  private static func title(_ kind: RecordKind) -> String {
    switch kind {
    case .energyInterval: "Energy of a meter in one window"
    case .energyDay: "Energy of a meter in one plant-local day"
    case .energyMonth: "Energy of a meter in one plant-local month"
    case .energyIdle: "Idle use of a machine in one plant-local day"
    case .energyPerformance: "Energy of a meter in one plant-local day against its baseline"
    case .equipmentHealth: "Condition of a machine in one plant-local day"
    case .maintenance: "Work on a machine that a person recorded"
    case .signalSummary: "Gauges and states of an asset in one minute"
    case .inspectionCount: "Results of an inspection station in one window"
    case .carbonInterval: "Emissions of a metered asset in one window"
    case .carbonDay: "Emissions of a metered asset in one plant-local day"
    case .carbonMonth: "Emissions of a metered asset in one plant-local month"
    case .carbonActivity: "Entered activity data with its emissions"
    case .carbonInventory: "Emissions of the site in one plant-local month"
    case .productionOrder: "Production order at a line"
    case .productionLine: "Energy of a line and its orders in one plant-local day"
    case .productFootprint: "Energy and emissions of an order's products"
    case .oee: "Effectiveness of a machine in one plant-local day or shift"
    case .supplierFootprint: "Footprint of a bought product, as it was imported"
    case .unitFile: "Everything that is known of one unit with a serial number"
    case .inspectionLot: "A lot and what its sample says of it"
    case .finding: "Finding, opened or closed"
    case .alarm: "Occurrence of an alarm"
    case .incident: "Incident: alarms with one cause"
    case .workOrder: "Work order: what one cause makes necessary"
    case .notification: "Notification: something that people were told"
    case .ledgerHead: "Signed head of the ledger"
    }
  }
}
