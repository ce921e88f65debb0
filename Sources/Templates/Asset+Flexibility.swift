import Telemetry

extension Asset {
  /// What of an asset's load may be moved, left out or stored, as its owner declares it.
  public struct Flexibility: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// A run that may begin earlier or later.
      case shift
      /// Power that may be left out for a while.
      case shed
      /// Takes energy in and gives it back later.
      case storage
    }

    /// What people lose while it is used.
    public enum Comfort: String, Hashable, Sendable, CaseIterable, Comparable {
      case low, medium, high

      public static func < (one: Comfort, other: Comfort) -> Bool { one.place < other.place }

      private var place: Int {
        switch self {
        case .low: 0
        case .medium: 1
        case .high: 2
        }
      }
    }

    public var kind: Kind
    /// kW that are moved, left out or taken in.
    public var power: ExactDecimal
    /// Of a run; of a shedding the longest of a day; of a storage, how long it takes in, and gives back.
    public var duration: Span64
    /// Minutes of the local day between which it may be used. Not later than `from`: on the next day.
    public var from: Int
    public var to: Int
    /// 0 = Monday … 6 = Sunday; the day on which the window begins counts.
    public var weekdays: [Int]
    /// Minute of the day at which the run usually begins; for `shift`.
    public var usually: Int?
    /// Share of what was taken in that is given back; for `storage`.
    public var efficiency: ExactDecimal?
    public var comfort: Comfort
    /// What people notice; nil = not said.
    public var effect: String?

    public init(
      kind: Kind, power: ExactDecimal, duration: Span64, from: Int, to: Int, weekdays: [Int] = Array(0..<7),
      usually: Int? = nil, efficiency: ExactDecimal? = nil, comfort: Comfort, effect: String? = nil
    ) {
      self.kind = kind
      self.power = power
      self.duration = duration
      self.from = from
      self.to = to
      self.weekdays = weekdays
      self.usually = usually
      self.efficiency = efficiency
      self.comfort = comfort
      self.effect = effect
    }

    /// Whether a stretch of the local day lies in the window; minutes, which may go on beyond 1440.
    func contains(from start: Int, to end: Int) -> Bool {
      let close = to <= from ? to + 1440 : to
      return [start, start + 1440].contains { from <= $0 && $0 + (end - start) <= close }
    }
  }
}

/// How far advice on flexible loads may go.
public enum AdvicePolicy: String, Hashable, Sendable, CaseIterable {
  /// Only what nobody notices much; loads are shed only to hold the demand's limit.
  case comfortFirst = "comfort-first"
  /// Also what is noticed somewhat, where it is only moved, or the demand's limit is at stake.
  case balanced
  /// Everything that was declared flexible.
  case savingFirst = "saving-first"
}
