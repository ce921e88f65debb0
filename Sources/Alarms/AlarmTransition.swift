import Telemetry

/// Something that changed in the life of an alarm.
public struct AlarmTransition: Hashable, Sendable {
  public enum What: String, Hashable, Sendable, CaseIterable {
    case raised
    case acknowledged
    /// Of an occurrence that is not the present one, or that needs none.
    case acknowledgeRejected = "acknowledgement-rejected"
    case returned
    /// Clear by its condition, active until a reset.
    case latched
    case reset
    case resetRejected = "reset-rejected"
    case shelved
    case unshelved
    case suppressed
    case unsuppressed
    case takenOut = "out-of-service"
    case takenIn = "in-service"
    /// Still active when a shelving, suppression or maintenance ended.
    case announcedAgain = "announced-again"
  }

  public var what: What
  /// The instant itself: the deadline of a delay, not the time mark at which it was noticed.
  public var time: Timestamp
  /// After it.
  public var state: AlarmMachine.State
  public var occurrence: Int
  /// Recorded, but not announced.
  public var isMuted: Bool
  public var signature: AlarmMachine.Signature?

  public init(
    what: What, time: Timestamp, state: AlarmMachine.State, occurrence: Int, isMuted: Bool,
    signature: AlarmMachine.Signature?
  ) {
    self.what = what
    self.time = time
    self.state = state
    self.occurrence = occurrence
    self.isMuted = isMuted
    self.signature = signature
  }

  /// A person is to notice it.
  public var isAnnounced: Bool { !isMuted && (what == .raised || what == .announcedAgain) }
}
