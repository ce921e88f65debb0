import Journal
import Plant
import Telemetry
import Templates

extension DecodePlan {
  /// One asset's mapping of a topic.
  private struct Mapped {
    var asset: Int
    var mapping: TopicMapping
  }

  /// Everything of a topic's mappings that its shape depends on.
  private struct ShapeKey: Hashable {
    struct Field: Hashable {
      var path: FieldPath
      var conversion: UnitConversion
      var required: Bool
      var attribute: String?
      var words: [String: String]
      /// The position among the signals matters for events: fields of one signal are one event.
      var signal: Int
      var kind: Signal.Kind
      var minimum: Double?
      var maximum: Double?
      var resolution: Int8
      var stateWords: [String: Int]
      var payloadUnit: String
      var waveform: WaveformMapping?
    }

    struct Section: Hashable {
      var timestamp: TimestampMapping?
      var clock: ClockPolicy
      var messageID: FieldPath?
      var fields: [Field]
      var payload: PayloadMapping
    }

    var sections: [Section]
  }

  /// Compiles the mappings of all assets of one connection. Several assets may map the same topic.
  init(site: Site, catalog: SeriesCatalog, connectionName: String) {
    self.init()
    var mappings: [[Mapped]] = []
    var numbers: [String: Int] = [:]
    // Sparkplug has a plan of its own.
    for (position, asset) in site.assets.enumerated()
    where asset.connection == connectionName && asset.sparkplug == nil {
      for var mapping in asset.topics {
        // Where the device's time does not count, nobody reads it.
        if asset.clock == .receiveTime { mapping.timestamp = nil }
        if let number = numbers[mapping.topic] {
          mappings[number].append(Mapped(asset: position, mapping: mapping))
        } else {
          numbers[mapping.topic] = mappings.count
          topicNames.append(mapping.topic)
          mappings.append([Mapped(asset: position, mapping: mapping)])
        }
      }
    }
    let urgent = site.urgentAssets
    var known: [ShapeKey: Int32] = [:]
    for list in mappings {
      topics.append(
        Topic(
          shape: 0, firstSeries: Int32(series.count), firstAsset: Int32(assets.count),
          isUrgent: list.contains { urgent.contains($0.asset) }))
      for item in list {
        assets.append(site.assets[item.asset].id)
        for signal in Self.signalOrder(item.mapping, site.assets[item.asset]) {
          series.append(catalog.series(asset: item.asset, signal: signal))
        }
      }
      let key = Self.key(list, site)
      if let shape = known[key] {
        topics[topics.count - 1].shape = shape
      } else {
        let shape = Int32(shapes.count)
        compileShape(list, site)
        known[key] = shape
        topics[topics.count - 1].shape = shape
      }
    }
  }

  /// The signals of a mapping's samples, field by field, then of its events.
  private static func signalOrder(_ mapping: TopicMapping, _ asset: Asset) -> [Int] {
    let fields = mapping.fields.map(\.signal).filter { asset.signals[$0].kind != .event }
    return fields + eventSignals(mapping, asset)
  }

  private static func eventSignals(_ mapping: TopicMapping, _ asset: Asset) -> [Int] {
    asset.signals.indices.filter { signal in
      asset.signals[signal].kind == .event && mapping.fields.contains { $0.signal == signal }
    }
  }

  private static func key(_ list: [Mapped], _ site: Site) -> ShapeKey {
    ShapeKey(
      sections: list.map { item in
        ShapeKey.Section(
          timestamp: item.mapping.timestamp, clock: site.assets[item.asset].clock, messageID: item.mapping.messageID,
          fields: item.mapping.fields.map { field in
            let signal = site.assets[item.asset].signals[field.signal]
            return ShapeKey.Field(
              path: field.path, conversion: field.conversion, required: field.required, attribute: field.attribute,
              words: field.words, signal: field.signal, kind: signal.kind, minimum: signal.minimum,
              maximum: signal.maximum,
              resolution: signal.resolution, stateWords: signal.stateWords, payloadUnit: field.payloadUnit,
              waveform: field.waveform)
          }, payload: item.mapping.payload)
      })
  }

