import Plant
import Telemetry
import Templates

/// The physics of one simulated device: what it would send at a time, in the signals' units.
struct DeviceModel {
  enum Reading {
    case number(Double)
    case decimal(ScaledInteger)
    case text(String)
    case list([String])
  }

  private enum Kind { case meter, machine, station, line }

  private let kind: Kind
  private let id: String
  private var generator: SeededGenerator
  private let rated: Double
  private let character: Double
  // Meter: registers in units of the resolution, with what is less than one unit carried on.
  private var registers: [String: (value: Int64, carry: Double)] = [:]
  private let modulus: Int64
  private let resolution: Int8
  // Machine
  private var wear = 0.0
  private var isRunning = true
  // Station
  private var units = 0
  private let place: StationLine?
  // Order feed or counter of a line
  private var line: LineModel?
  /// What the model calls the fields that it knows.
  private let names: [String: String]
  /// Fields that none of them knows.
  private var others: GenericModel

  /// - Parameters:
  ///   - lines: of the site.
  ///   - course: what is different at their stations.
  init(asset: Asset, seed: UInt64, lines: [LineTopology] = [], course: LineCourse = LineCourse()) {
    id = asset.id
    var generator = SeededGenerator(seed: seed, name: asset.id)
    let register = asset.signals.first { if case .register = $0.kind { true } else { false } }
    let line = LineModel(asset: asset, seed: seed)
    self.line = line
    place = StationLine(asset: asset, seed: seed, lines: lines, course: course)
    if let line {
      kind = .line
      names = Self.names(asset) { field, _ in Self.known(field, in: line.fields) }
    } else if asset.signals.contains(where: { $0.kind == .event }) {
      kind = .station
      let fields = place == nil ? Self.stationFields : Self.stationFields.union(Self.lineFields)
      names = Self.names(asset) { field, _ in Self.known(field, in: fields) }
    } else if register?.kind.quantity?.isElectricityMeter == true {
      kind = .meter
      names = Self.names(asset, Self.meterName)
    } else {
      kind = .machine
      names = Self.names(asset, Self.machineName)
    }
    others = GenericModel(asset: asset, known: Set(names.keys), seed: seed)
    // No more than the device can measure.
    let most = asset.signals.first { $0.name == "active-power" }?.maximum ?? .infinity
    rated = min(asset.ratedPower?.doubleValue ?? 100, most / 2)
    character = generator.uniform()
    resolution = register?.resolution ?? -2
    let full = register?.modulus?.rescaled(to: resolution)?.mantissa ?? 0
    modulus = full
    // Some registers stand just before their end, so that a rollover is seen within a day.
    let nearEnd = full > 0 && generator.chance(0.3)
    let start = nearEnd ? full - Int64(rated * 100) : Int64(generator.uniform() * 5_000_000)
    for name in ["kwh", "kvarh_lag", "kvarh_lead"] { registers[name] = (max(0, start), 0) }
    wear = generator.uniform() * 0.3
    self.generator = generator
  }

  /// The key of a field's reading, and that of the message's id.
  static func key(_ field: FieldMapping) -> String { "\(field.signal)/\(field.attribute ?? "")" }
  static let messageID = "id"

  /// What the device measures at `time`, `elapsed` after its last message. `hour` is plant-local.
  mutating func readings(time: Timestamp, hour: Double, elapsed: Span64, faults: Faults) -> [String: Reading] {
    let own =
      switch kind {
      case .meter: meter(hour: hour, elapsed: elapsed, faults: faults)
      case .machine: machine(hour: hour, elapsed: elapsed)
      case .station: station(time: time, elapsed: elapsed)
      case .line: line?.readings(time: time, elapsed: elapsed) ?? [:]
      }
    var readings = others.readings(elapsed: elapsed)
    for (key, name) in names { readings[key] = own[name] }
    readings[Self.messageID] = own["id"]
    return readings
  }

  private static func names(_ asset: Asset, _ name: (FieldMapping, Signal) -> String?) -> [String: String] {
    var names: [String: String] = [:]
    for field in asset.topics.flatMap(\.fields) where field.waveform == nil {
      names[key(field)] = name(field, asset.signals[field.signal])
    }
    return names
  }

  private static func known(_ field: FieldMapping, in known: Set<String>) -> String? {
    field.path.steps.last { $0 != "[*]" }.flatMap { known.contains($0) ? $0 : nil }
  }

