import Telemetry

/// Reads signals: as a template defines them, and as an asset changes them.
struct SignalReader {
  static let templateKeys = [
    "kind", "counts", "unit", "payload-unit", "path", "range", "expected-interval", "resolution", "modulus",
    "maximum-rate", "states", "required", "attributes", "subtopic", "payload", "waveform", "quality", "role",
    "alarm",
  ]
  static let overrideKeys = [
    "path", "unit", "range", "expected-interval", "resolution", "modulus", "maximum-rate", "states", "required",
    "attributes", "topic", "subtopic", "payload", "waveform", "quality", "role",
    "alarm",
  ]
  static let attributeKeys = ["path", "required", "words"]
  static let interval = Scalar<Span64>.duration(.milliseconds(1)...(.days(31)))

  enum KindWord: String, CaseIterable { case gauge, register, delta, state, event }

  // MARK: - Template

  /// A signal of a template with its fields; nil if it cannot be used. `index` is its position in the template.
  static func define(
    _ entry: YAMLNode.Entry, index: Int, in parent: Section, payload: PayloadMapping = .json
  ) -> (Signal, [FieldMapping])? {
    let what = "signal \"\(entry.key)\""
    guard let section = parent.section(entry.value, what, keys: templateKeys),
      let word = section.require("kind", .word(KindWord.allCases, noun: "kind of signal"))
    else { return nil }
    var signal = Signal(
      name: entry.key, kind: .gauge, unit: "", minimum: nil, maximum: nil, expectedInterval: .minutes(1), modulus: nil,
      resolution: 0, stateWords: [:])
    if let interval = section.require("expected-interval", interval) { signal.expectedInterval = interval }
    switch word {
    case .gauge:
      break
    case .register, .delta:
      guard let counts = section.require("counts", .word(Signal.Quantity.allCases, noun: "counted quantity")) else {
        return nil
      }
      signal.kind = word == .register ? .register(counts) : .delta(counts)
      if !section.has("resolution") {
        section.missing("resolution", remedy: "Add the value of the last digit: `resolution: 0.01`.")
      }
    case .state:
      signal.kind = .state(names: states(section).names)
      signal.stateWords = states(section).words
    case .event:
      signal.kind = .event
      refuse(["waveform"], section, "only a gauge can be a feature of a waveform")
      refuse(["role", "alarm"], section, "an event has attributes")
      return (signal, attributes(section, index: index, base: nil))
    }
    if word != .state, let unit = unit(section, "unit", dimensionOf: nil, signal: entry.key) {
      signal.unit = unit.symbol
      checkUnit(section, signal)
    } else if word != .state, !section.has("unit") {
      section.missing("unit", remedy: "Add the unit inside the gateway: `unit: kWh`; `unit: 1` for a plain number.")
    }
    readNumbers(section, into: &signal)
    QualityReader.change(section, &signal)
    readRole(section, into: &signal)
    readAlarm(section, into: &signal)
    // The one value of a text needs no path.
    let isText = (PayloadReader.read(section) ?? payload).isText
    let path = isText && !section.has("path") ? FieldPath([]) : section.require("path", .path) ?? FieldPath([entry.key])
    var field = FieldMapping(
      signal: index, path: path, conversion: .identity, required: section.read("required", .boolean, default: false),
      attribute: nil, payloadUnit: signal.unit)
    if section.has("waveform") {
      refuse(["payload-unit"], section, "the unit of a waveform is part of it")
      WaveformReader.read(section, signal: signal, into: &field)
    } else {
      readUnit(section, "payload-unit", signal: signal, into: &field)
    }
    return (signal, [field])
  }

  // MARK: - Asset

