import Telemetry

/// JSON Schemas (draft 2020-12) of the files that people write: editors complete and check with them while typing.
///
/// `weir check` is stricter: it knows units, references and what fits together. The keys come from the readers, so a
/// key that is read is never refused here; one without a description is open.
public enum ConfigurationSchema {
  /// File name in `Config/schemas` and schema.
  public static var files: [(name: String, schema: RecordSchema)] {
    [
      ("factors.schema.json", factors), ("faults.schema.json", faults), ("site.schema.json", site),
      ("template.schema.json", template),
    ]
  }

  public static let template = document(
    "template.schema.json", "Equipment template of Weir",
    group(
      "One kind of equipment; Devices/README.md explains the keys.", ["template"] + TemplateReader.bodyKeys,
      templateBody.merging(["template": text("Its name: letters, digits, - and _.", "three-phase-meter")]) { $1 },
      required: ["template"]))

  public static let site = document(
    "site.schema.json", "Configuration of a Weir gateway",
    group(
      "Config/weir.yaml is a complete, commented example.", SiteReader.keys,
      [
        "gateway": group(
          "The gateway itself.", ["id", "data"],
          [
            "id": text("Part of every record's id: letters, digits, - and _.", "plant-1"),
            "data": text("Folder of journal, store and control socket.", "/var/lib/weir"),
          ], required: ["id"]),
        "zone": text("IANA time zone of the plant.", "Asia/Shanghai"),
        "clock": words("Where time comes from.", ["system", "messages"]),
        "broker": broker, "brokers": list("Several sources, each with a name.", of: broker),
        "devices": list("Folders with your own templates.", of: text("A folder.", "devices")),
        "templates": table(
          "Templates of this configuration, by name.", group("A template.", TemplateReader.bodyKeys, templateBody)),
        "assets": list("Machines, meters and stations.", of: asset),
        "horizons": group(
          "How long records wait for late samples and are corrected.", SiteReader.horizonGroups.map(\.key),
          Dictionary(uniqueKeysWithValues: SiteReader.horizonGroups.map { ($0.key, horizon) })),
        "energy": group(
          "Energy windows.", SiteReader.energyKeys,
          [
            "window": duration("Energy and demand window: divides a day, 1 min to 1 h.", "15 min"),
            "plausibility-factor": number("A register may exceed rated power × time by this.", "1.2"),
            "standard-coal": standardCoal,
          ].merging(analysis) { $1 }.merging(advice) { $1 }),
        "tariff": tariff, "carbon": carbon, "condition": conditionTable, "maintenance": maintenance,
        "products": products, "footprint": footprint,
        "budgets": budgets, "shifts": shifts, "lines": lines, "fault-models": faultModels,
        "alarms": alarms,
        "inspection": inspection,
        "destinations": list("Where records go.", of: destination),
        "storage": storage,
        "control": group(
          "Local interfaces.", SiteReader.controlKeys,
          [
            "metrics-port": any(
              "Loopback port of the metrics.", [integer("Port.", 0...65535), words("Off.", ["off"])]),
            "roles": ControlRoles.schema,
            "work-order-token-file": text("What a maintenance system tells states with.", "/etc/weir/orders-token"),
          ]),
      ], required: ["gateway", "zone", "assets"]))

  // MARK: - Templates

  private static let timestamp = any(
    "Where the time of a message stands.",
    [
      words("The gateway's receive time is taken.", ["none"]),
      group(
        "A field with the time.", ["path", "format", "nanoseconds"],
        [
          "path": path, "format": words("How it is written.", TimestampMapping.Format.allCases.map(\.rawValue)),
          "nanoseconds": path,
        ],
        required: ["path", "format"]),
    ])

  private static let templateBody: [String: JSONValue] = [
    "extends": text("A template whose signals and settings are taken over.", "rotating-machine"),
    "summary": text("One sentence for people.", "Pump with motor"),
    "payload": payload, "timestamp": timestamp,
    "message-id": text("Events: the field that tells a repetition from a new event.", "id"),
    "fault-model": text(
      "How this equipment fails: the name that rules of equipment health look for, in vain if none knows it.",
      "induction-motor"),
    "services": ownServices,
    "signals": table(
      "By name; `none` leaves an inherited one out.",
      any(
        "A signal.",
        [
          words("Not taken over.", ["none", "off"]),
          group("A signal.", SignalReader.templateKeys, signal),
        ])),
  ]

