/// Plans of acceptance sampling as a standard prints them: a literal table with its source.
public struct SamplingTable: Hashable, Sendable {
  public enum Level: String, CaseIterable, Hashable, Sendable {
    case special1 = "S-1"
    case special2 = "S-2"
    case special3 = "S-3"
    case special4 = "S-4"
    case one = "I"
    case two = "II"
    case three = "III"
  }

  /// A cell of the table.
  public enum Cell: Hashable, Sendable {
    /// Accept with at most so many defectives, reject from so many.
    case plan(accept: Int, reject: Int)
    /// The plan of the next letter with a larger sample …
    case down
    /// … or with a smaller one.
    case up
  }

  /// Code letters of a range of lot sizes.
  public struct Lots: Hashable, Sendable {
    public var from: Int
    /// Nil: no end.
    public var to: Int?
    /// One for each level, in the order of `Level.allCases`.
    public var letters: [String]
  }

  public struct Letter: Hashable, Sendable {
    public var letter: String
    public var size: Int
    /// One for each of `limits`.
    public var cells: [Cell]
  }

  /// Numbers of lots at which the inspection changes.
  public struct Switching: Hashable, Sendable {
    /// Normal → tightened: so many not accepted …
    public var tighten: Int
    /// … among so many consecutive lots.
    public var among: Int
    /// Tightened → normal: so many consecutive lots accepted.
    public var relax: Int
    /// So many lots not accepted on tightened inspection: no lot is accepted by sampling any more.
    public var discontinue: Int
    /// Normal → reduced, where the table has it and the plan allows it.
    public var reduce: Reduce?

    /// The switching score: an accepted lot adds to it, what does not sets it to 0.
    public struct Reduce: Hashable, Sendable {
      /// At this score inspection is reduced.
      public var score: Int
      /// For a lot with an acceptance number of 2 or more that one step tighter would have accepted as well.
      public var tighter: Int
      /// For an accepted lot with an acceptance number of 0 or 1.
      public var small: Int
    }
  }

  /// How strictly lots are inspected.
  public enum Severity: String, CaseIterable, Hashable, Sendable { case normal, tightened, reduced }

  public var name: String
  public var document: String
  /// How well its parts are founded: name and status.
  public var status: [String: String]
  /// Ascending, without gaps.
  public var lots: [Lots]
  /// Acceptance quality limits as the standard writes them.
  public var limits: [String]
  /// Normal inspection, from the smallest sample to the largest.
  public var letters: [Letter]
  /// Tightened and reduced inspection; empty where the table has none.
  public var tightened: [Letter] = []
  public var reduced: [Letter] = []
  public var switching: Switching

  /// What the table has for a severity.
  public func letters(_ severity: Severity) -> [Letter] {
    switch severity {
    case .normal: letters
    case .tightened: tightened
    case .reduced: reduced
    }
  }
}
