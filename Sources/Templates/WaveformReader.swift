import Telemetry

/// Reads `waveform:` of a gauge. At an asset it changes only the keys that it names.
struct WaveformReader {
  static let keys = [
    "encoding", "sample-rate", "scale", "unit", "feature", "band", "line", "tolerance", "remove-mean",
  ]

  private typealias Feature = WaveformMapping.Feature

  private static let frequency = Scalar<ScaledInteger>(
    "a frequency with its unit, greater than 0", example: "25.6 kHz",
    remedy: { _ in "Write a number and a unit (Hz, kHz), for example `10 Hz`." }
  ) { text in
    guard let (number, word) = QuantityText.split(text), number.mantissa > 0, number.exponent >= -6,
      let unit = try? UnitCatalogue.unit(word), let hertz = try? UnitCatalogue.unit("Hz"),
      let conversion = try? UnitConversion(from: unit, to: hertz),
      let value = conversion.apply(number, resolution: number.exponent), value.doubleValue <= 10_000_000
    else { return nil }
    return value.withoutTrailingZeros
  }

  private enum Line {
    case frequency(ScaledInteger)
    case bearing(BearingLine)
  }
  private static let line = Scalar<Line>(
    "a frequency with its unit, or a line of the bearing", example: "107.4 Hz",
    remedy: { _ in
      "Write for example `107.4 Hz`, or one of \(BearingLine.allCases.map(\.rawValue).joined(separator: ", ")), which follow "
        + "from the bearing and the speed on the plate."
    }
  ) { text in BearingLine(rawValue: text).map(Line.bearing) ?? frequency.parse(text).map(Line.frequency) }

  private static let scale = Scalar<ScaledInteger>.decimal(
    "a number other than 0, the unit's value of a 1 in the payload", example: "0.000598"
  ) { $0.mantissa != 0 && (-18...6).contains($0.exponent) }

  private static let tolerance = Scalar<ScaledInteger>(
    "a share from 0.1 % to 10 %", example: "2 %"
  ) { text in
    guard let (number, unit) = QuantityText.split(text), unit == "%", number.exponent >= -3 else { return nil }
    let share = ScaledInteger(number.mantissa, exponent: number.exponent - 2)
    return (0.001...0.1).contains(share.doubleValue) ? share.withoutTrailingZeros : nil
  }

  /// Sets the waveform and the unit conversion of a gauge's field; what is wrong is reported.
  static func read(_ parent: Section, signal: Signal, into field: inout FieldMapping) {
    guard parent.has("waveform") else { return }
    guard signal.kind == .gauge else {
      parent.report(
        parent.position(of: "waveform"), "only a gauge can be a feature of a waveform", remedy: "Remove this line.")
      return
    }
    guard let section = parent.section("waveform", "waveform of \(parent.name)", keys: keys),
      let mapping = mapping(section, base: field.waveform)
    else { return }
    guard let from = try? UnitCatalogue.unit(mapping.featureUnit), let to = try? UnitCatalogue.unit(signal.unit),
      let conversion = try? UnitConversion(from: from, to: to)
    else {
      section.report(
        section.position(of: "feature"),
        "the feature \(mapping.feature.rawValue) is in \(mapping.featureUnit), but \"\(signal.name)\" is in "
          + signal.unit,
        remedy: "Give the signal `unit: \(mapping.featureUnit)`, or choose another feature.")
      return
    }
    field.waveform = mapping
    field.conversion = conversion
    field.payloadUnit = from.symbol
  }

  private static func mapping(_ section: Section, base: WaveformMapping?) -> WaveformMapping? {
    var result =
      base
      ?? WaveformMapping(encoding: .numbers, sampleRate: .fixed(ScaledInteger(1)), unit: "g", feature: .rms)
    let words: (encoding: Scalar<WaveformMapping.Encoding>, feature: Scalar<Feature>) = (
      .word(WaveformMapping.Encoding.allCases, noun: "waveform encoding"),
      .word(Feature.allCases, noun: "waveform feature")
    )
    if let encoding = required("encoding", words.encoding, section, base) { result.encoding = encoding }
    if let feature = required("feature", words.feature, section, base) { result.feature = feature }
    if section.has("unit") {
      guard let unit = unit(section) else { return nil }
      result.unit = unit
    } else if base == nil {
      section.missing("unit", remedy: "Add what the scaled numbers are: `unit: g`, `unit: m/s²`, `unit: mm/s`.")
      return nil
    }
    if let value = section.read("scale", scale) { result.scale = value.withoutTrailingZeros }
    if let value = section.read("tolerance", tolerance) { result.tolerance = value }
    if let value = section.read("remove-mean", .boolean) { result.removesMean = value }
    readSampleRate(section, base, &result)
    readBand(section, &result)
    if section.isOff("line") {
      (result.line, result.bearingLine) = (nil, nil)
    } else {
      switch section.read("line", line) {
      case .frequency(let value): (result.line, result.bearingLine) = (value, nil)
      case .bearing(let line): (result.line, result.bearingLine) = (nil, line)
      case nil: break
      }
    }
    check(section, result)
    return result
  }

