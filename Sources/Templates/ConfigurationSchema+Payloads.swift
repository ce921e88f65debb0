import Telemetry

/// Payload formats and waveforms.
extension ConfigurationSchema {
  static let payload = any(
    "How the bytes of a message are read; Devices/README.md explains the formats.",
    [
      words("A format without settings.", PayloadReader.FormatWord.allCases.map(\.rawValue)),
      group(
        "A format with settings.", PayloadReader.keys,
        [
          "format": words("json, text, csv, senml or name-value.", PayloadReader.FormatWord.allCases.map(\.rawValue)),
          "decimal": words("Decimal mark of numbers in texts.", ["point", "comma"]),
          "each": text("json, name-value: the list of readings; $ is the payload itself.", "readings"),
          "separator": text("csv: one character, or tab.", ";"),
          "header": flag("csv: the first line names the columns."), "name": path, "readings": path, "value": path,
          "unit": path,
          "quality": group(
            "name-value: what the device says about a reading.", ["path", "good", "uncertain"],
            ["path": path, "good": oneOrMore("Words for good."), "uncertain": oneOrMore("Words for uncertain.")],
            required: ["path", "good"]),
        ], required: ["format"]),
    ])

  private static func oneOrMore(_ description: String) -> JSONValue {
    any(description, [anyText, list("Several.", of: anyText)])
  }

  static let waveform = group(
    "Gauges: the field is a waveform, the value a feature of it.", WaveformReader.keys,
    [
      "encoding": words("How the points are written.", WaveformMapping.Encoding.allCases.map(\.rawValue)),
      "sample-rate": any(
        "Fixed, or a field in Hz.",
        [text("Fixed.", "25.6 kHz"), group("A field.", ["path"], ["path": path], required: ["path"])]),
      "scale": number("The payload's numbers times this are in the unit.", "0.000598"),
      "unit": text("Of an acceleration or a velocity.", "g"),
      "feature": words("What is computed.", WaveformMapping.Feature.allCases.map(\.rawValue)),
      "band": any("Lowest and highest frequency.", [words("None.", ["none", "off"]), list("Two.", of: anyText)]),
      "line": text("Envelope lines: the frequency, or bpfo, bpfi, bsf or ftf of the bearing on the plate.", "107.4 Hz"),
      "tolerance": text("Envelope lines: how far beside it the peak may stand.", "2 %"),
      "remove-mean": flag("The mean is taken off first."),
    ])
}
