import Factors
import Telemetry

/// The schema of `alarms:`.
extension ConfigurationSchema {
  private static let priority = words("Priority.", ["low", "medium", "high", "none"])
  private static let foundation = words("How well it is founded.", FactorStatus.allCases.map(\.rawValue))
  private static let remark = text("Why.", "agreed with the operators")
  private static let patterns = list("Ids of assets, with `*`.", of: text("An id.", "press-*"))

  private static let alarmGroup = group(
    "Findings as alarms, alarms as incidents.", AlarmReader.keys,
    [
      "table": text("A table of Config/alarms, or a file.", "standard"),
      "segments": list(
        "Devices that hang on one switch, radio cell or cabinet.",
        of: group(
          "A segment.", AlarmReader.segmentKeys, ["name": text("Any text.", "switch-3"), "assets": patterns],
          required: AlarmReader.segmentKeys)),
      "supplies": list(
        "Assets that others cannot work without.",
        of: group(
          "A supply.", AlarmReader.supplyKeys,
          ["asset": text("Its id.", "compressor-1"), "dependants": patterns], required: AlarmReader.supplyKeys)),
      "suppressions": list(
        "Alarms that mean nothing while something else is so: recorded, not announced.",
        of: group(
          "A suppression.", AlarmReader.suppressionKeys,
          [
            "rules": list("Of the alarms, with `*`.", of: text("A rule.", "low-flow")), "assets": patterns,
            "while": text("While a finding of this rule is open.", "machine-stopped"),
            "at": text("At this asset; absent: at the alarm's own.", "line-1"),
          ], required: ["rules", "while"])),
      "classes": list(
        "How findings of some rules are treated; they come before those of the table.",
        of: group(
          "A class.", AlarmReader.classKeys,
          [
            "rules": list("Names of rules, with `*`.", of: text("A rule.", "no-data")),
            "category": words("What it speaks of.", AlarmSettings.Category.allCases.map(\.rawValue)),
            "on-delay": duration("It must last so long before it is an alarm.", "15 s"),
            "off-delay": duration("It must be over for so long before the alarm returns.", "15 s"),
            "latching": flag("It stays until a person resets it."),
            "blinding": flag("While it is open nothing is known of the asset."),
            "ignored": flag("Such findings are no alarms."), "status": foundation, "note": remark,
          ], required: ["rules", "category"])),
      "priorities": list(
        "Priority by severity and criticality.",
        of: group(
          "A row.", AlarmReader.priorityKeys,
          [
            "severity": words("Of the finding.", Finding.Severity.allCases.map(\.word)), "low": priority,
            "normal": priority, "high": priority, "safety": priority, "status": foundation, "note": remark,
          ], required: ["severity"])),
      "grouping": group(
        "Thresholds of correlation.", AlarmReader.groupingKeys,
        [
          "window": duration("What begins within this time may have one cause.", "5 min"),
          "settle": duration("An incident waits so long for others that explain it.", "30 s"),
          "segment-devices": integer("So many silent devices make a segment silent.", 2...10_000),
          "segment-share": text("… and this share of them.", "50 %"),
          "quiet": duration("Recovered for so long: closed.", "5 min"), "status": foundation, "note": remark,
        ]),
      "flood": group(
        "When many alarms are a flood.", AlarmReader.floodKeys,
        [
          "interval": duration("Alarms are counted in it.", "10 min"),
          "start-above": integer("More than this begin it.", 1...100_000),
          "end-below": integer("Fewer than this end it.", 1...100_000),
          "hour-above": integer("An hour with more is busy.", 1...100_000), "status": foundation, "note": remark,
        ]),
      "chattering": group(
        "When an alarm chatters.", AlarmReader.chatteringKeys,
        [
          "activations": integer("So many …", 2...1000), "window": duration("… within this time.", "60 s"),
          "status": foundation, "note": remark,
        ]),
      "stale-after": duration("Active for longer: stale.", "24 h"),
      "longest-shelving": duration("No shelving is longer.", "12 h"),
      "targets": list(
        "What the alarm system is measured against.",
        of: group(
          "A target.", AlarmReader.targetKeys,
          [
            "metric": words("What.", AlarmSettings.Target.metrics), "at-most": number("Aim.", "150"),
            "manageable": number("The most that people can bear.", "300"), "status": foundation, "note": remark,
          ], required: ["metric", "at-most"])),
    ].merging(called) { $1 })

  static let alarms = any(
    "Alarms and incidents; absent: findings only.", [text("A table of Config/alarms, or on.", "standard"), alarmGroup])
}
