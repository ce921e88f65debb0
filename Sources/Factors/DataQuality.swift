import Telemetry

/// How good the data behind a footprint are.
public struct DataQuality: Hashable, Sendable {
  /// 1 (very good) … 5 (very poor).
  public struct Ratings: Hashable, Sendable {
    public var technological: ExactDecimal
    public var geographical: ExactDecimal
    public var temporal: ExactDecimal

    public init(technological: ExactDecimal, geographical: ExactDecimal, temporal: ExactDecimal) {
      self.technological = technological
      self.geographical = geographical
      self.temporal = temporal
    }

    public init(technological: Int, geographical: Int, temporal: Int) {
      self.init(
        technological: ExactDecimal(technological), geographical: ExactDecimal(geographical),
        temporal: ExactDecimal(temporal))
    }

    var all: [ExactDecimal] { [technological, geographical, temporal] }
  }

  /// One contribution to the footprint.
  public struct Contribution: Hashable, Sendable {
    public var kilograms: ExactDecimal
    /// Measured at the process itself, not taken from a table.
    public var isPrimary: Bool
    public var ratings: Ratings

    public init(kilograms: ExactDecimal, isPrimary: Bool, ratings: Ratings) {
      self.kilograms = kilograms
      self.isPrimary = isPrimary
      self.ratings = ratings
    }

    public init(kilograms: ExactDecimal, isPrimary: Bool, technological: Int, geographical: Int, temporal: Int) {
      self.init(
        kilograms: kilograms, isPrimary: isPrimary,
        ratings: Ratings(technological: technological, geographical: geographical, temporal: temporal))
    }
  }

  /// Percent of the footprint that rests on primary data.
  public var primaryShare: ExactDecimal
  /// Means of the ratings, weighted by the contributions; two places.
  public var technological, geographical, temporal: ExactDecimal

  public init(
    primaryShare: ExactDecimal, technological: ExactDecimal, geographical: ExactDecimal, temporal: ExactDecimal
  ) {
    self.primaryShare = primaryShare
    self.technological = technological
    self.geographical = geographical
    self.temporal = temporal
  }

  /// Nil if nothing contributes. Removals count by their magnitude.
  public init?(_ contributions: [Contribution]) throws(DecimalError) {
    var (whole, primary) = (ExactDecimal.zero, ExactDecimal.zero)
    var sums = [ExactDecimal.zero, .zero, .zero]
    for contribution in contributions {
      let weight = contribution.kilograms.magnitude
      whole = try whole + weight
      if contribution.isPrimary { primary = try primary + weight }
      for (place, rating) in contribution.ratings.all.enumerated() { sums[place] = try sums[place] + weight * rating }
    }
    guard !whole.isZero else { return nil }
    primaryShare = try (primary * ExactDecimal(100)).divided(by: whole, places: 2)
    technological = try sums[0].divided(by: whole, places: 2)
    geographical = try sums[1].divided(by: whole, places: 2)
    temporal = try sums[2].divided(by: whole, places: 2)
  }
}
