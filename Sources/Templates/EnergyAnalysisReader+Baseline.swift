import Factors
import Telemetry

/// From when baselines are learnt, and which weather they know.
extension EnergyAnalysisReader {
  static let baselinePeriodKeys = ["from", "to", "days", "temperature", "heating-below", "cooling-above"]

  static func period(_ baseline: Section, _ settings: inout EnergyAnalysis) {
    settings.baselineFrom = baseline.read("from", .date)
    settings.baselineTo = baseline.read("to", .date)
    settings.baselineDays = baseline.read("days", .integer(7...1000), default: settings.baselineDays)
    if (settings.baselineFrom == nil) != (settings.baselineTo == nil) {
      let given = settings.baselineFrom == nil ? "to" : "from"
      baseline.report(
        baseline.position(of: given), "the period of the baseline has no \(given == "to" ? "beginning" : "end")",
        remedy: "Write both `from` and `to` (the day after the last one), or `days: 28` for the first four weeks.")
    }
    if let from = settings.baselineFrom, let to = settings.baselineTo, !(from < to) {
      baseline.report(
        baseline.position(of: "to"), "the period of the baseline ends before it begins",
        remedy: "`to` is the day after the last one: choose one after \(from).")
    }
    settings.temperature = baseline.read(
      "temperature",
      Scalar("an asset and its signal", example: "weather/temperature") { text in
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        return EnergyAnalysis.TemperatureSource(asset: String(parts[0]), signal: String(parts[1]))
      })
    settings.heatingBelow = degrees(baseline, "heating-below")
    settings.coolingAbove = degrees(baseline, "cooling-above")
    for key in ["heating-below", "cooling-above"] where baseline.has(key) && !baseline.has("temperature") {
      baseline.report(
        baseline.position(of: key), "degree days need a temperature",
        remedy: "Add `temperature: <asset>/<signal>`, an outdoor sensor of the site.")
    }
  }

  private static func degrees(_ section: Section, _ key: String) -> ScaledInteger? {
    section.read(
      key,
      Scalar<ScaledInteger>("a temperature from -50 °C to 60 °C", example: "15 °C") { text in
        guard let (number, unit) = QuantityText.split(text), unit == "°C", number >= ScaledInteger(-50),
          number <= ScaledInteger(60)
        else { return nil }
        return number.withoutTrailingZeros
      })
  }

  /// Whether the temperature is one that the site measures.
  static func check(_ top: Section, _ settings: EnergyAnalysis, assets: [Asset]) {
    guard let source = settings.temperature, let energy = top.section("energy", "energy", keys: []),
      let baseline = energy.section("baseline", "baseline", keys: [])
    else { return }
    let position = baseline["temperature"]?.position
    guard let asset = assets.first(where: { $0.id == source.asset }) else {
      baseline.report(
        position, "there is no asset \"\(source.asset)\" that could tell the temperature",
        remedy: NearestWord.of(source.asset, in: assets.map(\.id)).map { "Did you mean \"\($0)\"?" }
          ?? "Add the sensor to `assets:`, for example with the template ambient-sensor.")
      return
    }
    let gauges = asset.signals.filter { $0.kind == .gauge && $0.unit == "°C" }.map(\.name)
    guard !gauges.contains(source.signal) else { return }
    baseline.report(
      position, "\(asset.id) has no gauge \"\(source.signal)\" in °C",
      remedy: NearestWord.of(source.signal, in: gauges).map { "Did you mean \"\($0)\"?" }
        ?? (gauges.isEmpty ? "Choose an asset with a temperature." : "It has \(gauges.joined(separator: ", "))."))
  }
}

extension EnergyAnalysis {
  var hasPeriod: Bool {
    baselineFrom != nil || baselineTo != nil || baselineDays != Self.standard.baselineDays || temperature != nil
      || heatingBelow != nil || coolingAbove != nil
  }

  func writePeriod(to writer: inout CanonicalWriter) {
    writer.field("from", baselineFrom?.description)
    writer.field("to", baselineTo?.description)
    if baselineDays != Self.standard.baselineDays { writer.field("days", baselineDays) }
    writer.field("temperature", temperature.map { "\($0.asset)/\($0.signal)" })
    writer.field("heating-below", heatingBelow.map { "\($0) °C" })
    writer.field("cooling-above", coolingAbove.map { "\($0) °C" })
  }
}
