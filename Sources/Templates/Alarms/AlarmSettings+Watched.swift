import Telemetry

/// What is watched for alarms alone: conditions of safety, and limits of signals.
extension AlarmSettings {
  /// People are in danger while all parts hold: judged with each sample, without any delay.
  public struct SafetyCondition: Hashable, Sendable {
    public enum Test: Hashable, Sendable {
      case above(Double)
      case below(Double)
      /// The signal is in this state.
      case state(String)
      /// It has risen by more than this within a time: a runaway.
      case rising(Double, within: Span64)
    }

    public struct Part: Hashable, Sendable {
      public var signal: String
      public var test: Test
      /// How far the value must come back before the part holds no more, in the signal's unit.
      public var deadband: Double
      public init(signal: String, test: Test, deadband: Double = 0) {
        self.signal = signal
        self.test = test
        self.deadband = deadband
      }
    }

    /// The rule of the finding, of a class with the category safety.
    public var rule: String
    /// Patterns of asset ids.
    public var assets: [String]
    public var parts: [Part]
    /// What it means, for people; nil = the guide of the rule says it.
    public var title: FaultModel.Words?

    public init(rule: String, assets: [String], parts: [Part], title: FaultModel.Words? = nil) {
      self.rule = rule
      self.assets = assets
      self.parts = parts
      self.title = title
    }
  }

  /// Deadband and delays of a kind of measured value: of signals with `alarm:`. The first that fits a signal counts.
  public struct LimitKind: Hashable, Sendable {
    /// `temperature`, `flow` …: the rule of the finding is `limit-<name>`.
    public var name: String
    /// Units of the signals; empty = any.
    public var units: [String]
    /// Words of the signals' names; empty = any.
    public var words: [String]
    /// Of the measuring range, percent (EEMUA 191).
    public var deadbandPercent: Double
    public var onDelay: Span64
    public var offDelay: Span64

    public init(
      name: String, units: [String], words: [String], deadbandPercent: Double, onDelay: Span64, offDelay: Span64
    ) {
      self.name = name
      self.units = units
      self.words = words
      self.deadbandPercent = deadbandPercent
      self.onDelay = onDelay
      self.offDelay = offDelay
    }

    public func fits(_ signal: Signal) -> Bool {
      guard units.isEmpty || units.contains(signal.unit) else { return false }
      let parts = signal.name.lowercased().split { !$0.isLetter }.map(String.init)
      return words.isEmpty || words.contains { parts.contains($0) }
    }

    /// In the signal's unit; 0 where its range is not known, since a percentage of something else means nothing.
    public func deadband(_ signal: Signal) -> Double {
      guard let low = signal.minimum, let high = signal.maximum else { return 0 }
      return deadbandPercent / 100 * (high - low)
    }
  }

  /// What people should know of alarms of some rules, in two languages. The first that names a rule counts.
  public struct Guide: Hashable, Sendable {
    /// Names of rules, with `*`.
    public var rules: [String]
    public var title: FaultModel.Words?
    /// What happens if nobody does anything.
    public var ignored: FaultModel.Words?
    public var steps: [FaultModel.Words]
    /// Who can do it.
    public var skill: FaultModel.Words?

    public init(
      rules: [String], title: FaultModel.Words?, ignored: FaultModel.Words?, steps: [FaultModel.Words],
      skill: FaultModel.Words?
    ) {
      self.rules = rules
      self.title = title
      self.ignored = ignored
      self.steps = steps
      self.skill = skill
    }
  }

  public func guide(of rule: String) -> Guide? {
    guides.first { guide in guide.rules.contains { Wildcard.matches(rule, $0) } }
  }

  public func limitKind(of signal: Signal) -> LimitKind? { limits.first { $0.fits(signal) } }
}
