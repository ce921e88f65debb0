import Telemetry

/// How machines are learnt. Product choices, the same for every machine and every signal: nothing here is fitted to one.
public struct LearningSettings: Hashable, Sendable {
  /// Time constants at which signals are smoothed and judged, minutes, each four times the one before: a short one sees
  /// jumps, a long one sees small shifts that last, as the short and long memory of an EWMA chart.
  public var scales: [Double] = [8, 32, 128, 512, 2048]
  /// What is usual is kept as so many values per scale, spread evenly over the time that is remembered.
  public var rows = 128
  /// What is older does not count any more, minutes: 45 days, the usual revision horizon.
  public var memory = 45.0 * 24 * 60
  /// So many values of a scale before it is judged at all.
  public var minimumRows = 16
  /// Hours of judged data until a machine counts as watched; before, only what stands out far is told.
  public var hours = 72.0
  /// Values beyond the alarm level that a machine may have by chance at one scale in a year, before persistence.
  public var chance = 3.0
  /// How much further out the alarm level lies while a machine is not watched yet.
  public var untried = 1.5
  /// How much further out the alarm level lies while little is known: its square grows by this many independent values
  /// over those that were seen.
  public var youth = 1.0
  /// … and at most by this factor because their spread is known from few independent values.
  public var unsure = 1.0
  /// A deviation counts when it has lasted: it comes up to its size with this share of the time constant.
  public var persistence = 0.2
  /// What deviates at least this much, as a share of the alarm level, is not learnt from.
  public var freeze = 0.9
  /// … but of a machine that is not watched yet no more than this share of what was learnt is withheld.
  public var withheld = 0.25
  /// Nor what lies so many standard deviations out at a scale that is longer than any passing disturbance, …
  public var drift = 3.5
  /// … which takes at most about so many minutes.
  public var passing = 512.0
  /// Of a machine whose values come at least so many minutes apart each one counts: `paced` sets what follows from that.
  public var sparse = 30.0
  public internal(set) var isSparse = false
  /// Smallest spread at any scale of such a machine, as a share of how far single frames stray: what is averaged over weeks is
  /// not known better, since no machine stays the same so exactly.
  public var fineness = 0.1
  /// Smallest spread, as a share of the level: less than that nobody would act on; …
  public var spreadFloor = 0.005
  /// … the same of such a machine, whose own noise is the better measure; …
  public var sparseFloor = 0.0005
  /// … and of a signal that has always shown the same value, of which nothing tells how far it may stray.
  public var stillFloor = 0.005
  /// The same of vibration and its relatives, which are judged by their logarithm.
  public var logarithmicFloor = 0.05
  /// A gap beyond this is no time that passed for the machine, minutes.
  public var longestGap = 30.0
  /// After a stop a machine is not judged for so long, minutes.
  public var settling = 10.0
  /// Longest time that a machine takes to warm up, minutes: the time constant by which it is learnt.
  public var warmUp = 45.0

  /// Rows of slower machines are at most so far apart; beyond, all times grow with the interval.
  public var slowest = 60.0

  public static let standard = LearningSettings()
  public init() {}

  /// The same in the time of a machine that tells of itself seldom (once a flight, once a day): what counts is how many values
  /// were seen, and a time constant that is shorter than their interval averages nothing.
  ///
  /// - Parameter interval: between its values, minutes.
  func paced(_ interval: Double) -> LearningSettings {
    guard interval >= sparse else { return self }
    var paced = self
    paced.isSparse = true
    paced.minimumRows /= 2
    paced.unsure = 2
    let factor = interval / slowest
    guard factor > 1 else { return paced }
    paced.scales = scales.map { $0 * factor }
    paced.memory *= factor
    paced.hours *= factor
    paced.passing *= factor
    paced.longestGap *= factor
    paced.warmUp *= factor
    return paced
  }
}