  private static let meterFields: Set<String> = [
    "kwh", "kvarh_lag", "kvarh_lead", "kw", "pf", "v1", "v2", "v3", "i1", "i2", "i3",
  ]
  /// By the field's name, else by what the signal is.
  private static func meterName(_ field: FieldMapping, _ signal: Signal) -> String? {
    if let name = known(field, in: meterFields) { return name }
    if case .register(let quantity) = signal.kind {
      switch quantity {
      case .activeEnergyImport: return "kwh"
      case .reactiveEnergyLagging: return "kvarh_lag"
      case .reactiveEnergyLeading: return "kvarh_lead"
      default: return nil
      }
    }
    switch (signal.name, signal.unit) {
    case ("active-power", "kW"): return "kw"
    case ("power-factor", "1"): return "pf"
    case ("voltage", "V"): return "v1"
    case ("current", "A"): return "i1"
    default: break
    }
    for phase in 1...3 {
      if signal.name == "voltage-\(phase)", signal.unit == "V" { return "v\(phase)" }
      if signal.name == "current-\(phase)", signal.unit == "A" { return "i\(phase)" }
    }
    return nil
  }

  /// Only where they mean what the model of a machine means: 6 bar is no air pressure, and not every state has a word
  /// for idle.
  private static func machineName(_ field: FieldMapping, _ signal: Signal) -> String? {
    let units = ["temperature": "°C", "vibration": "mm/s", "pressure": "bar", "current": "A"]
    let name = field.path.steps.last ?? signal.name
    if case .state(let states) = signal.kind {
      return name == "state" && Set(["running", "idle", "stopped"]).isSubset(of: states) ? name : nil
    }
    return units[name] == signal.unit && signal.kind == .gauge ? name : nil
  }

  private static let stationFields: Set<String> = [
    "id", "unit", "step", "attempt", "verdict", "defects", "model", "confidence", "torque", "angle", "torque_min",
    "torque_max", "error",
  ]

  /// What only stations of a line know.
  private static let lineFields: Set<String> = [
    "code", "class", "x", "y", "size", "failed", "product", "recipe", "parts", "batch", "lot_size", "supplier",
    "modality", "program",
  ]

  /// Share of the rated load in a plant with two shifts.
  private mutating func load(_ hour: Double) -> Double {
    let shift = hour >= 7 && hour < 23 ? 0.55 + 0.2 * character : 0.08
    return min(1, max(0.01, shift * (1 + 0.1 * generator.normal())))
  }

  private mutating func meter(hour: Double, elapsed: Span64, faults: Faults) -> [String: Reading] {
    let power = rated * load(hour)
    let powerFactor = 0.86 + 0.1 * character
    let apparent = power / powerFactor
    let reactive = (max(0, apparent * apparent - power * power)).squareRoot()
    let hours = elapsed.seconds / 3600
    if faults.reset > 0, generator.chance(faults.reset) {
      for name in ["kwh", "kvarh_lag", "kvarh_lead"] { registers[name] = (0, 0) }
    }
    advance("kwh", by: power * hours)
    advance("kvarh_lag", by: reactive * hours)
    advance("kvarh_lead", by: 0.05 * reactive * hours)
    var readings: [String: Reading] = [
      "kw": .number(rounded(power, 2)), "pf": .number(rounded(powerFactor, 3)),
    ]
    for name in ["kwh", "kvarh_lag", "kvarh_lead"] {
      readings[name] = .decimal(ScaledInteger(registers[name]?.value ?? 0, exponent: resolution))
    }
    for phase in 1...3 {
      readings["v\(phase)"] = .number(rounded(230 + 2 * generator.normal(), 1))
      readings["i\(phase)"] = .number(rounded(apparent * 1000 / 3 / 230 * (1 + 0.02 * generator.normal()), 1))
    }
    return readings
  }

  private mutating func advance(_ name: String, by amount: Double) {
    guard var register = registers[name] else { return }
    var unit = 1.0
    for _ in 0..<Int(resolution.magnitude) { unit *= resolution < 0 ? 10 : 0.1 }
    let exact = amount * unit + register.carry
    let whole = exact.rounded(.down)
    register.carry = exact - whole
    register.value += Int64(whole)
    if modulus > 0, register.value >= modulus { register.value -= modulus }
    registers[name] = register
  }

  private mutating func machine(hour: Double, elapsed: Span64) -> [String: Reading] {
    if generator.chance(0.01) { isRunning.toggle() }
    let running = isRunning && hour >= 6
    // Wear shows in days of running; a worn-out machine is overhauled.
    if running { wear += elapsed.seconds / 86400 * (0.02 + 0.05 * character) }
    if wear > 1 { wear = 0 }
    let load = running ? 0.6 + 0.1 * generator.normal() : 0
    return [
      "temperature": .number(rounded(28 + 35 * load + 12 * wear + 0.4 * generator.normal(), 2)),
      "vibration": .number(rounded(max(0.05, running ? 1.1 + 5 * wear * wear + 0.08 * generator.normal() : 0.1), 3)),
      "pressure": .number(rounded(max(0, running ? 6.2 - 0.3 * wear + 0.05 * generator.normal() : 0.02), 3)),
      "current": .number(rounded(max(0, 42 * load + 0.5 * generator.normal()), 2)),
      "state": .text(running ? "running" : hour >= 6 ? "idle" : "stopped"),
    ]
  }