  /// The signal and its fields as an asset changes them, or (`inTemplate`) a template that extends another one.
  static func change(
    _ section: Section, _ signal: Signal, _ fields: [FieldMapping], inTemplate: Bool = false,
    path: Scalar<FieldPath> = .path
  ) -> (signal: Signal, fields: [FieldMapping]) {
    var signal = signal
    var fields = fields
    if let value = section.read("expected-interval", interval) { signal.expectedInterval = value }
    if signal.kind == .event {
      refuse(
        [
          "path", "unit", "payload-unit", "range", "resolution", "modulus", "maximum-rate", "states", "waveform",
          "quality", "role", "alarm",
        ],
        section, "an event has attributes")
      return (signal, attributes(section, index: fields.first?.signal ?? 0, base: fields, mayAdd: inTemplate))
    }
    refuse(["attributes"], section, "only events have attributes")
    if case .state(let names) = signal.kind {
      refuse(["unit", "payload-unit"], section, "a state is a word, it has no unit")
      if section.has("states") { signal.stateWords = stateWords(section, names: names, base: signal.stateWords) }
    } else {
      refuse(["states"], section, "only signals of kind \"state\" have states")
    }
    readNumbers(section, into: &signal)
    QualityReader.change(section, &signal)
    readRole(section, into: &signal)
    readAlarm(section, into: &signal)
    for index in fields.indices {
      if let path = section.read("path", path) { fields[index].path = path }
      if let required = section.read("required", .boolean) { fields[index].required = required }
      if fields[index].waveform != nil {
        refuse(
          [inTemplate ? "payload-unit" : "unit"], section,
          "the unit of a waveform is part of it: `waveform: { unit: g }`")
      } else {
        readUnit(section, inTemplate ? "payload-unit" : "unit", signal: signal, into: &fields[index])
      }
      WaveformReader.read(section, signal: signal, into: &fields[index])
    }
    return (signal, fields)
  }

  private static func readRole(_ section: Section, into signal: inout Signal) {
    guard signal.kind == .gauge else {
      refuse(["role"], section, "only a gauge measures something of a machine")
      return
    }
    if let role = section.read("role", FaultModelReader.role) { signal.role = role }
  }

  static func refuse(_ keys: [String], _ section: Section, _ reason: String) {
    for key in keys where section.has(key) {
      section.report(
        section.position(of: key), "\"\(key)\" does not fit \(section.name): \(reason)", remedy: "Remove this line.")
    }
  }

  // MARK: - Numbers and units

  private static func readNumbers(_ section: Section, into signal: inout Signal) {
    if let node = section["range"] { readRange(node, section, into: &signal) }
    guard signal.kind.quantity != nil else {
      refuse(["resolution", "modulus", "maximum-rate"], section, "only registers and deltas have one")
      return
    }
    if section.isOff("maximum-rate") {
      signal.maximumRate = nil
    } else if let rate = section.read("maximum-rate", rate(of: signal)) {
      signal.maximumRate = rate
    }
    if let exponent = section.read("resolution", resolution) { signal.resolution = exponent }
    guard case .register = signal.kind else {
      refuse(["modulus"], section, "a delta begins at zero each time")
      return
    }
    if section.isOff("modulus") {
      signal.modulus = nil
    } else if let node = section["modulus"] {
      let modulus = section.value(
        node, "\"modulus\" in \(section.name)",
        .decimal("a number greater than 0, the value at which the register starts again", example: "1000000") {
          $0.mantissa > 0
        })
      if let modulus, modulus.rescaled(to: signal.resolution) == nil {
        section.report(
          node.position, "the modulus \(modulus) is finer than the resolution of \(section.name)",
          remedy: "Give the modulus in \(signal.unit), a multiple of the resolution.")
      } else if let modulus {
        signal.modulus = modulus.rescaled(to: signal.resolution)
      }
    }
  }

  /// Each quantity has one unit inside the gateway; a payload may have another one.
  static func checkUnit(_ section: Section, _ signal: Signal) {
    guard let quantity = signal.kind.quantity, signal.unit != quantity.unit else { return }
    section.report(
      section["unit"]?.position,
      "\(quantity.rawValue) is counted in \(quantity.unit), but \"\(signal.name)\" is in \(signal.unit)",
      remedy: "Write `unit: \(quantity.unit)` and `payload-unit: \(signal.unit)`, if it can be converted.")
  }

