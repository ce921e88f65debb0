import Telemetry

/// How a kind of equipment fails: what a fault looks like, what causes it, and what to do. One file of `Devices/faults/`.
///
/// Everything in it is configuration with provenance; the code knows only how a pattern is compared with what is measured.
public struct FaultModel: Hashable, Sendable {
  public var name: String
  public var title: Words
  /// In the order of the file, inherited ones first.
  public var faults: [Fault]
  /// Whether assets with it are learnt and watched unless they say otherwise. Meters and plain sensors are many, and what
  /// they show is judged by other rules.
  public var isLearnt = true

  public init(name: String, title: Words, faults: [Fault]) {
    self.name = name
    self.title = title
    self.faults = faults
  }

  /// What a signal can measure; `band-energy:<line>` besides.
  public static let roles = [
    "vibration-velocity", "vibration-displacement", "vibration-acceleration", "envelope", "kurtosis", "crest",
    "bearing-temperature", "winding-temperature", "housing-temperature", "process-temperature",
    "coolant-temperature", "ambient-temperature", "current", "voltage", "current-unbalance", "voltage-unbalance",
    "active-power", "power-factor", "speed", "torque", "load", "flow", "suction-pressure", "discharge-pressure",
    "differential-pressure", "pressure", "level", "humidity", "acoustic", "oil-condition", "wear", "usage", "state",
    "other",
  ]

  /// A text for people in two languages.
  public struct Words: Hashable, Sendable {
    public var english: String
    public var chinese: String
    public init(_ english: String, _ chinese: String) {
      self.english = english
      self.chinese = chinese
    }
  }

  /// Where a fault has its origin.
  public enum Origin: String, Hashable, Sendable, CaseIterable {
    /// The machine itself.
    case device
    /// What measures it.
    case sensor
    /// How it is driven: set points, valves, timing.
    case controlLogic = "control-logic"
  }

  /// How much a threshold that is crossed matters.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    case info
    case warning
    case critical
  }

  public struct Fault: Hashable, Sendable {
    /// Part of the finding's key.
    public var id: String
    public var name: Words
    public var origin: Origin
    public var severity: Severity
    /// What it looks like against what is usual; empty for one that is known by `conditions` alone.
    public var symptoms: [Symptom]
    /// All of them hold: it is there. Empty for one that is known by `symptoms` alone.
    public var conditions: [Condition]
    public var cause: Words
    /// In the order in which they are done.
    public var checks: [Words]
    /// What is usually needed.
    public var parts: [Words]
    /// How long these usually take to come; nil = kept in stock, or none.
    public var leadTime: Span64?
    /// When it counts as failed; nil = unknown, so no remaining life is given.
    public var criterion: Criterion?
    /// Where this knowledge is from.
    public var provenance: String

    public init(
      id: String, name: Words, origin: Origin = .device, severity: Severity = .warning, symptoms: [Symptom] = [],
      conditions: [Condition] = [], cause: Words, checks: [Words] = [], parts: [Words] = [], leadTime: Span64? = nil,
      criterion: Criterion? = nil, provenance: String
    ) {
      self.id = id
      self.name = name
      self.origin = origin
      self.severity = severity
      self.symptoms = symptoms
      self.conditions = conditions
      self.cause = cause
      self.checks = checks
      self.parts = parts
      self.leadTime = leadTime
      self.criterion = criterion
      self.provenance = provenance
    }
  }

  public struct Symptom: Hashable, Sendable {
    public enum Direction: String, Hashable, Sendable, CaseIterable {
      case up
      case down
      /// It does not change; that it does speaks against the fault.
      case steady
      /// Away from the usual, to either side.
      case any
    }

    /// What the signal measures: `vibration-velocity`, `bearing-temperature` …
    public var role: String
    /// One of the words of the signal's name, where the role alone does not say it: `axial`; nil = any.
    public var named: String?
    /// The signal's name has none of these words.
    public var unless: [String]
    public var direction: Direction
    /// Above 0: how strongly it usually answers, compared with the other symptoms.
    public var weight: Double
    /// Without it (where it is measured) it is hardly this fault.
    public var isNeeded: Bool

    public init(
      role: String, named: String? = nil, unless: [String] = [], direction: Direction, weight: Double = 1,
      isNeeded: Bool = false
    ) {
      self.role = role
      self.named = named
      self.unless = unless
      self.direction = direction
      self.weight = weight
      self.isNeeded = isNeeded
    }

    /// - Parameter words: of the signal's name, in lower case.
    public func fits(role: String, words: [String]) -> Bool {
      self.role == role && named.map { words.contains($0) } ?? true && !unless.contains { words.contains($0) }
    }
  }

  /// When a fault counts as failed: how far one measured thing may go from what is usual.
  public struct Criterion: Hashable, Sendable {
    public var role: String
    public var named: String?
    /// In the signal's unit, or as a share of what is usual; negative = downwards.
    public var change: Double
    public var isRelative: Bool
    /// Relative standard deviation: how alike failures are.
    public var spread: Double

    public init(role: String, named: String? = nil, change: Double, isRelative: Bool, spread: Double) {
      self.role = role
      self.named = named
      self.change = change
      self.isRelative = isRelative
      self.spread = spread
    }
  }

  /// A limit on something that is calculated from the signals of one moment.
  public struct Condition: Hashable, Sendable {
    public enum Bound: Hashable, Sendable {
      case below(Limit)
      case atMost(Limit)
      case above(Limit)
      case atLeast(Limit)
      /// Below the first or above the second.
      case outside(Double, Double)
    }

    /// A number, or one for each state of a signal.
    public enum Limit: Hashable, Sendable {
      case fixed(Double)
      case byState(signal: String, values: [ByState])
    }

    public struct ByState: Hashable, Sendable {
      public var state: String
      public var limit: Double
      public init(_ state: String, _ limit: Double) {
        self.state = state
        self.limit = limit
      }
    }

    public var value: FaultExpression
    /// For people.
    public var unit: String
    public var bound: Bound
    /// Values so near a limit count as equal to it (readings are rounded decimals).
    public var tolerance: Double

    public init(value: FaultExpression, unit: String, bound: Bound, tolerance: Double = 0) {
      self.value = value
      self.unit = unit
      self.bound = bound
      self.tolerance = tolerance
    }

    /// The signals that it needs, in the order of their first mention.
    public var signals: [String] {
      var names = value.signals
      if let state = stateSignal, !names.contains(state) { names.append(state) }
      return names
    }

    public var stateSignal: String? {
      switch bound {
      case .below(.byState(let signal, _)), .atMost(.byState(let signal, _)), .above(.byState(let signal, _)),
        .atLeast(.byState(let signal, _)):
        signal
      default: nil
      }
    }
  }
}