  private static func required<T>(
    _ key: String, _ scalar: Scalar<T>, _ section: Section, _ base: WaveformMapping?
  ) -> T? {
    base == nil ? section.require(key, scalar) : section.read(key, scalar)
  }

  private static func readSampleRate(_ section: Section, _ base: WaveformMapping?, _ result: inout WaveformMapping) {
    guard let node = section["sample-rate"] else {
      if base == nil {
        section.missing("sample-rate", remedy: "Add `sample-rate: 25.6 kHz`, or `sample-rate: { path: fs }` in Hz.")
      }
      return
    }
    if node.entries != nil {
      let inner = section.section("sample-rate", "sample-rate of \(section.name)", keys: ["path"])
      if let path = inner?.require("path", .path) { result.sampleRate = .field(path) }
    } else if let rate = section.read("sample-rate", frequency) {
      result.sampleRate = .fixed(rate)
    }
  }

  private static func readBand(_ section: Section, _ result: inout WaveformMapping) {
    guard let node = section["band"] else { return }
    if section.isOff("band") {
      (result.lowest, result.highest) = (nil, nil)
      return
    }
    guard let items = node.items, items.count == 2,
      let low = section.value(items[0], "the lower end of \"band\"", frequency),
      let high = section.value(items[1], "the upper end of \"band\"", frequency), low < high
    else {
      section.report(
        node.position, "\"band\" in \(section.name) must be two frequencies, the lower one first",
        remedy: "Write for example `band: [10 Hz, 1 kHz]`.")
      return
    }
    (result.lowest, result.highest) = (low, high)
  }

  private static func check(_ section: Section, _ mapping: WaveformMapping) {
    let feature = mapping.feature
    let needsBand = feature == .rmsVelocity || feature == .envelopeLine
    if needsBand, mapping.lowest == nil, !section.has("band") {
      section.missing("band", remedy: "Add the frequencies that count: `band: [10 Hz, 1 kHz]`.")
    }
    if !needsBand, feature != .rms, mapping.lowest != nil {
      section.report(
        section.position(of: "band"), "the feature \(feature.rawValue) has no band",
        remedy: "Remove it, or choose rms, rms-velocity or envelope-line.")
    }
    let hasLine = mapping.line != nil || mapping.bearingLine != nil
    if feature == .envelopeLine, !hasLine, !section.has("line") {
      section.missing(
        "line", remedy: "Add the frequency of the line: `line: 107.4 Hz`, or `line: bpfo` of the bearing.")
    }
    if feature != .envelopeLine, hasLine {
      section.report(
        section.position(of: "line"), "only the feature envelope-line has a line", remedy: "Remove it.")
    }
    if case .fixed(let rate) = mapping.sampleRate, let high = mapping.highest,
      section.has("sample-rate") || section.has("band"), high.doubleValue > rate.doubleValue / 2
    {
      section.report(
        section.position(of: "band"), "the band ends above half the sample rate, where nothing can be seen",
        remedy: "End it at \(rate.doubleValue / 2) Hz or below.")
    }
  }

  private static func unit(_ section: Section) -> String? {
    let text = section["unit"]?.text ?? ""
    if let unit = try? UnitCatalogue.unit(text), unit.dimension == .acceleration || unit.dimension == .velocity {
      return unit.symbol
    }
    let known = UnitCatalogue.symbols(of: .acceleration) + UnitCatalogue.symbols(of: .velocity)
    section.report(
      section["unit"]?.position, "a waveform is an acceleration or a velocity, found \"\(text)\"",
      remedy: "Use one of \(known.joined(separator: ", ")).")
    return nil
  }
}

extension Dimension {
  public static let velocity = Dimension((.length, 1), (.time, -1))
  public static let acceleration = Dimension((.length, 1), (.time, -2))
}

extension WaveformMapping {
  func write(to writer: inout CanonicalWriter) {
    writer.object("waveform") { writer in
      writer.field("encoding", encoding.rawValue)
      switch sampleRate {
      case .fixed(let rate): writer.field("sample-rate", "\(rate) Hz")
      case .field(let path): writer.object("sample-rate") { $0.path("path", path) }
      }
      writer.field("scale", scale.description)
      writer.field("unit", unit)
      writer.field("feature", feature.rawValue)
      if let lowest, let highest {
        writer.list("band", ["\(lowest) Hz", "\(highest) Hz"])
      } else {
        writer.field("band", "none")
      }
      writer.field("line", bearingLine?.rawValue ?? line.map { "\($0) Hz" } ?? "none")
      writer.field("tolerance", "\(ScaledInteger(tolerance.mantissa, exponent: tolerance.exponent + 2)) %")
      writer.field("remove-mean", removesMean)
    }
  }
}
