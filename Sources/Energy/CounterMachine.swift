import Telemetry

/// The state machine of one cumulative register.
///
/// It is fed the readings in time order and says of each what it means and how much was counted since the last one.
/// Values are integers in units of the register's last digit. The order of the tests:
///
/// 0. a meter-change record lies between the readings → `replacement`, Δ = (final − old) + (new − initial);
/// 1. 0 ≤ Δ ≤ limit → `normal`;
/// 2. Δ > limit → `implausible`: no Δ, the level stays, so that the time and with it the limit keep growing. If the
///    reading was real (rated power too low), a later one is accepted with the whole difference: nothing is lost;
/// 3. modulus known, old > 0.9 · modulus, new < 0.1 · modulus, Δ + modulus ≤ limit → `rollover`;
/// 4. new < 0.9 · old and new ≤ limit since the last reading → `reset`, Δ = new (an estimate);
/// 5. otherwise → `dip`: Δ = 0, the high-water mark is held.
///
/// Beyond these: **a fall that was a glitch.** A register that shows zero for a moment passes test 4, and its return
/// would be implausible for ever (or, near zero, be counted as energy that never flowed). So the level before a reset
/// or rollover is remembered for `CounterLimits.memory`. A reading at or above it, plausible since then, that cannot
/// have been counted up from the fall – it is above the limit, or the register has not moved since the fall – takes
/// the fall back (`returned`): what was read in between were dips, and Δ spans from the level before.
///
/// **Without rated power** there is no limit. Then a fall below 0.9 · old that is no rollover is a reset with Δ = 0,
/// because nothing bounds what the register has counted since: energy is rather missed than invented. And a return
/// is taken for one if it leaps over a tenth of the old level at once.
public struct CounterMachine: Hashable, Sendable {
  public struct Reading: Hashable, Sendable {
    public var time: Timestamp
    /// In units of the last digit.
    public var value: Int64
    public init(time: Timestamp, value: Int64) {
      self.time = time
      self.value = value
    }
  }

  /// A level that was left by a reset or rollover.
  struct Fall: Hashable, Sendable {
    /// The last accepted reading before.
    var before: Reading
    /// The reading that fell.
    var at: Reading
    /// The register has counted since.
    var hasMoved = false
  }

  /// A note of a person: one meter was taken out and another one put in.
  public struct MeterChange: Hashable, Sendable {
    public var finalOld: Int64
    public var initialNew: Int64
    public init(finalOld: Int64, initialNew: Int64) {
      self.finalOld = finalOld
      self.initialNew = initialNew
    }
  }

  public struct Outcome: Hashable, Sendable {
    public var kind: CounterEvent.Kind
    /// Counted since the last accepted reading; nil for an implausible one. For `returned` it replaces everything
    /// that was counted since the fall.
    public var delta: Int64?
    /// The level before.
    public var from: Int64
    /// The n-th low or high reading in a row: ask for a meter-change record.
    public var isPersistent = false
    /// Ends a run of implausible readings.
    public var isRecovery = false
    /// `returned`: when the fall was that is taken back.
    public var fall: Timestamp?

    /// The result is an estimate or was not used.
    public var isFlagged: Bool {
      switch kind {
      case .first, .normal, .rollover, .replacement, .returned: false
      case .implausible, .reset, .dip, .persistentLow, .persistentHigh, .recovered: true
      }
    }
  }

  static let maximumFalls = 3
  /// Larger amounts are implausible: the sum of any number of messages in a window must fit 64 bits.
  static let maximumAmount: Int64 = 1_000_000_000_000
  /// Larger readings are implausible: ten times the value must fit 64 bits.
  static let maximumValue: Int64 = 100_000_000_000_000_000

  /// The high-water mark: the last accepted reading. Differences and limits count from here.
  public internal(set) var level: Reading?
  /// The last reading that stood at the level: accepted, or a dip by less than a tenth.
  public internal(set) var seen: Timestamp = .distantPast
  /// The last reading that was not implausible.
  var heard: Reading?
  /// Low and high readings in a row, not counted beyond `persistence`.
  var low = 0
  var high = 0
  /// Oldest first.
  var falls: [Fall] = []

  public init() {}

  public mutating func handle(
    _ reading: Reading, limits: CounterLimits, after change: MeterChange? = nil
  ) -> Outcome {
    guard let level else {
      guard reading.value >= 0, reading.value <= Self.maximumValue else { return implausible(reading, limits, from: 0) }
      accept(reading)
      return Outcome(kind: .first, delta: 0, from: reading.value)
    }
    guard reading.value >= 0, reading.value <= Self.maximumValue else {
      return implausible(reading, limits, from: level.value)
    }
    if let change { return replace(reading, level: level, change: change, limits: limits) }
    if !falls.isEmpty, let outcome = takeBack(reading, level: level, limits: limits) { return outcome }

    let delta = reading.value - level.value
    let span = reading.time - level.time
    if delta >= 0 {
      guard limits.isPlausible(delta, in: span) else { return implausible(reading, limits, from: level.value) }
      let recovery = high > 0
      if delta > 0 { for index in falls.indices { falls[index].hasMoved = true } }
      accept(reading)
      return Outcome(kind: .normal, delta: delta, from: level.value, isRecovery: recovery)
    }
    if let modulus = limits.modulus, level.value <= modulus, level.value > modulus / 10 * 9,
      reading.value < modulus / 10,
      limits.isPlausible(delta + modulus, in: span)
    {
      fall(from: level, to: reading)
      return Outcome(kind: .rollover, delta: delta + modulus, from: level.value)
    }
    let last = heard ?? level
    if isBelow(reading.value, level.value), isBelow(reading.value, last.value),
      reading.value <= limits.limit(reading.time - last.time)
    {
      fall(from: level, to: reading)
      return Outcome(kind: .reset, delta: limits.isLimited ? reading.value : 0, from: level.value)
    }
    return dip(reading, level: level, limits: limits)
  }