  private static let signal: [String: JSONValue] = [
    "kind": words(
      "gauge: momentary value; register: cumulative counter; delta: amount since the last message; state: one of a "
        + "list of words; event: each message is an event.", SignalReader.KindWord.allCases.map(\.rawValue)),
    "counts": words("Registers and deltas: what is counted.", Signal.Quantity.allCases.map(\.rawValue)),
    "unit": text("Unit inside the gateway; at an asset: the payload's. 1 for a plain number.", "kWh"),
    "payload-unit": text("Unit of the payload, if it is another one.", "Wh"),
    "path": path,
    "range": list(
      "Lowest and highest physically possible value; none for an open end.",
      of: ["type": ["number", "string"], "description": "A number, or none."]),
    "expected-interval": duration("A longer gap is missing data.", "10 s"),
    "resolution": number("Registers and deltas: value of the last digit, a power of ten.", "0.01"),
    "modulus": number("Registers: where it starts again at zero; none if unknown.", "1000000"),
    "maximum-rate": text("Registers and deltas: what can be counted in a time at most.", "250 m³/h"),
    "alarm": any(
      "Gauges: lowest and highest value in order; people are warned before it is crossed.",
      [
        list(
          "Two numbers, or none for an open end.",
          of: ["type": ["number", "string"], "description": "A number, or none."]),
        words("No limits.", ["none", "off"]),
      ]),
    "role": text("Gauges: what it measures of a machine; else by its name and unit.", "bearing-temperature"),
    "states": table(
      "The gateway's words, each with those that devices send.", list("Words of devices.", of: text("A word.", "RUN"))),
    "required": flag("A message without this field is quarantined."),
    "attributes": table(
      "Events: the attribute's name and its path.",
      any(
        "A path, or a group.",
        [
          path,
          group(
            "An attribute.", SignalReader.attributeKeys,
            [
              "path": path, "required": flag("An event without it is quarantined."),
              "words": table("The plant's words, each with those that stations send.", list("Words.", of: anyText)),
            ]),
        ])),
    "topic": text("A topic of its own.", "plant/{area}/{id}/temperature"),
    "subtopic": text("A topic of its own, below the asset's.", "emeter/0/power"), "payload": payload,
    "waveform": waveform,
  ]

  // MARK: - Assets

  private static let asset = group(
    "A machine, meter or station; with `count` a group of equal ones.", AssetReader.keys,
    [
      "id": text("Letters, digits, - _ and .; {n} in a group.", "meter-{n:03}"),
      "formerly": text("The id that it had before: its history goes on under the new one.", "meter-old-{n:03}"),
      "name": text("Any text.", "Main meter"), "place": text("site/area/line/cell.", "cq1/hall-1"),
      "template": text("What kind of equipment it is.", "three-phase-meter"),
      "topic": text("Exact topic; {id} {place} {site} {area} {line} {cell} {n} are filled in.", "plant/{area}/{id}"),
      "criticality": words("How much depends on it.", Asset.Criticality.allCases.map(\.rawValue)),
      "broker": text("Name of its broker, if there are several.", "hall-1"),
      "rated-power": text("Bound of what its energy registers can count.", "630 kW"),
      "expected-interval": duration("Of all its signals.", "15 s"), "payload": payload, "timestamp": timestamp,
      "message-id": text("Events: field of the message's id.", "id"),
      "fault-model": text("Another one than the template's, or none.", "induction-motor"),
      "services": ownServices,
      "role": words("What its meter is to the supply.", Asset.EnergyRole.allCases.map(\.rawValue)),
      "fed-by": text("Id of the meter that feeds it; {n} in a group.", "meter-main"),
      "accuracy": text("Accuracy class of its meters.", "0.5 %"),
      "essential": flag("no: it may be proposed for shedding."),
      "cost-centre": text("Whose account its energy is on.", "4711"),
      "product-line": text("What is made with it.", "pumps"),
      "fuel": text("Which fuel its gas or fuel meter counts.", "natural_gas"), "idle": idle, "flexible": flexible,
      "signals": table(
        "What is different from the template.",
        any(
          "A change.",
          [words("It has no such signal.", ["none", "off"]), group("A signal.", SignalReader.overrideKeys, signal)])),
      "count": integer("How many assets the group has.", 1...AssetReader.maximumAssets),
      "first": integer("The first number.", 0...1_000_000_000),
    ].merging(productionKeys) { $1 }.merging(plateKeys) { $1 }, required: ["id", "template"])

  private static let horizon = group(
    "Of these records.", ["lateness", "revision"],
    [
      "lateness": duration("How long a window waits for late samples.", "60 s"),
      "revision": duration("How long it is still corrected.", "45 d"),
    ])

  private static let storage = group(
    "Bounds on disk.", ["journal", "store", "free-space-floor", "reserve"],
    [
      "journal": group(
        "Raw samples.", ["size", "age"], ["size": size("4 GB"), "age": duration("At most so old.", "30 d")]),
      "store": group("Records and state.", ["size"], ["size": size("4 GB")]), "free-space-floor": size("256 MB"),
      "reserve": size("16 MB"),
    ])
}
