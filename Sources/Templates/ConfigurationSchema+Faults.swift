import Telemetry

extension ConfigurationSchema {
  /// Of the files in `Devices/faults`.
  public static let faults = document(
    "faults.schema.json", "Fault model of Weir",
    group(
      "How a kind of equipment fails; Devices/README.md explains the keys.", FaultModelCatalogue.fileKeys,
      faultModel.merging(["fault-model": text("Its name, as that of the file.", "induction-motor")]) { $1 },
      required: ["fault-model"]))

  static let faultModels = table(
    "Fault models of this configuration, by name.", group("A fault model.", FaultModelReader.keys, faultModel))

  private static let faultModel: [String: JSONValue] = [
    "extends": text("A fault model whose faults are taken over.", "rotating-machine"),
    "title": twoLanguages("What kind of equipment it is for."),
    "learning": flag("Whether assets with it are learnt and watched unless they say otherwise; on, if left out."),
    "faults": table(
      "By id; `none` leaves an inherited one out.",
      any("A fault.", [words("Not taken over.", ["none", "off"]), fault])),
  ]

  private static func twoLanguages(_ description: String) -> JSONValue {
    any(
      description,
      [
        anyText,
        group(
          "In English and Chinese.", ["en", "zh"], ["en": text("English.", "Imbalance"), "zh": text("中文。", "不平衡")],
          required: ["en", "zh"]),
      ])
  }

  private static let fault = group(
    "A fault.", FaultModelReader.faultKeys,
    [
      "name": twoLanguages("Its name."),
      "origin": words("The machine, a sensor, or how it is driven.", FaultModel.Origin.allCases.map(\.rawValue)),
      "severity": words("What crossing its limits means.", FaultModel.Severity.allCases.map(\.rawValue)),
      "symptoms": list("What changes against the usual.", of: symptom),
      "when": list("Limits; if all are crossed, it is there.", of: condition),
      "cause": twoLanguages("What usually brings it about."),
      "checks": list("What to look at, in this order.", of: twoLanguages("A step.")),
      "parts": list("What is usually needed.", of: twoLanguages("A part.")),
      "lead-time": duration("How long the parts usually take to come.", "14 d"),
      "criterion": group(
        "When it counts as failed.", FaultModelReader.criterionKeys,
        [
          "role": text("What is measured.", "vibration-velocity"), "named": text("Word of the signal's name.", "axial"),
          "change": number("From the usual, in the signal's unit.", "8.5"),
          "percent": number("From the usual, in percent of it.", "-20"),
          "spread": number("Relative standard deviation of the limit.", "0.25"),
        ], required: ["role"]),
      "provenance": text("Where this knowledge is from.", "ISO 13373-3"),
    ], required: ["name", "cause", "provenance"])

  private static let symptom = group(
    "A symptom.", FaultModelReader.symptomKeys,
    [
      "role": text("What the signal measures: vibration-velocity, bearing-temperature …", "vibration-velocity"),
      "named": text("A word of the signal's name.", "axial"),
      "unless": list("Words that its name does not have.", of: text("A word.", "axial")),
      "direction": words("Against the usual.", FaultModel.Symptom.Direction.allCases.map(\.rawValue)),
      "weight": number("How strongly it answers, compared with the others.", "2"),
      "needed": flag("Without it, it is hardly this fault."),
    ], required: ["role", "direction"])

  private static let bound = any(
    "A number, or one by state.",
    [
      number("The limit.", "9000"),
      ["type": "object", "description": "`by:` names a state signal; the other keys are its states."],
    ])

  private static let condition = group(
    "A limit.", FaultModelReader.conditionKeys,
    [
      "value": any(
        "What is calculated from signals.", [text("A calculation.", "torque * speed * 2 * pi / 60"), number("", "1")]),
      "unit": text("For people.", "W"), "below": bound, "at-most": bound, "above": bound, "at-least": bound,
      "outside": list("Lower and upper limit.", of: number("A limit.", "3500")),
      "tolerance": number("So near it counts as equal.", "0.000001"),
    ], required: ["value"])
}
