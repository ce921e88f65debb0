import Telemetry

/// Reads thresholds of data quality: of the site, of a template's signal, of an asset's signal.
struct QualityReader {
  static let signalKeys = thresholdKeys + ["off", "maximum-rate", "siblings", "sibling-tolerance"]
  static let thresholdKeys = QualityKey.allCases.map(\.rawValue)

  // MARK: Site

  static func settings(_ top: Section) -> QualitySettings {
    var settings = QualitySettings.standard
    guard top.has("quality") else { return settings }
    if top.isOff("quality") {
      settings.off = Set(QualityReason.allCases)
      return settings
    }
    guard let section = top.section("quality", "quality", keys: thresholdKeys + ["off"]) else { return settings }
    for (key, value) in thresholds(section) { settings.set(key, value) }
    settings.off = off(section) ?? settings.off
    return settings
  }

  // MARK: Signal

  /// What the key `quality` of a signal says, on top of what was said before (by its template).
  static func change(_ parent: Section, _ signal: inout Signal) {
    guard parent.has("quality") else { return }
    if parent.isOff("quality") {
      signal.quality.off = Set(QualityReason.allCases)
      return
    }
    guard let section = parent.section("quality", "quality of \(parent.name)", keys: signalKeys) else { return }
    for (key, value) in thresholds(section) { signal.quality.changed[key] = value }
    if let off = off(section) { signal.quality.off = off }
    if section.isOff("maximum-rate") {
      signal.quality.maximumRate = nil
    } else if let rate = section.read("maximum-rate", rate) {
      signal.quality.maximumRate = rate
    }
    if section.isOff("siblings") {
      signal.quality.siblings = []
      signal.quality.siblingTolerance = nil
    } else if let siblings = section.list("siblings", .text) {
      signal.quality.siblings = siblings.map(\.value)
    }
    if let tolerance = section.read("sibling-tolerance", positive) {
      signal.quality.siblingTolerance = tolerance.withoutTrailingZeros
    }
    if signal.kind != .gauge {
      for key in ["maximum-rate", "siblings", "sibling-tolerance"] where section.has(key) {
        section.report(
          section.position(of: key), "\"\(key)\" does not fit \(parent.name): only gauges have it",
          remedy: "Remove this line.")
      }
    } else if !signal.quality.siblings.isEmpty, signal.quality.siblingTolerance == nil {
      section.report(
        section.position(of: "siblings"), "\(parent.name) has siblings, but nothing says how far they may differ",
        remedy: "Add `sibling-tolerance: 2`, in \(signal.unit.isEmpty ? "its unit" : signal.unit).")
    }
  }

  /// Siblings are other gauges of the same asset in the same unit.
  static func checkSiblings(_ signals: [Signal], _ list: Section) {
    for signal in signals {
      for name in signal.quality.siblings {
        let position = list.position(of: signal.name)
        guard let sibling = signals.first(where: { $0.name == name && $0.kind == .gauge && name != signal.name }) else {
          let gauges = signals.filter { $0.kind == .gauge && $0.name != signal.name }.map(\.name)
          list.report(
            position, "\"\(name)\" cannot be a sibling of \"\(signal.name)\": it is no other gauge of the asset",
            remedy: gauges.isEmpty
              ? "Write `siblings: none`." : NearestWord.remedy(name, in: gauges, noun: "gauge of the asset"))
          continue
        }
        if sibling.unit != signal.unit {
          list.report(
            position,
            "\"\(name)\" is in \(sibling.unit) and cannot be a sibling of \"\(signal.name)\" in \(signal.unit)",
            remedy: "Siblings measure the same in the same unit: choose another one.")
        }
      }
    }
  }

  // MARK: Values

  private static func thresholds(_ section: Section) -> [(QualityKey, QualityValue)] {
    QualityKey.allCases.compactMap { key in value(key, section).map { (key, $0) } }
  }

  private static func value(_ key: QualityKey, _ section: Section) -> QualityValue? {
    switch key.kind {
    case .count(let range):
      return section.read(key.rawValue, .integer(range)).map { .number(ScaledInteger(Int64($0))) }
    case .time(let range):
      return section.read(key.rawValue, .duration(range)).map { .time($0) }
    case .factor(let from, let to):
      let scalar = Scalar<ScaledInteger>.decimal("a number from \(from) to \(to)", example: key.standard.text) {
        $0 >= from && $0 <= to
      }
      return section.read(key.rawValue, scalar).map { .number($0.withoutTrailingZeros) }
    }
  }

  private static func off(_ section: Section) -> Set<QualityReason>? {
    guard section.has("off") else { return nil }
    if section.isOff("off") { return [] }
    let words = QualityReason.allCases.map(\.word)
    let scalar = Scalar<QualityReason>(
      "a reason to doubt data", example: "stuck-value",
      remedy: { NearestWord.remedy($0, in: words, noun: "reason") }, parse: { QualityReason(word: $0) })
    return section.list("off", scalar).map { Set($0.map(\.value)) }
  }

  private static let positive = Scalar<ScaledInteger>.decimal("a number greater than 0", example: "2") {
    $0.mantissa > 0
  }

  private static let rate = Scalar<RateLimit>("a rate of change", example: "5 per min") { text in
    let parts = text.replacing("/", with: " per ").split(separator: " ").map(String.init)
    guard parts.count == 3, parts[1] == "per", let amount = ScaledInteger(parts[0]), amount.mantissa > 0,
      let per = RateLimit.Per(rawValue: parts[2])
    else { return nil }
    return RateLimit(amount: amount.withoutTrailingZeros, per: per)
  }

  // MARK: Clock

  /// `clock: trust-device`, `clock: receive-time`, `clock: { ahead: 1 h }`, `clock: { behind: 90 s }`.
  static func clock(_ section: Section) -> ClockPolicy {
    guard let node = section["clock"] else { return .trustDevice }
    if node.entries == nil {
      let scalar = Scalar<ClockPolicy>(
        "trust-device, receive-time, or a group with `ahead` or `behind`", example: "receive-time",
        remedy: { word in
          word == "correct-skew"
            ? "Say by how much the device's clock is wrong: `clock: { ahead: 1 h }` or `clock: { behind: 90 s }`."
            : NearestWord.remedy(word, in: ["trust-device", "receive-time"], noun: "clock policy")
        },
        parse: { ["trust-device": .trustDevice, "receive-time": .receiveTime][$0] })
      return section.value(node, "\"clock\" in \(section.name)", scalar) ?? .trustDevice
    }
    guard let inner = section.section(node, "clock of \(section.name)", keys: ["ahead", "behind"]) else {
      return .trustDevice
    }
    let span = Scalar<Span64>.duration(.milliseconds(1)...(.days(36_500)))
    let ahead = inner.read("ahead", span)
    let behind = inner.read("behind", span)
    if ahead != nil, behind != nil {
      inner.report(inner.position(of: "behind"), "a clock cannot be ahead and behind", remedy: "Keep one of the two.")
    }
    if let ahead { return .correctSkew(ahead: ahead) }
    if let behind { return .correctSkew(ahead: Span64(nanoseconds: -behind.nanoseconds)) }
    if !inner.has("ahead"), !inner.has("behind") {
      inner.missing("ahead", remedy: "Add `ahead: 1 h`, or `behind: 90 s`.")
    }
    return .trustDevice
  }
}
