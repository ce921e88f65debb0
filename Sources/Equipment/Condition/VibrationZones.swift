import Templates

/// Severity of vibration by ISO 10816-3: a table of boundaries, and which row of it holds for a machine.
public struct VibrationZones: Hashable, Sendable {
  public enum Zone: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// As of a new machine.
    case a = 0
    /// Unrestricted long-term operation.
    case b = 1
    /// Restricted operation: plan the repair.
    case c = 2
    /// Damage is possible.
    case d = 3
    public static func < (a: Zone, b: Zone) -> Bool { a.rawValue < b.rawValue }
    public var word: String { ["A", "B", "C", "D"][Int(rawValue)] }
  }

  /// Boundaries of a group of machines on one kind of support.
  public struct Row: Hashable, Sendable {
    public var group: Int
    public var support: Nameplate.Support
    /// A/B, B/C, C/D in mm/s RMS.
    public var velocity: [Double]
    /// A/B, B/C, C/D in µm RMS.
    public var displacement: [Double]
    public init(group: Int, support: Nameplate.Support, velocity: [Double], displacement: [Double]) {
      self.group = group
      self.support = support
      self.velocity = velocity
      self.displacement = displacement
    }
  }

  /// Why a machine has no zone. Nothing is guessed.
  public enum Missing: Error, Hashable, Sendable {
    case size
    case support
    /// The standard does not speak of such a machine.
    case outside(String)
    case contradiction(String)

    public var reason: String {
      switch self {
      case .size: "neither rated power nor shaft height is known"
      case .support: "it is not known whether the support is rigid or flexible"
      case .outside(let why): why
      case .contradiction(let why): why
      }
    }
  }

  public var rows: [Row]
  /// kW: below or at the first one no machine is in the scope, above the second one machines are in group 1, beyond the
  /// third one they are out of it.
  public var power: [Double]
  /// mm: from the first one machines are in group 2, from the second one in group 1.
  public var shaftHeight: [Double]
  /// r/min of the scope.
  public var speed: ClosedRange<Double>
  /// r/min up to which the lower band holds, and the bands in Hz.
  public var slow: Double
  public var slowBand: [Double]
  public var band: [Double]
  /// Seconds that a zone lasts before it counts, and mm/s below a boundary at which a machine is better again.
  public var hold: Double
  public var hysteresis: Double
  /// Document and how well the numbers are known.
  public var source: String

  public init(
    rows: [Row], power: [Double], shaftHeight: [Double], speed: ClosedRange<Double>, slow: Double, slowBand: [Double],
    band: [Double], hold: Double, hysteresis: Double, source: String
  ) {
    self.rows = rows
    self.power = power
    self.shaftHeight = shaftHeight
    self.speed = speed
    self.slow = slow
    self.slowBand = slowBand
    self.band = band
    self.hold = hold
    self.hysteresis = hysteresis
    self.source = source
  }

  /// Group 1 by power or by shaft height, else group 2; nil = the standard does not apply, or nothing is known.
  public func group(power: Double?, shaftHeight: Double?) -> Int? {
    try? classify(power: power, shaftHeight: shaftHeight).get()
  }

  private func classify(power: Double?, shaftHeight: Double?) -> Result<Int, Missing> {
    func byPower(_ power: Double) -> Int? {
      power <= self.power[0] || power > self.power[2] ? nil : power > self.power[1] ? 1 : 2
    }
    func byHeight(_ height: Double) -> Int? {
      height < self.shaftHeight[0] ? nil : height >= self.shaftHeight[1] ? 1 : 2
    }
    switch (power, shaftHeight) {
    case (nil, nil): return .failure(.size)
    case (let power?, nil):
      return byPower(power).map { .success($0) }
        ?? .failure(.outside("\(power) kW is outside the scope of the standard"))
    case (nil, let height?):
      return byHeight(height).map { .success($0) }
        ?? .failure(.outside("a shaft height of \(height) mm is outside the scope of the standard"))
    case (let power?, let height?):
      switch (byPower(power), byHeight(height)) {
      case (let a?, let b?): return .success(min(a, b))
      case (nil, nil): return .failure(.outside("\(power) kW is outside the scope of the standard"))
      default:
        return .failure(.contradiction("\(power) kW and a shaft height of \(height) mm do not belong together"))
      }
    }
  }

  /// The boundaries that hold for a machine.
  public func row(_ plate: Nameplate) throws(Missing) -> Row {
    let group = try classify(power: plate.power, shaftHeight: plate.shaftHeight).get()
    if let speed = plate.speed, !self.speed.contains(speed) {
      throw .outside("\(speed) r/min is outside the scope of the standard")
    }
    guard let support = plate.support else { throw .support }
    guard let row = rows.first(where: { $0.group == group && $0.support == support }) else {
      throw .outside("the table has no row for group \(group) on a \(support.rawValue) support")
    }
    return row
  }

  /// In Hz; nil = outside the scope.
  public func band(speed: Double) -> [Double]? {
    self.speed.contains(speed) ? (speed <= slow ? slowBand : band) : nil
  }
}

extension VibrationZones.Row {
  /// A value at a boundary belongs to the better zone: the standard is silent, this is the product's convention.
  public static func zone(_ value: Double, _ boundaries: [Double]) -> VibrationZones.Zone {
    VibrationZones.Zone(rawValue: UInt8(boundaries.count { value > $0 + 1e-9 })) ?? .d
  }

  /// Of both quantities the worse zone counts (ISO 10816-3, 5.2.3); nil without any.
  public func zone(velocity: Double?, displacement: Double? = nil) -> VibrationZones.Zone? {
    [velocity.map { Self.zone($0, self.velocity) }, displacement.map { Self.zone($0, self.displacement) }]
      .compactMap(\.self).max()
  }
}

extension VibrationZones {
  /// What follows from the usual vibration of a machine, mm/s (ISO 10816-3, 5.3 and 5.4).
  public struct Action: Hashable, Sendable {
    /// A change by more than this matters, rise or fall, whatever the zone (criterion II).
    public var significantChange: Double
    public var highestAlarm: Double
    /// At most.
    public var trip: Double

    public init(_ shares: ConditionTable.Action, _ row: Row) {
      significantChange = shares.change.doubleValue * row.velocity[1]
      highestAlarm = shares.alarm.doubleValue * row.velocity[1]
      trip = shares.trip.doubleValue * row.velocity[2]
    }

    /// Where the alarm of a machine stands whose usual vibration this is.
    public func alarm(baseline: Double) -> Double { min(baseline + significantChange, highestAlarm) }

    public func isSignificant(change: Double) -> Bool { abs(change) > significantChange + 1e-9 }
  }
}
