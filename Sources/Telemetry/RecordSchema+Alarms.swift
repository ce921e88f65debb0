/// Bodies of alarms and incidents.
extension RecordSchema {
  private static let priorities = ["low", "medium", "high", "safety"]
  private static let categories = ["communication", "process", "equipment", "energy", "quality", "gateway", "safety"]

  static let alarm = object(
    "One occurrence of an alarm, after ISA-18.2 / IEC 62682; each transition is the next revision.",
    [
      .required("alarm", .string("Its key: rule and subject; the same for all occurrences.")),
      .required("occurrence", .count("Number of the occurrence; an acknowledgement names it.", from: 1)),
      .required("rule", .string("The rule that found it.")),
      .required("subject", .string("Asset id, destination name, or gateway.")),
      .required("place", .string("site/area/line/cell; empty for what is no asset.")),
      .required("category", .word("What it speaks of.", of: categories)),
      .required("severity", .word("Of the finding.", of: Finding.Severity.allCases.map(\.word))),
      .required("priority", .word("How urgent it is.", of: priorities)),
      .required("priority_reason", .string("Why.")),
      .required(
        "state",
        .word(
          "Its state; shelving, suppression and maintenance stand beside it.",
          of: ["normal", "unacknowledged", "acknowledged", "returned", "latched"])),
      .required("transition", .string("What this revision tells.")),
      .required("time", .time("When that was: the deadline of a delay, not when it was noticed.")),
      .required("announced", .flag("People were called for this occurrence, now or before.")),
      .required("muted", .flag("At the time of this revision it is silenced.")),
      .required("onset", .time("Since when its condition held.").orNull),
      .required("raised", .time("When it was raised.").orNull),
      .required("acknowledged", .time("When a person said that they know.").orNull),
      .required("acknowledged_by", .string("Who.").orNull),
      .required("returned", .time("When it returned to normal.").orNull),
      .required("shelved_until", .time("Silenced by a person until then.").orNull),
      .required("out_of_service_since", .time("Silenced for maintenance.").orNull),
      .required("suppressed_since", .time("Silenced by the plant's logic.").orNull),
      .required("no_data_since", .time("Nothing is known of its condition since then.").orNull),
      .required("person", .string("Who made the transition; null if nobody did.").orNull),
      .required("reason", .string("Why; null without a person.").orNull),
      .required("summary", .string("One sentence: what, how much, since when.")),
      .required("advice", .string("What to do next.")),
      .required(
        "evidence",
        .list(
          "What it rests on.",
          of: .object(
            "A named value.", [.required("name", .string("Name.")), .required("value", .string("Value with unit."))]))),
    ])

  private static let member = object(
    "An alarm in the incident.",
    [
      .required("alarm", .string("Its key.")), .required("occurrence", .count("Of it.", from: 1)),
      .required("subject", .string("Asset id, destination name, or gateway.")),
      .required("role", .word("What it is to the incident.", of: ["cause", "symptom"])),
      .required("category", .word("What it speaks of.", of: categories)),
      .required("priority", .word("How urgent it is.", of: priorities)),
      .required("summary", .string("One sentence.")),
      .required("onset", .time("Since when its condition held.")),
      .required("raised", .time("When it was raised.")),
      .required("acknowledged", .time("When a person said that they know.").orNull),
      .required("returned", .time("When it returned to normal.").orNull),
    ])

  static let incident = object(
    "Alarms with one cause; each change is the next revision.",
    [
      .required("incident", .count("Its number.", from: 1)),
      .required(
        "kind", .word("What joins its alarms.", of: ["alarm", "machine", "segment", "supply", "flood", "safety"])),
      .required(
        "state", .word("How far it is.", of: ["detected", "diagnosed", "recovering", "recovered", "closed", "merged"])),
      .required("cause", .string("The asset, segment or rule that it is named for.")),
      .required("priority", .word("Of its most urgent alarm.", of: priorities)),
      .required("summary", .string("One sentence: what, where, how many.")),
      .required("advice", .string("What to do next.")),
      .required("onset", .time("When the first condition began.")),
      .required("detected", .time("When the first alarm was raised.")),
      .required("diagnosed", .time("When its cause stood.").orNull),
      .required("announced", .time("When people were told.").orNull),
      .required("acknowledged", .time("When all of it was acknowledged for the first time.").orNull),
      .required("recovered", .time("When all of it had returned.").orNull),
      .required("closed", .time("When it was over, or became a part of another one.").orNull),
      .required("merged_into", .count("The incident that it became a part of.", from: 1).orNull),
      .required("recurrences", .count("How often something of it came back.")),
      .required("active", .count("Alarms that are active.")),
      .required("alarms", .count("Alarms in it.")),
      .required("seconds_to_detect", .number("From onset to detection.")),
      .required("seconds_to_acknowledge", .number("From announcement to acknowledgement.").orNull),
      .required("seconds_to_resolve", .number("From detection to recovery.").orNull),
      .required("members", .list("Its alarms, at most 200, in the order in which they joined.", of: member)),
      .required(
        "steps",
        .list(
          "What happened, at most 100.",
          of: .object("A step.", [.required("time", .time("When.")), .required("text", .string("What."))]))),
      .required("steps_left_out", .count("Further steps.")),
    ])
}