  /// A reading that is known to be a dip, because the register came back to its level afterwards.
  mutating func handleGlitch(_ reading: Reading, limits: CounterLimits) -> Outcome {
    guard let level else { return handle(reading, limits: limits) }
    guard reading.value >= 0, reading.value < level.value else {
      return implausible(reading, limits, from: level.value)
    }
    return dip(reading, level: level, limits: limits)
  }

  /// Takes what was counted since the message before, instead of what a register shows. The level stays at zero;
  /// only its time moves. An amount beyond the limit is no amount: unlike a register, a later one does not contain it.
  ///
  /// - Parameter expected: interval of the messages; the limit is that of at least so long a time, because the time
  ///   stamps of two messages may lie closer together than what they count.
  public mutating func handleAmount(_ reading: Reading, limits: CounterLimits, expected: Span64) -> Outcome {
    let span = max(level.map { reading.time - $0.time } ?? expected, expected)
    guard reading.value >= 0, reading.value <= Self.maximumAmount, limits.isPlausible(reading.value, in: span) else {
      return implausible(reading, limits, from: 0)
    }
    let kind: CounterEvent.Kind = level == nil ? .first : .normal
    accept(Reading(time: reading.time, value: 0))
    return Outcome(kind: kind, delta: reading.value, from: 0)
  }

  // MARK: Transitions

  private func isBelow(_ value: Int64, _ level: Int64) -> Bool { value * 10 < level * 9 }

  private mutating func accept(_ reading: Reading) {
    level = reading
    heard = reading
    seen = reading.time
    low = 0
    high = 0
  }

  private mutating func fall(from level: Reading, to reading: Reading) {
    if falls.count == Self.maximumFalls { falls.removeFirst() }
    falls.append(Fall(before: level, at: reading))
    accept(reading)
  }

  private mutating func dip(_ reading: Reading, level: Reading, limits: CounterLimits) -> Outcome {
    heard = reading
    if !isBelow(reading.value, level.value) { seen = reading.time }
    // A flicker of the last digit is no reason to ask for a person.
    guard level.value - reading.value > 1, low < limits.persistence else {
      return Outcome(kind: .dip, delta: 0, from: level.value)
    }
    low += 1
    return Outcome(kind: .dip, delta: 0, from: level.value, isPersistent: low == limits.persistence)
  }

  private mutating func implausible(_ reading: Reading, _ limits: CounterLimits, from level: Int64) -> Outcome {
    guard high < limits.persistence else { return Outcome(kind: .implausible, delta: nil, from: level) }
    high += 1
    return Outcome(kind: .implausible, delta: nil, from: level, isPersistent: high == limits.persistence)
  }

  private mutating func replace(
    _ reading: Reading, level: Reading, change: MeterChange, limits: CounterLimits
  ) -> Outcome {
    let (old, first) = change.finalOld.subtractingReportingOverflow(level.value)
    let (new, second) = reading.value.subtractingReportingOverflow(change.initialNew)
    let (delta, third) = old.addingReportingOverflow(new)
    guard !first, !second, !third, old >= 0, new >= 0, limits.isPlausible(delta, in: reading.time - level.time) else {
      return implausible(reading, limits, from: level.value)
    }
    falls = []
    accept(reading)
    return Outcome(kind: .replacement, delta: delta, from: level.value)
  }

  /// Whether the reading is back at a level that the register had left: newest first.
  private mutating func takeBack(_ reading: Reading, level: Reading, limits: CounterLimits) -> Outcome? {
    if falls.contains(where: { reading.time - $0.at.time > limits.memory }) {
      falls.removeAll { reading.time - $0.at.time > limits.memory }
    }
    for index in falls.indices.reversed() {
      let fall = falls[index]
      let delta = reading.value - fall.before.value
      guard delta >= 0, limits.isPlausible(delta, in: reading.time - fall.before.time) else { continue }
      let counted = reading.value - level.value
      let leaps =
        limits.isLimited
        ? !limits.isPlausible(counted, in: reading.time - level.time) : isBelow(level.value, fall.before.value)
      guard leaps || !fall.hasMoved else { continue }
      falls.removeSubrange(index...)
      accept(reading)
      return Outcome(kind: .returned, delta: delta, from: fall.before.value, fall: fall.at.time)
    }
    return nil
  }
}
