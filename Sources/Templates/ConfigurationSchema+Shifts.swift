import Telemetry

/// The schema of `shifts:`.
extension ConfigurationSchema {
  private static let names = any(
    "Names of the pattern.",
    [
      words("All, or nobody works.", ["all", "none"]), text("One shift.", "early"),
      list("Some.", of: text("A shift.", "early")),
    ])

  static let weekdays = any(
    "Weekdays.", [text("mon … sun, mon-fri, all or none.", "mon-fri"), list("Some.", of: text("A day.", "mon"))])

  static let shifts = group(
    "When people work: shifts of the week, exceptions, planned stops.", ShiftReader.keys,
    [
      "pattern": list(
        "The usual week.",
        of: group(
          "A shift; it belongs to the day on which it begins.", ShiftReader.patternKeys,
          [
            "name": text("Letters, digits, - and _.", "early"), "from": text("Time of the day.", "06:00"),
            "to": text("Time of the day; not later than from: on the next day.", "14:00"), "days": weekdays,
          ], required: ShiftReader.patternKeys)),
      "exceptions": list(
        "Days that are not like their weekday.",
        of: group(
          "A day, or days in a row.", ShiftReader.exceptionKeys,
          [
            "date": text("The first day.", "2026-10-01"), "through": text("The last day.", "2026-10-07"),
            "shifts": names, "name": text("What day it is.", "National Day"),
          ], required: ["date", "shifts"])),
      "stops": list(
        "When production is meant to stand still.",
        of: group(
          "A break of every day, or a maintenance with dates.", ShiftReader.stopKeys,
          [
            "name": text("Any text.", "lunch"), "from": text("Time of the day, or date and time.", "12:00"),
            "to": text("Time of the day, or date and time.", "12:30"), "shifts": names,
          ], required: ["name", "from", "to"])),
    ], required: ["pattern"])
}