  /// An amount a time, read in the signal's unit an hour.
  private static func rate(of signal: Signal) -> Scalar<ScaledInteger> {
    Scalar(
      "what can be counted in a time at most, with its unit", example: "250 \(signal.unit)/h"
    ) { text in
      guard let (number, word) = QuantityText.split(text), number.mantissa > 0, (-9...9).contains(number.exponent),
        let unit = try? UnitCatalogue.unit(word), let hourly = try? UnitCatalogue.unit("\(signal.unit)/h"),
        let conversion = try? UnitConversion(from: unit, to: hourly)
      else { return nil }
      // Six places more than the number: an upper bound need not be finer.
      return conversion.apply(number, resolution: number.exponent - 6)?.withoutTrailingZeros
    }
  }

  private static let resolution = Scalar<Int8>(
    "a power of ten from 0.000000001 to 1000, the value of the register's last digit", example: "0.01"
  ) { text in
    guard var value = ScaledInteger(text), value.mantissa > 0 else { return nil }
    while value.mantissa % 10 == 0 {
      guard let coarser = value.rescaled(to: value.exponent + 1) else { return nil }
      value = coarser
    }
    return value.mantissa == 1 && (-9...3).contains(value.exponent) ? value.exponent : nil
  }

  private static func readRange(_ node: YAMLNode, _ section: Section, into signal: inout Signal) {
    guard
      let (low, high) = bounds(
        node, "range", section,
        remedy: "Write the lowest and the highest possible value: `range: [0, 400]`; `none` for an open end.")
    else { return }
    signal.minimum = low
    signal.maximum = high
  }

  private static func readUnit(_ section: Section, _ key: String, signal: Signal, into field: inout FieldMapping) {
    guard section.has(key), let inner = try? UnitCatalogue.unit(signal.unit),
      let payload = unit(section, key, dimensionOf: inner, signal: signal.name)
    else { return }
    do {
      field.conversion = try UnitConversion(from: payload, to: inner)
      field.payloadUnit = payload.symbol
    } catch {
      section.report(section[key]?.position, "\(error)", remedy: "Use \(inner.symbol).")
    }
  }

  /// The unit named by `key`; reported and nil if it is unknown or measures something else than `dimensionOf`.
  static func unit(_ section: Section, _ key: String, dimensionOf inner: Unit?, signal: String) -> Unit? {
    guard let node = section[key] else { return nil }
    guard let text = node.text else {
      section.report(
        node.position, "\"\(key)\" in \(section.name) must be a unit, found \(node.description)",
        remedy: "Write for example `\(key): kWh`.")
      return nil
    }
    do {
      let unit = try UnitCatalogue.unit(text)
      guard let inner, inner.dimension != unit.dimension else { return unit }
      section.report(
        node.position,
        "\"\(text)\" is a unit of \(unit.dimension.rawValue), but \"\(signal)\" is in \(inner.symbol) "
          + "(\(inner.dimension.rawValue))",
        remedy: UnitError.remedy(from: unit, to: inner))
    } catch .ambiguous(_, let meant) {
      section.report(
        node.position, "the unit \"\(text)\" can be read in two ways (\"m\" is milli, \"M\" is mega)",
        remedy: "Did you mean \"\(meant)\"?")
    } catch {
      let known = UnitCatalogue.symbols(of: inner?.dimension ?? .energy)
      section.report(
        node.position, "unknown unit \"\(text)\"",
        remedy: NearestWord.of(text, in: inner == nil ? UnitCatalogue.units.map(\.symbol) : known)
          .map { "Did you mean \"\($0)\"?" } ?? "Use one of \(known.joined(separator: ", ")).")
    }
    return nil
  }
}
