import Telemetry

extension AssetReader {
  /// Frequencies of the lines that are named by the bearing: its geometry, and the speed on the plate.
  func findBearingLines(_ mapping: inout TopicMapping, _ asset: Asset, _ section: Section) {
    for place in mapping.fields.indices {
      guard let line = mapping.fields[place].waveform?.bearingLine else { continue }
      let signal = asset.signals[mapping.fields[place].signal].name
      let position = section.has("nameplate") ? section["nameplate"]?.position : section.position
      guard let name = asset.nameplate.bearing, let speed = asset.nameplate.speed else {
        section.report(
          position,
          "\"\(signal)\" of \(section.name) looks for the line \(line.rawValue), which follows from bearing and speed",
          remedy: "Add `nameplate: { bearing: \"6205\", speed: 1480 rpm }`, or write the frequency: `line: 88.4 Hz`.")
        return
      }
      let known = condition()?.bearings ?? []
      guard let bearing = known.first(where: { $0.name == name }) else {
        section.report(
          position, "the bearing \"\(name)\" of \(section.name) is not in the table of limits",
          remedy: NearestWord.remedy(name, in: known.map(\.name), noun: "bearing")
            + " A table of your own under `condition:` may have it with balls and diameters.")
        return
      }
      let turns = speed.doubleValue / 60
      mapping.fields[place].waveform?.line = ScaledInteger(
        rounding: BearingGeometry(bearing).multiple(of: line) * turns, places: 3)
    }
  }
}
