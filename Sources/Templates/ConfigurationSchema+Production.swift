import Plant
import Telemetry

extension ConfigurationSchema {
  static let productionKeys: [String: JSONValue] = [
    "serves": text("Place of the line that it speaks for, or none; {n} in a group.", "cq1/hall-1/press"),
    "run-state": any(
      "What tells whether it runs; without it, its state signal.",
      [
        words("Nothing does.", ["none", "off"]),
        group(
          "A state, or a gauge with thresholds.", ProductionReader.runKeys,
          [
            "signal": text("Name of the signal.", "active-power"),
            "running-above": text("From there on it runs.", "5 kW"),
            "idle-above": text("From there on it is idle, below it stopped.", "0.5 kW"),
          ], required: ["signal"]),
      ]),
    "counts-pieces": flag("Whether its pieces are those of the line."),
    "order-limit": duration("Order feeds: an order that is open for longer is told; without it none is.", "14 d"),
    "oee": any(
      "How its effectiveness (ISO 22400-2) is judged; machines with a run state and pieces have it by themselves.",
      [
        words("It has none.", ["none", "off"]),
        group(
          "Planned run times and losses.", OEEReader.keys,
          [
            "cycle-time": duration("Planned run time of a piece.", "12 s"),
            "cycle-times": table("The same by product, as the order feed names it.", duration("Of a piece.", "12 s")),
            "source": text("Where the planned run times come from.", "routing sheet 2026-03"),
            "minor-stop": duration("A stop without a reason that is no longer is a minor stop.", "5 min"),
            "losses": table(
              "Losses of its states, beside what their names mean.",
              words("A loss.", OEELoss.times.filter { $0 != .noData }.map(\.rawValue))),
          ]),
      ]),
    "group": text("Machines that are seen as one, as the compressors of a station.", "compressors"),
  ]

  static let lines = list(
    "How pieces flow through the lines: which failure stops what, and when.",
    of: group(
      "A line.", LineTopologyReader.keys,
      [
        "name": text("Any text.", "line-1"), "cycle-time": duration("Time of a piece at the line's rate.", "30 s"),
        "stations": list(
          "In the order of the flow: an asset, a list of assets beside each other, or a group.",
          of: any(
            "A station.",
            [
              text("An asset.", "press-1"), list("Assets beside each other.", of: text("An asset.", "weld-1")),
              group(
                "A station with what lies before it.", LineTopologyReader.stationKeys,
                [
                  "asset": text("An asset.", "oven-1"),
                  "assets": list("Assets beside each other.", of: text("An asset.", "weld-1")),
                  "buffer": text("What usually lies before it: pieces or a time.", "40 pieces"),
                ]),
            ])),
      ], required: ["name", "stations"]))

  static let products = list(
    "What the plant makes.",
    of: group(
      "A product.", ProductReader.keys,
      [
        "id": text("As the order feed names it.", "X200"), "name": text("Any text.", "Compressor X200"),
        "summary": text("One sentence for customers.", "Screw compressor, 22 kW"),
        "mass": text("Of a piece: g, kg or t.", "12.4 kg"),
        "declared-unit": words(
          "What its footprint is declared for.", Product.DeclaredUnit.allCases.map(\.rawValue)),
        "gtin": text("GTIN, in quotes.", "04012345678901"),
        "identifiers": list("URNs.", of: text("A URN.", "urn:company:example:product:X200")),
        "fossil-carbon": text("Fossil carbon in a piece: g, kg or t; 0 kg for metal.", "0 kg"),
        "exempted": group(
          "What the footprint leaves out on purpose.", ProductReader.exemptedKeys,
          [
            "percent": number("Estimated share of the footprint.", "1.5"),
            "reason": text("What, and by which rule.", "screws, below the cut-off"),
          ], required: ["percent", "reason"]),
        "price": any(
          "What a good piece is worth, in the tariff's currency: for energy by output value. It stands in no record.",
          [
            text("Money.", "412.50 CNY"),
            list(
              "By day.",
              of: group(
                "From a day on.", ProductPriceReader.keys,
                [
                  "from": text("The first local day; the first price may leave it out.", "2026-07-01"),
                  "amount": text("Money for a good piece.", "398 CNY"),
                ], required: ["amount"])),
          ]),
        "materials": list(
          "What a piece is made of.",
          of: group(
            "A bought material.", ProductReader.materialKeys,
            [
              "name": text("Any text.", "steel sheet"), "amount": text("For one piece.", "13.1 kg"),
              "footprint": number("kgCO2e by the amount's unit, from the supplier.", "2.1"),
              "supplier-product": text(
                "URN under which imported footprints of the supplier name it; instead of the four keys around.",
                "urn:company:example:mill:casting"),
              "source": text("The supplier's document.", "EPD S-P-01234"),
              "primary": flag("Measured by the supplier, not from a table."),
              "rating": list(
                "Technology, geography, time: 1 very good … 5 very poor.", of: integer("A rating.", 1...5)),
            ], required: ["name", "amount"])),
      ], required: ["id"]))

  static let footprint = group(
    "Who declares the footprints of products, and whose footprints are believed.", FootprintReader.keys,
    [
      "company": text("Name of the company.", "Chongqing Compressor Works"),
      "company-ids": list("Its URNs.", of: text("A URN.", "urn:company:example:cq-works")),
      "standards": list("Standards that its footprints follow.", of: text("A standard.", "ISO14067")),
      "valid-years": integer("Years after its data in which a footprint is valid.", 1...50),
      "trusted-issuers": list(
        "Suppliers whose signed footprints are taken.",
        of: group(
          "A supplier.", FootprintReader.issuerKeys,
          [
            "name": text("Any text.", "Mill"),
            "key": text(
              "Ed25519 public key, 64 hexadecimal digits or x of its JSON Web Key.",
              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
          ], required: ["name", "key"])),
      "data-quality": group(
        "Ratings of data, 1 very good … 5 very poor.", FootprintRatings.keys,
        Dictionary(
          uniqueKeysWithValues: FootprintRatings.fields.map { ($0.key, integer("A rating.", 1...5)) }
            + [("years", list("Ages up to which the rating is 1, 2, 3 and 4.", of: integer("Years.", 0...200)))])),
    ])
}
