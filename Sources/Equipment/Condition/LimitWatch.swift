import Telemetry
import Templates

/// Limits of a machine's signals by standards, and where each signal stands against them.
struct LimitWatch: Hashable, Sendable {
  /// One signal, or three phases, against boundaries.
  struct Limit: Hashable, Sendable {
    /// Of its findings: that of the signal, or of what is limited of three phases. Its state is kept under it.
    var name: String
    /// Positions in the profile: one, or the three phases whose unbalance is limited.
    var signals: [Int]
    /// Ascending: three of vibration; two of temperature and unbalance, which begin in zone B.
    var boundaries: [Double]
    var hysteresis: Double
    var unit: String
    /// What is said of it.
    var what: String
    var source: String
    /// Of vibration: what follows from its usual level.
    var action: VibrationZones.Action?
    var tracker = ZoneTracker()
    /// What was judged last.
    var value: Double?
    /// Open since.
    var opened: Timestamp?
    var severity: UInt8 = 0
  }

  private(set) var limits: [Limit] = []
  /// Why there is no zone of vibration; nil if there is one, or nothing that could have one.
  private(set) var reason: String?
  private let hold: Span64

  init(profile: MachineProfile, table: ConditionTable?) {
    hold = table?.vibration?.hold ?? .zero
    guard let table else {
      reason = profile.positions(.vibrationVelocity).isEmpty ? nil : "no plate: add `nameplate:` to the asset"
      return
    }
    addVibration(profile, table)
    addTemperature(profile, table)
    addUnbalance(profile, table)
  }

  private mutating func addVibration(_ profile: MachineProfile, _ table: ConditionTable) {
    let velocity = profile.positions(.vibrationVelocity)
    let displacement = profile.positions(.vibrationDisplacement)
    guard let vibration = table.vibration, !velocity.isEmpty || !displacement.isEmpty else { return }
    let zones = VibrationZones(vibration)
    do throws(VibrationZones.Missing) {
      let row = try zones.row(profile.nameplate)
      let source = "\(zones.source), group \(row.group), \(row.support.rawValue) support"
      for signal in velocity {
        limits.append(
          Limit(
            name: profile.signals[signal].name, signals: [signal], boundaries: row.velocity,
            hysteresis: zones.hysteresis, unit: "mm/s", what: "vibration",
            source: source, action: vibration.action.map { VibrationZones.Action($0, row) }))
      }
      for signal in displacement {
        limits.append(
          Limit(
            name: profile.signals[signal].name, signals: [signal], boundaries: row.displacement,
            hysteresis: zones.hysteresis / row.velocity[0] * row.displacement[0], unit: "µm", what: "vibration",
            source: source))
      }
    } catch {
      reason = error.reason
    }
  }

  private mutating func addTemperature(_ profile: MachineProfile, _ table: ConditionTable) {
    guard let insulation = table.insulation,
      let entry = insulation.classes.first(where: { $0.name.rawValue == profile.nameplate.insulationClass })
    else { return }
    // The limit of the rise at the reference coolant, and that of the class.
    let first = entry.rise.map { insulation.coolant.doubleValue + $0.doubleValue } ?? entry.maximum.doubleValue
    for signal in profile.positions(.windingTemperature) {
      limits.append(
        Limit(
          name: profile.signals[signal].name, signals: [signal],
          boundaries: [-.infinity, first, entry.maximum.doubleValue], hysteresis: 2, unit: "°C",
          what: "winding temperature", source: "\(insulation.origin.document), class \(entry.name.rawValue)"))
    }
  }

