import Telemetry

extension ConfigurationSchema {
  static let inspection = group(
    "Charts and tests of inspection stations.", InspectionReader.keys,
    [
      "accuracy": group(
        "When reviews prove that a station's verdicts are right too seldom.", InspectionReader.accuracyKeys,
        [
          "limit": text("Recognition accuracy that it must have.", "95 %"),
          "significance": text("Probability of a false alarm in a series, at the limit.", "5 %"),
          "reviews": integer("Reviews of a series.", 20...20_000),
        ]),
      "charts": group(
        "Charts of the rates of rejects and defects.", InspectionReader.chartKeys,
        [
          "change": text("The change of a rate that is found fastest.", "50 %"),
          "run-length": integer("Windows with results between two false alarms of a chart.", 50...10_000_000),
          "windows": integer("Windows of a baseline at least.", 5...10_000),
          "defects": integer("Defective pieces of a baseline at least.", 5...10_000),
          "classes": integer("Defect codes of a station with charts of their own.", 0...1000),
          "rules": words("The set of run rules.", InspectionSettings.RuleSet.allCases.map(\.rawValue)),
          "tests": list("Numbers of the set's tests.", of: integer("A test.", 1...8)),
        ]),
      "capability": number("Cpk that a measured value must have; none: not judged.", "1.33"),
      "interception": any(
        "Rejected units that appear at another station without a release.",
        [
          words("Not watched.", ["off"]),
          group(
            "How they are watched.", InspectionReader.interceptionKeys,
            ["held": duration("A rejected unit is forgotten after so long.", "30 d")]),
        ]),
      "review": group(
        "Which parts people should look at again (weir inspection queue).", InspectionReader.reviewKeys,
        [
          "confidence": text("A verdict with less confidence is doubtful.", "80 %"),
          "sample": text("Of the other parts, by chance.", "1 %"),
        ]),
      "units": any(
        "Files of units with serial numbers (weir unit); none: no files.",
        [
          words("With the defaults, or none.", ["on", "off"]),
          group(
            "How they are kept.", InspectionReader.unitKeys,
            [
              "size": size("1 GB"),
              "quiet": duration("A unit of which nothing was heard for so long is told as it stands.", "60 min"),
              "routes": list(
                "Stations that units of some products pass; the others pass all of their line.",
                of: group(
                  "The first route that has the unit's product (attribute `product` of its results) counts.",
                  InspectionReader.routeKeys,
                  [
                    "line": text("A line of `lines:`.", "engines"),
                    "products": list("Products, or patterns.", of: text("A product.", "K19-*")),
                    "stations": list("Ids of stations, or patterns.", of: text("A station.", "glue")),
                  ], required: ["line", "products", "stations"])),
            ]),
        ]),
      "lots": any(
        "Lots that are accepted or refused by samples (weir inspection lots); none: no lots.",
        [
          words("None.", ["none", "off"]),
          group(
            "How they are judged.", InspectionReader.lotKeys,
            [
              "table": any(
                "Plans of a standard.",
                [
                  text("A table of Config/sampling, or the path of one.", "iso2859-1"),
                  group("The table itself.", SamplingTableFile.keys, [:]),
                ]),
              "plans": list("What is inspected, and how strictly.", of: lotPlan),
            ], required: ["plans"]),
        ]),
    ])

  private static let lotPlan = group(
    "One characteristic; its switching state is kept by supplier or product.", InspectionReader.lotPlanKeys,
    [
      "name": text("Its name in records and findings.", "shells"),
      "stations": list("Stations whose results are the sample: ids or patterns.", of: text("A station.", "shell-*")),
      "products": list("Products or patterns; none: all.", of: text("A product.", "K19-*")),
      "defects": list(
        "Codes or patterns that make a piece nonconforming; none: each rejection does.", of: text("A code.", "crack")),
      "aql": number("Acceptance quality limit, a column of the table.", "0.65"),
      "level": words("Inspection level.", SamplingTable.Level.allCases.map(\.rawValue)),
      "lot": words("The attribute that names the lot.", LotPlan.Source.allCases.map(\.rawValue)),
      "size": integer("Pieces of a lot whose results have no lot-size.", 2...1_000_000_000),
      "switching": words("Of what the lots before count for the next one.", LotPlan.Series.allCases.map(\.rawValue)),
      "reduced": flag("Whether reduced inspection is allowed, where the table has plans for it."),
    ], required: ["name", "stations", "aql"])
}
