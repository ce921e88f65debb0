import Telemetry

extension ConfigurationSchema {
  /// At the top.
  static let conditionTable = any(
    "Limits of machine condition; without it, those of the product as soon as an asset has a plate.",
    [
      words("No limits are told.", ["none", "off"]),
      text("A table of Config/condition, or the path of one.", "machines"),
      group("The table itself.", ConditionReader.keys, [:]),
    ])

  /// Of an asset.
  static let plateKeys: [String: JSONValue] = [
    "nameplate": group(
      "What stands on the machine's plate: limits of vibration and temperature follow from it.",
      NameplateReader.plateKeys,
      [
        "power": text("Rated power.", "90 kW"), "shaft-height": text("Height of the shaft's axis.", "280 mm"),
        "support": words("How it stands.", Asset.Nameplate.Support.allCases.map(\.rawValue)),
        "speed": text("Rated speed.", "1485 rpm"), "current": text("Rated current.", "160 A"),
        "voltage": text("Rated voltage between lines.", "400 V"),
        "insulation": words("Class of the winding.", Asset.Nameplate.InsulationClass.allCases.map(\.rawValue)),
        "bearing": text("Designation of the bearing.", "6205"),
      ]),
    "learning": flag("Whether what is usual is learnt and what deviates is told; else as its fault model says."),
  ]
}