  private mutating func addUnbalance(_ profile: MachineProfile, _ table: ConditionTable) {
    guard let unbalance = table.unbalance else { return }
    for (role, ready, what, limit) in [
      (MeasuredRole.current, MeasuredRole.currentUnbalance, "current unbalance", unbalance.current),
      (MeasuredRole.voltage, MeasuredRole.voltageUnbalance, "voltage unbalance", unbalance.voltage),
    ] {
      var groups = profile.positions(ready).map { [$0] }
      let phases = profile.positions(role)
      if groups.isEmpty, phases.count == 3 { groups = [phases] }
      for signals in groups {
        limits.append(
          Limit(
            name: signals.count == 1 ? profile.signals[signals[0]].name : what.replacing(" ", with: "-"),
            signals: signals, boundaries: [-.infinity] + limit.map(\.doubleValue),
            hysteresis: limit[0].doubleValue / 10, unit: "%", what: what, source: unbalance.origin.document))
      }
    }
  }

  /// Judges a frame of a machine that works. While it waits for work, what was seen stands; of one that is off everything
  /// is forgotten.
  mutating func add(_ frame: ConditionFrame) {
    guard frame.run.isJudged, frame.isWhole else {
      guard frame.run.isStopped || frame.run == .starting else { return }
      for place in limits.indices {
        limits[place].tracker.reset()
        limits[place].value = nil
      }
      return
    }
    for place in limits.indices {
      guard let value = Self.value(limits[place].signals.map { frame.values[$0] }) else { continue }
      limits[place].value = value
      limits[place].tracker.add(
        value, at: frame.end, boundaries: limits[place].boundaries, hold: hold, hysteresis: limits[place].hysteresis)
    }
  }

  /// Of three phases the largest deviation from their mean, percent.
  private static func value(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    guard known.count == values.count else { return nil }
    guard known.count == 3 else { return known.first }
    let mean = known.reduce(0, +) / 3
    guard mean > 0 else { return nil }
    return 100 * (known.map { abs($0 - mean) }.max() ?? 0) / mean
  }

  var worst: VibrationZones.Zone? { limits.compactMap(\.tracker.zone).max() }

  mutating func setOpen(_ place: Int, since: Timestamp?, severity: UInt8) {
    limits[place].opened = since
    limits[place].severity = severity
  }

  // MARK: State

  /// A limit that was open and is none any more.
  struct Left: Hashable, Sendable {
    var name: String
    var opened: Timestamp
    var severity: UInt8
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(limits.count)
    for limit in limits {
      writer.string(limit.name)
      Self.encode(limit, into: &writer)
    }
  }

  /// By name: another plate has other limits, and those that are new begin new.
  ///
  /// - Returns: what was open and has no limit any more.
  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) -> [Left] {
    var copy = self
    var left: [Left] = []
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      guard let place = copy.limits.firstIndex(where: { $0.name == name }) else {
        var other = Limit(name: name, signals: [], boundaries: [], hysteresis: 0, unit: "", what: "", source: "")
        try Self.restore(&other, &reader)
        if let opened = other.opened { left.append(Left(name: name, opened: opened, severity: other.severity)) }
        continue
      }
      try Self.restore(&copy.limits[place], &reader)
    }
    self = copy
    return left
  }

  /// Of the form without names: another number of limits begins anew.
  mutating func restoreUnnamed(from reader: inout ByteReader) throws(ByteReaderError) {
    let count = try reader.count()
    var copy = self
    for place in 0..<count {
      var other = Limit(name: "", signals: [], boundaries: [], hysteresis: 0, unit: "", what: "", source: "")
      if count == limits.count { other = limits[place] }
      try Self.restore(&other, &reader)
      if count == limits.count { copy.limits[place] = other }
    }
    self = copy
  }

  private static func encode(_ limit: Limit, into writer: inout ByteWriter) {
    limit.tracker.encode(into: &writer)
    writer.double(limit.value ?? .nan)
    writer.timestamp(limit.opened ?? .distantPast)
    writer.byte(limit.severity)
  }

  private static func restore(_ limit: inout Limit, _ reader: inout ByteReader) throws(ByteReaderError) {
    try limit.tracker.restore(from: &reader)
    let value = try reader.double()
    limit.value = value.isNaN ? nil : value
    let opened = try reader.timestamp()
    limit.opened = opened == .distantPast ? nil : opened
    limit.severity = try reader.byte()
  }
}
