import Telemetry

/// A frame judged against what was learnt of its machine.
public struct Deviation: Hashable, Sendable {
  /// What one signal adds to it.
  public struct Contribution: Hashable, Sendable {
    /// Position in `MachineProfile.signals`.
    public var signal: Int
    /// Robust standard deviations from what is expected in this regime; positive = above.
    public var z: Double
    /// The smoothed value that was judged, and what was expected, in the signal's unit.
    public var value: Double
    public var expected: Double

    public init(signal: Int, z: Double, value: Double, expected: Double) {
      self.signal = signal
      self.z = z
      self.value = value
      self.expected = expected
    }
  }

  /// A signal that explains others, as the one that is wrong: what is expected of all of them moves with it.
  public struct Suspect: Hashable, Sendable {
    /// Position in `MachineProfile.signals`.
    public var signal: Int
    /// What it says, and what the others say that it is, in its unit.
    public var value: Double
    public var implied: Double
    /// Robust standard deviations by which the signal that answers most deviates because of it.
    public var size: Double
    /// Of what deviates, the share that it explains (of the squares, without noise): 1 = everything.
    public var share: Double

    public init(signal: Int, value: Double, implied: Double, size: Double, share: Double) {
      self.signal = signal
      self.value = value
      self.implied = implied
      self.size = size
      self.share = share
    }
  }

  /// Start of the frame.
  public var time: Timestamp
  /// ≥ 1 = alarm level. Persistence and autocorrelation are dealt with: it is what a person should go by.
  public var score: Double
  /// Of the signals taken together (Hotelling's T²), as a share of its alarm level: 0 with fewer than two signals.
  public var joint: Double
  /// By falling size of z.
  public var contributions: [Contribution]
  public var evidence: Evidence
  /// Signals that may be wrong themselves though nothing judges them: best first.
  public var suspects: [Suspect]

  public init(
    time: Timestamp, score: Double, joint: Double = 0, contributions: [Contribution], evidence: Evidence,
    suspects: [Suspect] = []
  ) {
    self.time = time
    self.score = score
    self.joint = joint
    self.contributions = contributions
    self.evidence = evidence
    self.suspects = suspects
  }
}