  private mutating func station(time: Timestamp, elapsed: Span64) -> [String: Reading] {
    if let place { return station(of: place, time: time, elapsed: elapsed) }
    units += 1
    // The defect rate drifts slowly up and is set back by cleaning the optics.
    let drift = Double(units % 4000) / 4000
    let rate = 0.01 + 0.03 * drift * character
    let codes = ["scratch", "glue-gap", "missing-shell", "ocr-unreadable"]
    var verdict = "OK"
    var defects: [String] = []
    if generator.chance(rate) {
      verdict = "NG"
      defects.append(codes[Int(generator.next() % 4)])
      if generator.chance(0.2) { defects.append(codes[Int(generator.next() % 4)]) }
    } else if generator.chance(0.01) {
      verdict = "unsure"
    }
    let unit = "\(id)-\(1_000_000 + units)"
    return [
      "id": .text("\(unit)-1"), "unit": .text(unit), "step": .text("inspection"), "attempt": .number(1),
      "verdict": .text(verdict), "defects": .list(defects), "model": .text("v3.2"),
      "confidence": .number(rounded(verdict == "unsure" ? 0.55 : 0.9 + 0.09 * generator.uniform(), 3)),
    ].merging(tightening(isGood: true, defects)) { own, _ in own }
  }

  /// Of a line the units are the same at all stations.
  private mutating func station(of place: StationLine, time: Timestamp, elapsed: Span64) -> [String: Reading] {
    let isJoints = elapsed < .seconds(StationLine.takt / 2)
    let number = isJoints ? place.step(at: time, every: elapsed) : 1
    let steps = isJoints ? Int(Span64.seconds(StationLine.takt).nanoseconds / max(1, elapsed.nanoseconds)) : 1
    let look = place.look(at: time, step: number, of: steps)
    let unit = place.unit(at: time)
    let step = isJoints ? "step-\(number)" : place.role.rawValue
    let lot = place.lot(at: time)
    let product = place.product(at: time)
    let isBad = look.verdict == "NG"
    return [
      "id": .text("\(id)-\(unit)-\(step)"), "unit": .text(unit), "step": .text(step), "attempt": .number(1),
      "verdict": .text(look.verdict), "defects": .list(look.defects), "code": .list(look.defects),
      "class": .list(look.defects.map { _ in place.role.rawValue }), "x": .list(look.defects.map { _ in pixel(1920) }),
      "y": .list(look.defects.map { _ in pixel(1080) }), "size": .list(look.defects.map { _ in pixel(40) }),
      "failed": .list(look.defects), "model": .text(place.model(at: time)), "product": .text(product),
      "recipe": .text(product), "program": .text(product), "parts": .list([place.part(at: time)].compactMap(\.self)),
      "batch": .text(lot.name), "lot_size": .number(Double(lot.size)), "supplier": .text(place.supplier(at: time)),
      "modality": .text(place.role.modality),
      // A model is less sure of what it rejects.
      "confidence": .number(rounded((isBad ? 0.72 : 0.9) + 0.09 * generator.uniform(), 3)),
    ].merging(tightening(isGood: !isBad, look.defects)) { own, _ in own }
  }

  /// The second attempt at a joint that was not good; nil for everything else.
  mutating func again(_ readings: [String: Reading]) -> [String: Reading]? {
    guard case .text("NG")? = own("verdict", readings), place?.role == .torque,
      case .text(let id)? = readings[Self.messageID]
    else { return nil }
    var fields = tightening(isGood: true, [])
    fields["verdict"] = .text("OK")
    fields["attempt"] = .number(2)
    for name in ["defects", "code", "failed"] { fields[name] = .list([]) }
    var again = readings
    for (key, name) in names where fields[name] != nil { again[key] = fields[name] }
    again[Self.messageID] = .text("\(id)-2")
    return again
  }

  private func own(_ name: String, _ readings: [String: Reading]) -> Reading? {
    names.first { $0.value == name }.flatMap { readings[$0.key] }
  }

  private mutating func pixel(_ most: Double) -> String { String(Int(most * generator.uniform())) }

  private mutating func tightening(isGood: Bool, _ defects: [String]) -> [String: Reading] {
    let torque = isGood ? max(105, min(119, 112 + 1.2 * generator.normal())) : 103 + generator.uniform()
    return [
      "error": .text(defects.first ?? ""), "torque": .number(rounded(torque, 1)), "torque_min": .number(105),
      "torque_max": .number(119), "angle": .number(rounded(84 + 3 * generator.normal(), 1)),
    ]
  }

  private func rounded(_ value: Double, _ places: Int) -> Double {
    let scale = [1.0, 10, 100, 1000][places]
    return (value * scale).rounded() / scale
  }
}
