/// Bodies of work orders and notifications.
extension RecordSchema {
  private static let levels = ["low", "medium", "high", "safety"]
  private static let languages = ["en", "zh"]

  static let workOrder = object(
    "Work that one cause makes necessary; each change is the next revision.",
    [
      .required("number", .count("Its number; together with the gateway it never changes.", from: 1)),
      .required(
        "state",
        .word(
          "How far it is; done as the maintenance system says, closed by a maintenance record.",
          of: ["open", "accepted", "started", "done", "closed", "cancelled"])),
      .required("cause", .string("The same for all that calls for the same work.")),
      .required("asset", .string("Asset id, segment of the network, or destination.")),
      .required("place", .string("site/area/line/cell.")),
      .required("fault", .string("Id in the fault model; null = not known.").orNull),
      .required(
        "category",
        .word(
          "What it speaks of.",
          of: ["communication", "process", "equipment", "energy", "quality", "gateway", "safety"])),
      .required("title", .string("What is to be done, in one line.")),
      .required("title_zh", .string("The same in Chinese, where it is known.")),
      .required("reason", .string("What calls for it.")), .required("reason_zh", .string("The same in Chinese.")),
      .required("priority", .word("How urgent it is.", of: levels)),
      .required("skill", .string("Who can do it; null = not said.").orNull),
      .required("skill_zh", .string("The same in Chinese.").orNull),
      .required("steps", .list("What to do.", of: .string("A step."))),
      .required("steps_zh", .list("The same in Chinese.", of: .string("A step."))),
      .required("parts", .list("What is usually needed.", of: .string("A part."))),
      .required("parts_zh", .list("The same in Chinese.", of: .string("A part."))),
      .required("lead_time", .string("How long the parts take to come; null = in stock, or not known.").orNull),
      .required("proposed", .time("When the work is proposed.")),
      .required("stop", .string("The planned stop of the plant that it lies in; null = none.").orNull),
      .required("due", .time("Before it fails with 10 %; null = no prediction.").orNull),
      .required("opened", .time("When it was opened.")), .required("changed", .time("When it came to its state.")),
      .required("person", .string("Who said so; empty = the gateway.")),
      .required("note", .string("What they said.")),
      .required("reference", .string("Its number in the maintenance system; null = none told.").orNull),
      .required("maintenance_record", .string("The maintenance record that closed it.").orNull),
      .required("findings", .list("Keys of the findings that call for it.", of: .string("A key."))),
      .required("incidents", .list("Numbers of the incidents that call for it.", of: .count("A number.", from: 1))),
      .required("language", .word("What people of the site read.", of: languages)),
    ])

  static let notification = object(
    "Something that people were told through one destination.",
    [
      .required("number", .count("Its number.", from: 1)),
      .required("to", .string("The destination.")),
      .required("route", .string("The route; empty for a light.")),
      .required(
        "what",
        .word("Why.", of: ["opened", "escalated", "worse", "again", "recovered", "summary", "test", "light"])),
      .required("incident", .count("The incident; null = several, or none.", from: 1).orNull),
      .required("priority", .word("How urgent it is.", of: levels)),
      .required("language", .word("Of title and text.", of: languages)),
      .required("title", .string("One line.")), .required("text", .string("What to know and to do; lines.")),
      .required("time", .time("When it was told.")),
      .optional(
        "evidence",
        .list(
          "Readings of the alarm that stands first, in the language of the text.",
          of: .object(
            "A reading.", [.required("name", .string("Its name.")), .required("value", .string("Its value."))]))),
      .optional(
        "lamp",
        .object(
          "What a stack light shows.",
          [
            .required("colour", .word("After IEC 60204-1.", of: ["green", "yellow", "red"])),
            .required("flashing", .flag("Somebody should acknowledge it.")),
            .required("sound", .flag("With sound.")),
          ])),
    ])
}
