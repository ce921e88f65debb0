import Telemetry

extension EquipmentTemplate {
  func write(to writer: inout CanonicalWriter) {
    if payload != .json { payload.write(to: &writer) }
    if timestamp != nil { timestamp.write(to: &writer) }
    if let messageID { writer.path("message-id", messageID) }
    writer.field("fault-model", faultModel)
    ServiceInterval.write(services, isOfOne: true, to: &writer)
    writer.object("signals", lineBreak: true) { writer in
      for (index, signal) in signals.enumerated() {
        writer.newLine()
        let fields = fields.filter { $0.signal == index }
        writer.object(signal.name) { signal.write(fields, to: &$0) }
      }
    }
  }
}

extension TimestampMapping? {
  func write(to writer: inout CanonicalWriter) {
    guard let self else {
      writer.field("timestamp", "none")
      return
    }
    writer.object("timestamp") { writer in
      writer.path("path", self.path)
      writer.field("format", self.format.rawValue)
      if let nanoseconds = self.nanoseconds { writer.path("nanoseconds", nanoseconds) }
    }
  }
}

extension CanonicalWriter {
  mutating func path(_ key: String, _ path: FieldPath) { field(key, path.description) }

  mutating func range(_ minimum: Double?, _ maximum: Double?) {
    list("range", [minimum, maximum].map { $0.map { "\($0)" } ?? "none" })
  }

  mutating func resolution(_ exponent: Int8) { field("resolution", ScaledInteger(1, exponent: exponent).description) }

  /// Every word but the name itself, which always means itself.
  mutating func words<T: Equatable>(_ key: String, _ words: [String: T], names: [(String, T)]) {
    object(key) { writer in
      for (name, value) in names {
        writer.list(name, words.filter { $0.value == value && $0.key != name }.keys.sorted())
      }
    }
  }
}

extension Signal {
  fileprivate func write(_ fields: [FieldMapping], to writer: inout CanonicalWriter) {
    switch kind {
    case .gauge: writer.field("kind", "gauge")
    case .register(let quantity):
      writer.field("kind", "register")
      writer.field("counts", quantity.rawValue)
    case .delta(let quantity):
      writer.field("kind", "delta")
      writer.field("counts", quantity.rawValue)
    case .state(let names):
      writer.field("kind", "state")
      writeStates(names, to: &writer)
    case .event: writer.field("kind", "event")
    }
    writer.field("expected-interval", QuantityText.text(expectedInterval))
    if kind == .event {
      FieldMapping.writeAttributes(fields, to: &writer)
      return
    }
    if !unit.isEmpty { writer.field("unit", unit) }
    if kind.quantity != nil {
      writer.resolution(resolution)
      writer.field("modulus", modulus?.description)
      writer.field("maximum-rate", maximumRateText)
    }
    if minimum != nil || maximum != nil { writer.range(minimum, maximum) }
    quality.writeChange(to: &writer)
    writer.field("role", role)
    if alarm != .none { writer.list("alarm", alarm.text) }
    guard let field = fields.first else { return }
    writer.path("path", field.path)
    if let waveform = field.waveform {
      waveform.write(to: &writer)
    } else if !unit.isEmpty {
      writer.field("payload-unit", field.payloadUnit)
    }
    writer.field("required", field.required)
  }

  /// What an asset has changed.
  func writeChange(from standard: Signal, to writer: inout CanonicalWriter) {
    if expectedInterval != standard.expectedInterval {
      writer.field("expected-interval", QuantityText.text(expectedInterval))
    }
    if (minimum, maximum) != (standard.minimum, standard.maximum) { writer.range(minimum, maximum) }
    if resolution != standard.resolution { writer.resolution(resolution) }
    if modulus != standard.modulus || (modulus != nil && resolution != standard.resolution) {
      writer.field("modulus", modulus?.description ?? "none")
    }
    if maximumRate != standard.maximumRate { writer.field("maximum-rate", maximumRateText ?? "none") }
    quality.writeChange(from: standard.quality, to: &writer)
    if role != standard.role { writer.field("role", role) }
    if alarm == .none, standard.alarm != .none {
      writer.field("alarm", "none")
    } else if alarm != standard.alarm {
      writer.list("alarm", alarm.text)
    }
    if stateWords != standard.stateWords, case .state(let names) = kind { writeStates(names, to: &writer) }
  }

  private var maximumRateText: String? { maximumRate.map { "\($0) \(unit)/h" } }

  private func writeStates(_ names: [String], to writer: inout CanonicalWriter) {
    writer.words("states", stateWords, names: names.enumerated().map { ($0.element, $0.offset) })
  }
}

extension FieldMapping {
  func moved(to signal: Int) -> FieldMapping {
    var field = self
    field.signal = signal
    return field
  }

  fileprivate static func writeAttributes(_ fields: [FieldMapping], to writer: inout CanonicalWriter) {
    writer.object("attributes") { writer in
      for field in fields {
        writer.object(field.attribute ?? "") { writer in
          writer.path("path", field.path)
          writer.field("required", field.required)
          if !field.words.isEmpty { field.writeWords(to: &writer) }
        }
      }
    }
  }

  private func writeWords(to writer: inout CanonicalWriter) {
    writer.words("words", words, names: Set(words.values).sorted().map { ($0, $0) })
  }

  /// What an asset has changed; `fields` and `standard` pair up one to one.
  ///
  /// - Parameter areMetrics: the paths are names of metrics, taken letter by letter.
  static func writeChanges(
    _ fields: [FieldMapping], from standard: [FieldMapping], areMetrics: Bool, to writer: inout CanonicalWriter
  ) {
    if standard.first?.attribute != nil {
      let changed = zip(fields, standard).filter { $0 != $1 }
      guard !changed.isEmpty else { return }
      writer.object("attributes") { writer in
        for (field, standard) in changed {
          writer.object(field.attribute ?? "") { writer in
            if field.path != standard.path { writer.path("path", field.path) }
            if field.required != standard.required { writer.field("required", field.required) }
            if field.words != standard.words { field.writeWords(to: &writer) }
          }
        }
      }
      return
    }
    for (field, standard) in zip(fields, standard) {
      if field.path != standard.path {
        writer.field("path", areMetrics ? field.path.joined : field.path.description)
      }
      if field.required != standard.required { writer.field("required", field.required) }
      if let waveform = field.waveform {
        if waveform != standard.waveform { waveform.write(to: &writer) }
      } else if field.payloadUnit != standard.payloadUnit {
        writer.field("unit", field.payloadUnit)
      }
    }
  }
}
