import Factors
import Telemetry
import Templates

/// Rates factors by their own facts: the place and year that they describe, and whether they were made for this supply,
/// are an average, or stand for something else.
struct FactorRating: Sendable {
  var ratings: FootprintRatings
  /// ISO 3166-2 code of the plant.
  var subdivision: String

  /// Means of the lines by their emissions; of lines without emissions the plain means.
  ///
  /// - Parameter year: of the order.
  func of(_ lines: [EmissionLine], year: Int) throws(DecimalError) -> DataQuality.Ratings {
    let counted = lines.filter { !$0.isMemo }
    let isWeighted = counted.contains { !$0.kilograms.isZero }
    var contributions: [DataQuality.Contribution] = []
    for line in counted {
      contributions.append(
        DataQuality.Contribution(
          kilograms: isWeighted ? line.kilograms : .one, isPrimary: true, ratings: rate(line.factor, year: year)))
    }
    guard let mean = try DataQuality(contributions) else { return .unrated }
    return DataQuality.Ratings(
      technological: mean.technological, geographical: mean.geographical, temporal: mean.temporal)
  }

  /// - Parameter factor: nil where the emissions are known as such: the supply's own.
  func rate(_ factor: EmissionFactor?, year: Int) -> DataQuality.Ratings {
    guard let factor else {
      return DataQuality.Ratings(
        technological: ratings.specific, geographical: ratings.subdivision, temporal: ratings.temporal(age: 0))
    }
    return DataQuality.Ratings(
      technological: technological(factor), geographical: geographical(factor.area),
      temporal: temporal(factor.dataYear ?? factor.published?.year, year: year))
  }

  /// A proxy, or a value that is in no published source, stands for something else; what the site or a certificate says
  /// is for this supply; what a table says is an average.
  private func technological(_ factor: EmissionFactor) -> Int {
    if factor.set == "certificates" { return ratings.specific }
    if factor.status.caution != nil || factor.label != nil { return ratings.proxy }
    return factor.override != nil || factor.status == .site ? ratings.specific : ratings.average
  }

  /// - Parameter area: ISO 3166 code, or a region of a country (`CN/southwest`).
  func geographical(_ area: String?) -> Int {
    guard let area else { return ratings.unnamed }
    if area == subdivision { return ratings.subdivision }
    let country = subdivision.prefix(2)
    return area.prefix(2) == country ? ratings.country : ratings.region
  }

  /// - Parameter described: nil = not said.
  func temporal(_ described: Int?, year: Int) -> Int {
    described.map { ratings.temporal(age: year - $0) } ?? ratings.unnamed
  }
}
