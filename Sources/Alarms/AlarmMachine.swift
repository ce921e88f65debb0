import Telemetry

/// The life cycle of one alarm, after ISA-18.2 / IEC 62682: a pure state machine.
///
/// It knows no clock: whoever owns it says with each input what time it is, and delays and the end of a shelving take
/// effect at the first input at or after their deadline, with the deadline as their instant. Inputs may be older than the
/// last one (a finding speaks of the past); what changes then is never dated before the change before.
public struct AlarmMachine: Hashable, Sendable {
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    case normal = 0
    /// Active, and nobody has said that they know.
    case unacknowledged = 1
    /// Active and acknowledged.
    case acknowledged = 2
    /// Returned to normal, and nobody has said that they know.
    case returned = 3

    public var isActive: Bool { self == .unacknowledged || self == .acknowledged }
    public var waitsForPerson: Bool { self == .unacknowledged || self == .returned }
  }

  /// What the condition is at the moment.
  public enum Level: UInt8, Hashable, Sendable, CaseIterable {
    case clear = 0
    /// Inside the deadband: neither raises nor returns.
    case between = 1
    case violated = 2
  }

  public struct Timing: Hashable, Sendable {
    /// How long the condition must be violated before the alarm is raised.
    public var onDelay: Span64
    /// How long it must be clear before the alarm returns.
    public var offDelay: Span64
    /// It stays active after that, until a person resets it.
    public var isLatching: Bool

    public init(onDelay: Span64 = .zero, offDelay: Span64 = .zero, isLatching: Bool = false) {
      self.onDelay = onDelay
      self.offDelay = offDelay
      self.isLatching = isLatching
    }
  }

  /// Who did something, and why.
  public struct Signature: Hashable, Sendable {
    public var person: String
    public var reason: String
    public init(person: String, reason: String) {
      self.person = person
      self.reason = reason
    }
  }

  /// Suppressed by a person until a time.
  public struct Shelf: Hashable, Sendable {
    public var since: Timestamp
    public var until: Timestamp
    public var signature: Signature
    public init(since: Timestamp, until: Timestamp, signature: Signature) {
      self.since = since
      self.until = until
      self.signature = signature
    }
  }

  /// Suppressed by a person until it is lifted, or by the plant's logic.
  public struct Mute: Hashable, Sendable {
    public var since: Timestamp
    public var signature: Signature
    public init(since: Timestamp, signature: Signature) {
      self.since = since
      self.signature = signature
    }
  }

  public enum Input: Hashable, Sendable {
    case tick
    case level(Level)
    /// Nothing is known of the condition (true), or it is known again. Meanwhile the alarm neither raises nor returns.
    case blind(Bool)
    /// It has become more urgent: whoever acknowledged it has acknowledged something else.
    case escalate
    /// Names the occurrence that the person saw.
    case acknowledge(occurrence: Int, Signature)
    /// Of a latched alarm whose condition is clear.
    case reset(Signature)
    case shelve(until: Timestamp, Signature)
    case unshelve(Signature)
    /// By the plant's logic; nil ends it.
    case suppress(Signature?)
    /// For maintenance.
    case takeOut(Signature)
    case takeIn(Signature)
  }

  /// From the configuration; no part of the saved state.
  public var timing: Timing
  public internal(set) var state = State.normal
  /// Number of the occurrence that `state` speaks of; 0 before the first.
  public internal(set) var occurrence = 0
  /// The condition is clear, but the alarm stays active until it is reset.
  public internal(set) var isHeld = false
  public internal(set) var level = Level.clear
  /// Since when nothing is known of the condition.
  public internal(set) var blindSince: Timestamp?
  /// Since when the condition is what would raise the alarm, or let it return.
  var timer: Timestamp?
  /// Nothing that changes is dated before.
  var last = Timestamp.distantPast

  /// Of the occurrence: when its condition began, when it was raised, acknowledged, returned.
  public internal(set) var onset: Timestamp?
  public internal(set) var raised: Timestamp?
  public internal(set) var acknowledged: Timestamp?
  public internal(set) var acknowledgedBy: Signature?
  public internal(set) var returned: Timestamp?

  public internal(set) var shelf: Shelf?
  public internal(set) var suppression: Mute?
  public internal(set) var outOfService: Mute?

  public init(timing: Timing) { self.timing = timing }

  /// Evaluated and recorded, but not announced.
  public var isMuted: Bool { shelf != nil || suppression != nil || outOfService != nil }

  /// Nothing would be lost if it were forgotten.
  public var isIdle: Bool { state == .normal && level == .clear && timer == nil && blindSince == nil && !isMuted }

  /// When the next delay or shelving ends.
  public var deadline: Timestamp? { .earlier(timerDeadline, shelf?.until) }

  private var timerDeadline: Timestamp? {
    guard let timer, blindSince == nil else { return nil }
    return timer + (waitsForReturn ? timing.offDelay : timing.onDelay)
  }

  /// Active by its condition: what is awaited is that it clears.
  private var waitsForReturn: Bool { state.isActive && !isHeld }

  /// - Parameter sequence: the last number that was given to an occurrence; each new occurrence takes the next one.
  /// - Returns: what changed, in the order of its instants.
  public mutating func handle(_ input: Input, at time: Timestamp, sequence: inout Int) -> [AlarmTransition] {
    var changes: [AlarmTransition] = []
    advance(to: time, sequence: &sequence, &changes)
    let now = max(time, last)
    switch input {
    case .tick: break
    case .level(let level):
      self.level = level
      setTimer(time)
    case .blind(let isBlind):
      guard isBlind != (blindSince != nil) else { break }
      blindSince = isBlind ? now : nil
      timer = nil
      setTimer(time)
    case .escalate:
      guard state.isActive else { break }
      raise(at: now, onset: onset ?? now, isHeld: isHeld, sequence: &sequence, &changes)
    case .acknowledge(let number, let signature): acknowledge(number, signature, at: now, &changes)
    case .reset(let signature):
      guard isHeld, state.isActive else {
        tell(.resetRejected, at: now, by: signature, &changes)
        break
      }
      isHeld = false
      tell(.reset, at: now, by: signature, &changes)
      end(at: now, &changes)
    case .shelve(let until, let signature):
      guard now < until else { break }
      shelf = Shelf(since: now, until: until, signature: signature)
      tell(.shelved, at: now, by: signature, &changes)
    case .unshelve(let signature):
      guard shelf != nil else { break }
      shelf = nil
      unmuted(.unshelved, at: now, by: signature, sequence: &sequence, &changes)
    case .suppress(let signature?):
      guard suppression == nil else { break }
      suppression = Mute(since: now, signature: signature)
      tell(.suppressed, at: now, by: signature, &changes)
    case .suppress(nil):
      guard let was = suppression else { break }
      suppression = nil
      unmuted(.unsuppressed, at: now, by: was.signature, sequence: &sequence, &changes)
    case .takeOut(let signature):
      guard outOfService == nil else { break }
      outOfService = Mute(since: now, signature: signature)
      tell(.takenOut, at: now, by: signature, &changes)
    case .takeIn(let signature):
      guard outOfService != nil else { break }
      outOfService = nil
      unmuted(.takenIn, at: now, by: signature, sequence: &sequence, &changes)
    }
    advance(to: time, sequence: &sequence, &changes)
    return changes
  }

  // MARK: Time

  private mutating func advance(to time: Timestamp, sequence: inout Int, _ changes: inout [AlarmTransition]) {
    while let next = deadline, next <= time {
      // A shelving ends before what happens at its end: it is half-open.
      if let until = shelf?.until, until == next {
        let signature = shelf?.signature
        shelf = nil
        unmuted(.unshelved, at: max(next, last), by: signature, sequence: &sequence, &changes)
      } else if waitsForReturn {
        timer = nil
        clear(at: max(next, last), &changes)
        setTimer(next)
      } else {
        let onset = timer
        timer = nil
        raise(at: max(next, last), onset: onset ?? next, sequence: &sequence, &changes)
        setTimer(next)
      }
    }
  }

  private mutating func setTimer(_ time: Timestamp) {
    let counts = blindSince == nil && level == (waitsForReturn ? .clear : .violated)
    timer = counts ? timer ?? time : nil
  }

  // MARK: Changes

  private mutating func raise(
    at time: Timestamp, onset: Timestamp, isHeld: Bool = false, sequence: inout Int,
    _ changes: inout [AlarmTransition]
  ) {
    sequence += 1
    occurrence = sequence
    state = .unacknowledged
    self.isHeld = isHeld
    self.onset = onset
    (raised, acknowledged, acknowledgedBy, returned) = (time, nil, nil, nil)
    tell(.raised, at: time, by: nil, &changes)
  }

  private mutating func clear(at time: Timestamp, _ changes: inout [AlarmTransition]) {
    guard !timing.isLatching else {
      isHeld = true
      return tell(.latched, at: time, by: nil, &changes)
    }
    end(at: time, &changes)
  }

  private mutating func end(at time: Timestamp, _ changes: inout [AlarmTransition]) {
    state = state == .acknowledged ? .normal : .returned
    returned = time
    tell(.returned, at: time, by: nil, &changes)
  }

  private mutating func acknowledge(
    _ number: Int, _ signature: Signature, at time: Timestamp, _ changes: inout [AlarmTransition]
  ) {
    guard number == occurrence, state.waitsForPerson else {
      last = max(last, time)
      changes.append(
        AlarmTransition(
          what: .acknowledgeRejected, time: time, state: state, occurrence: number, isMuted: isMuted,
          signature: signature))
      return
    }
    state = state == .unacknowledged ? .acknowledged : .normal
    acknowledged = time
    acknowledgedBy = signature
    tell(.acknowledged, at: time, by: signature, &changes)
  }

  /// What is still active when it is heard again is announced then, not at its next edge.
  private mutating func unmuted(
    _ what: AlarmTransition.What, at time: Timestamp, by signature: Signature?, sequence: inout Int,
    _ changes: inout [AlarmTransition]
  ) {
    tell(what, at: time, by: signature, &changes)
    guard !isMuted, state.isActive else { return }
    if state == .acknowledged {
      raise(at: time, onset: onset ?? time, isHeld: isHeld, sequence: &sequence, &changes)
    } else {
      tell(.announcedAgain, at: time, by: nil, &changes)
    }
  }

  private mutating func tell(
    _ what: AlarmTransition.What, at time: Timestamp, by signature: Signature?, _ changes: inout [AlarmTransition]
  ) {
    last = max(last, time)
    changes.append(
      AlarmTransition(
        what: what, time: time, state: state, occurrence: occurrence, isMuted: isMuted, signature: signature))
  }
}
