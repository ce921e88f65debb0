import Telemetry
import Templates

/// What a device sends of which no model knows the physics: registers that count, gauges that wander within their
/// range, states that change now and then. Enough to try a configuration without machines.
struct GenericModel: Sendable {
  private enum Behaviour {
    /// Counted in an hour, in the signal's unit, and the last digit with its power of ten.
    case counter(hourly: Double, digit: Double, exponent: Int8, isAmount: Bool)
    case gauge(low: Double, high: Double)
    case words([String])
  }

  private struct Field {
    var key: String
    var behaviour: Behaviour
    /// Counters: counted so far. Gauges: place within the range, 0…1. Words: position.
    var value: Double
    /// Counters: what is less than one digit.
    var rest = 0.0
  }

  private var fields: [Field] = []
  private var generator: SeededGenerator

  /// - Parameter known: keys of the fields that another model fills in.
  init(asset: Asset, known: Set<String>, seed: UInt64) {
    generator = SeededGenerator(seed: seed, name: "generic/\(asset.id)")
    for mapping in asset.topics.flatMap(\.fields) {
      let key = DeviceModel.key(mapping)
      guard !known.contains(key), mapping.waveform == nil else { continue }
      let behaviour = Self.behaviour(mapping, asset.signals[mapping.signal], asset)
      var start = generator.uniform()
      switch behaviour {
      case .counter(let hourly, let digit, _, let isAmount):
        start = isAmount ? 0 : (start * hourly * 1000 / digit).rounded()
      case .gauge: break
      case .words(let words): start = Double(words.firstIndex { Self.usual.contains($0) } ?? 0)
      }
      fields.append(Field(key: key, behaviour: behaviour, value: start))
    }
  }

  private static let usual: Set<String> = ["running", "driving", "loaded", "automatic", "OK", "charging", "progress"]

  private static func behaviour(_ mapping: FieldMapping, _ signal: Signal, _ asset: Asset) -> Behaviour {
    switch signal.kind {
    case .register(let quantity), .delta(let quantity):
      var digit = 1.0
      for _ in 0..<Int(signal.resolution.magnitude) { digit *= signal.resolution < 0 ? 0.1 : 10 }
      let most = signal.maximumRate?.doubleValue ?? (quantity.isElectric ? asset.ratedPower?.doubleValue : nil)
      // An operating hour is an hour.
      let usual = quantity == .operatingTime ? 1 : (most ?? 100) * 0.4
      if case .delta = signal.kind {
        return .counter(hourly: usual, digit: digit, exponent: signal.resolution, isAmount: true)
      }
      return .counter(hourly: usual, digit: digit, exponent: signal.resolution, isAmount: false)
    case .gauge:
      // The middle of the lower half: most ranges end far beyond what is usual.
      let low = signal.minimum ?? 0
      let high = signal.maximum ?? low + 100
      let from = low < 0 && high > 0 ? 0 : low
      return .gauge(low: from + (high - from) * 0.1, high: from + (high - from) * 0.3)
    case .state(let names): return .words(names)
    case .event:
      let words = Set(mapping.words.values).sorted()
      return .words(words.isEmpty ? ["\(mapping.attribute ?? "value")-1"] : words)
    }
  }

  mutating func readings(elapsed: Span64) -> [String: DeviceModel.Reading] {
    var readings: [String: DeviceModel.Reading] = [:]
    for index in fields.indices { readings[fields[index].key] = reading(index, elapsed) }
    return readings
  }

  private mutating func reading(_ index: Int, _ elapsed: Span64) -> DeviceModel.Reading {
    switch fields[index].behaviour {
    case .counter(let hourly, let digit, let exponent, let isAmount):
      let load = hourly == 1 ? 1 : 0.8 + 0.4 * generator.uniform()
      let counted = hourly * load * elapsed.seconds / 3600 / digit + fields[index].rest
      let whole = counted.rounded(.down)
      fields[index].rest = counted - whole
      fields[index].value = isAmount ? whole : fields[index].value + whole
      return .decimal(ScaledInteger(Int64(fields[index].value), exponent: exponent))
    case .gauge(let low, let high):
      fields[index].value = min(1, max(0, fields[index].value + 0.02 * generator.normal()))
      let value = low + (high - low) * fields[index].value
      return .number((value * 1000).rounded() / 1000)
    case .words(let words):
      if generator.chance(0.01) { fields[index].value = Double(generator.next() % UInt64(words.count)) }
      return .text(words[Int(fields[index].value)])
    }
  }
}