  private mutating func compileShape(_ list: [Mapped], _ site: Site) {
    // The mappings of one topic agree on the format of its payload.
    let payload = list.first?.mapping.payload ?? .json
    let added = addSlots(list.flatMap { Self.paths($0.mapping) }, payload)
    let firstSection = sections.count
    var nextSeries: Int32 = 0
    var next = added.slotOfPath[...]
    for item in list {
      let isDated = Self.hasTimeInRow(item.mapping)
      let timestampSlot = isDated ? next.removeFirst() : -1
      let nanosecondsSlot = isDated && item.mapping.timestamp?.nanoseconds != nil ? next.removeFirst() : -1
      let messageIDSlot = Self.hasMessageID(item.mapping) ? next.removeFirst() : -1
      let slots = item.mapping.fields.map { field in
        let slot = next.removeFirst()
        guard case .field = field.waveform?.sampleRate else { return (slot: slot, rate: Int32(-1)) }
        return (slot: slot, rate: next.removeFirst())
      }
      let asset = site.assets[item.asset]
      let firstField = fields.count
      for (field, slot) in zip(item.mapping.fields, slots) where asset.signals[field.signal].kind != .event {
        compile(field, asset.signals[field.signal], slot.slot, nextSeries)
        if let waveform = field.waveform {
          fields[fields.count - 1].kind = .waveform
          fields[fields.count - 1].words = waveforms.count..<waveforms.count
          waveforms.append(WaveformField(mapping: waveform, rateSlot: slot.rate, conversion: field.conversion))
        }
        nextSeries += 1
      }
      let firstEvent = events.count
      for signal in Self.eventSignals(item.mapping, asset) {
        compileEvent(zip(item.mapping.fields, slots.map(\.slot)).filter { $0.0.signal == signal }, nextSeries)
        nextSeries += 1
      }
      let format = item.mapping.timestamp?.format ?? .iso8601
      sections.append(
        Section(
          timestampSlot: nanosecondsSlot < 0 ? timestampSlot : -2 - timestampSlot, timestampFormat: format,
          nanosecondsSlot: nanosecondsSlot, hasTextTime: format.isText,
          decimalComma: payload.decimalComma, acceptsUnits: payload.acceptsUnits,
          clockAhead: asset.clock.ahead.nanoseconds, trustsReceiveTime: asset.clock == .receiveTime,
          messageIDSlot: messageIDSlot,
          fields: firstField..<fields.count, events: firstEvent..<events.count))
      timestampPaths.append(item.mapping.timestamp?.path.description ?? "")
      if format == .iso8601Local, zone == nil { zone = PlantZone(known: site.zone) }
    }
    shapes.append(
      Shape(
        root: added.root, slots: added.slots, sections: firstSection..<sections.count,
        rows: addRows(payload, list.first?.mapping.timestamp, names: added.names)))
  }

  private mutating func compile(_ field: FieldMapping, _ signal: Signal, _ slot: Int32, _ series: Int32) {
    var compiled = Field(
      slot: slot, series: series, kind: .gauge, isRequired: field.required, resolution: signal.resolution,
      scale: UnitScale(field.conversion), minimum: signal.minimum ?? -.infinity,
      maximum: signal.maximum ?? .infinity, lowest: .min, highest: .max, words: 0..<0)
    switch signal.kind {
    case .gauge, .event: break
    case .register, .delta:
      compiled.kind = .register
      if let minimum = signal.minimum { compiled.lowest = Self.bound(minimum, signal.resolution, isUpper: false) }
      if let maximum = signal.maximum { compiled.highest = Self.bound(maximum, signal.resolution, isUpper: true) }
    case .state(let names):
      compiled.kind = .state
      let first = words.count
      for (position, name) in names.enumerated() {
        words.append(Word(bytes: Array(name.utf8), position: Double(position)))
      }
      for (word, position) in signal.stateWords.sorted(by: { $0.key < $1.key }) {
        words.append(Word(bytes: Array(word.utf8), position: Double(position)))
      }
      compiled.words = first..<words.count
    }
    fields.append(compiled)
    fieldPaths.append(field.path.description)
    fieldUnits.append(field.payloadUnit)
  }

  private mutating func compileEvent(_ mapped: [(FieldMapping, Int32)], _ series: Int32) {
    let first = attributes.count
    for (field, slot) in mapped {
      attributes.append(
        AttributeField(
          slot: slot, isRequired: field.required, name: field.attribute ?? field.path.steps.last ?? "value",
          path: field.path.description, rest: field.path.list?.rest ?? [], words: field.words))
    }
    func position(_ name: String) -> Int? { attributes[first...].firstIndex { $0.name == name } }
    events.append(
      EventSignal(
        series: series, attributes: first..<attributes.count, unit: position("unit"), step: position("step"),
        attempt: position("attempt")))
  }

  /// A bound of the physical range as the outermost mantissa that is still within it. The bound's decimal digits
  /// count, not its binary value: 999999.99 is within a range up to 999999.99.
  static func bound(_ value: Double, _ resolution: Int8, isUpper: Bool) -> Int64 {
    let saturated: Int64 = value < 0 ? .min : .max
    let text = Array("\(value)".utf8)
    guard value.isFinite, case .number(let digits) = DecimalText.read(text.span, 0..<text.count),
      let nearest = UnitScale.shifted(digits, by: digits.exponent - Int32(resolution))
    else { return saturated }
    // Rounding half-even may have gone beyond the bound by one step: compare in digits that keep everything.
    let back = ScaledInteger(nearest, exponent: resolution)
    guard let exact = ScaledInteger("\(value)") else { return nearest }
    if isUpper, exact < back { return nearest - 1 }
    if !isUpper, back < exact { return nearest + 1 }
    return nearest
  }
}
