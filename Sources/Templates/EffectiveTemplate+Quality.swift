import Telemetry

extension EffectiveTemplate {
  /// The thresholds of a signal, each with its origin: an asset may change one of those that its template names.
  mutating func add(quality signal: Signal) {
    let quality = signal.quality
    guard quality != .none else { return }
    func from(_ key: String) -> String? { origin(signal: signal.name, ["quality", key]) }
    let isOff = quality.off == Set(QualityReason.allCases)
    if isOff, quality.changed.isEmpty, quality.maximumRate == nil, quality.siblings.isEmpty {
      add(2, "quality", "off", origin(signal: signal.name, ["quality"]))
      return
    }
    open(2, "quality")
    for key in QualityKey.allCases {
      if let value = quality.changed[key] { add(3, key.rawValue, value.text, from(key.rawValue)) }
    }
    if let off = quality.off {
      add(3, "off", list: off.sorted().map(\.word), from("off") ?? origin(signal: signal.name, ["quality"]))
    }
    if let rate = quality.maximumRate { add(3, "maximum-rate", rate.description, from("maximum-rate")) }
    if !quality.siblings.isEmpty { add(3, "siblings", list: quality.siblings, from("siblings")) }
    if let tolerance = quality.siblingTolerance {
      add(3, "sibling-tolerance", tolerance.description, from("sibling-tolerance"))
    }
  }
}
