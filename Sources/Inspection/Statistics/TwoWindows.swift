/// Whether a value was otherwise in one time than in the time before: the rank-biserial effect size, with the scatter of
/// the Mann-Whitney statistic (ties corrected) widened by the autocorrelation that the value had before.
///
/// Neighbouring windows have much in common, so a hundred of them are fewer than a hundred; a value that wanders by itself
/// proves nothing by having wandered.
public struct TwoWindows: Hashable, Sendable {
  /// Independent windows that must be there: product choices, so that small samples never claim anything.
  static let leastBefore = 8.0
  static let leastAfter = 3.0

  /// −1 … 1: how much more often a value of the later time is above one of the time before than below it.
  public var effect: Double
  /// Two-sided probability of such an effect by chance.
  public var probability: Double
  public var meanBefore: Double
  public var meanAfter: Double

  /// Nil for too few, or where all values are the same.
  ///
  /// - Parameters:
  ///   - before: by time.
  ///   - after: by time.
  public init?(before: [Double], after: [Double]) {
    let (n, m) = (Double(before.count), Double(after.count))
    let common = Self.common(before)
    guard n / common >= Self.leastBefore, m / common >= Self.leastAfter else { return nil }
    let order = (before.map { ($0, false) } + after.map { ($0, true) }).sorted { $0.0 < $1.0 }
    var rankSum = 0.0
    var ties = 0.0
    var place = 0
    while place < order.count {
      var end = place + 1
      while end < order.count, order[end].0 == order[place].0 { end += 1 }
      let rank = Double(place + end + 1) / 2
      rankSum += rank * Double(order[place..<end].count { $0.1 })
      let tied = Double(end - place)
      ties += tied * tied * tied - tied
      place = end
    }
    let all = n + m
    let variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)))
    guard variance > 0 else { return nil }
    let u = rankSum - m * (m + 1) / 2
    let z = (u - n * m / 2) / (variance * common).squareRoot()
    effect = 2 * u / (n * m) - 1
    probability = 2 * (1 - NormalDistribution.cumulative(abs(z)))
    meanBefore = before.reduce(0, +) / n
    meanAfter = after.reduce(0, +) / m
  }

  /// How many neighbouring values count as one: 1 + 2·Σ of the autocorrelations until the first that is not positive.
  static func common(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard squares > 0 else { return 1 }
    var sum = 0.0
    for lag in 1...max(1, values.count / 3) where lag < values.count {
      let products = zip(values, values.dropFirst(lag)).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
      guard products > 0 else { break }
      sum += products / squares
    }
    return 1 + 2 * sum
  }
}
