import Telemetry

extension QualitySettings {
  func write(to writer: inout CanonicalWriter) {
    writer.object("quality") { writer in
      for key in QualityKey.allCases { writer.field(key.rawValue, (values[key] ?? key.standard).text) }
      writer.list("off", off.sorted().map(\.word))
    }
  }
}

extension SignalQuality {
  /// What is different from the template's.
  func writeChange(from standard: SignalQuality = .none, to writer: inout CanonicalWriter) {
    guard self != standard else { return }
    writer.object("quality") { writer in
      for key in QualityKey.allCases {
        if let value = changed[key], value != standard.changed[key] { writer.field(key.rawValue, value.text) }
      }
      if let off, off != standard.off { writer.list("off", off.sorted().map(\.word)) }
      if maximumRate != standard.maximumRate { writer.field("maximum-rate", maximumRate?.description ?? "none") }
      if siblings != standard.siblings {
        if siblings.isEmpty { writer.field("siblings", "none") } else { writer.list("siblings", siblings) }
      }
      if let siblingTolerance, siblingTolerance != standard.siblingTolerance {
        writer.field("sibling-tolerance", siblingTolerance.description)
      }
    }
  }
}

extension ClockPolicy {
  func write(to writer: inout CanonicalWriter) {
    switch self {
    case .trustDevice: break
    case .receiveTime: writer.field("clock", "receive-time")
    case .correctSkew(let ahead):
      writer.object("clock") { writer in
        if ahead < .zero {
          writer.field("behind", QuantityText.text(Span64(nanoseconds: -ahead.nanoseconds)))
        } else {
          writer.field("ahead", QuantityText.text(ahead))
        }
      }
    }
  }
}
