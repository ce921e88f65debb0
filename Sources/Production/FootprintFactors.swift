import Factors
import Plant
import Telemetry
import Templates

/// What turns metered amounts into kgCO2e of a product's footprint.
public protocol FootprintFactors: Sendable {
  /// - Parameters:
  ///   - amount: in the unit of the carrier's quantity.
  ///   - start, end: of the order, half-open.
  ///   - recalculations: those that were made, as they are saved (`Recalculation.stateKey`).
  func emission(
    of carrier: Carrier, amount: ExactDecimal, start: Timestamp, end: Timestamp, recalculations: [UInt8]?
  ) -> FootprintEmission
}

/// The emissions of one carrier, or why there is no figure.
public struct FootprintEmission: Hashable, Sendable {
  /// kgCO2e; nil: see `problem`.
  public var kilograms: ExactDecimal?
  /// Id and source of the factor.
  public var factor: String?
  public var source: String?
  public var formula: String?
  public var warnings: [String]
  public var problem: String?
  /// Of the factor, for this place and time.
  public var ratings: DataQuality.Ratings

  public init(
    kilograms: ExactDecimal?, factor: String? = nil, source: String? = nil, formula: String? = nil,
    warnings: [String] = [], problem: String? = nil, ratings: DataQuality.Ratings = .unrated
  ) {
    self.kilograms = kilograms
    self.factor = factor
    self.source = source
    self.formula = formula
    self.warnings = warnings
    self.problem = problem
    self.ratings = ratings
  }
}

extension DataQuality.Ratings {
  /// Of what nobody has rated.
  public static let unrated = DataQuality.Ratings(technological: 5, geographical: 5, temporal: 5)
}

/// The factors of the site's library by the method `pcf`: with everything upstream of the energy. Which choice of them
/// is in force is asked for the order's end.
public struct LibraryFootprintFactors: FootprintFactors {
  private let factors: FactorsInForce
  private let zone: PlantZone
  private let ratings: FootprintRatings

  public init(_ factors: FactorsInForce, zone: PlantZone, ratings: FootprintRatings = FootprintRatings()) {
    self.factors = factors
    self.zone = zone
    self.ratings = ratings
  }

  public func emission(
    of carrier: Carrier, amount: ExactDecimal, start: Timestamp, end: Timestamp, recalculations: [UInt8]?
  ) -> FootprintEmission {
    let last = CivilDate(lastDayBefore: end, in: zone)
    do {
      guard let kind = try carrier.quantity.activityKind(fuel: carrier.fuel) else {
        return FootprintEmission(
          kilograms: nil,
          problem: "nothing says what \(carrier.name) emits: meter the energy that it is made with, or leave its meter "
            + "out of the line with `serves: none`")
      }
      let activity = Activity(kind, amount, carrier.quantity.unit)
      let choice = try factors.choice(at: Timestamp(nanoseconds: end.nanoseconds - 1), saved: recalculations)
      if let problem = choice.problem { return FootprintEmission(kilograms: nil, problem: "\(problem)") }
      let calculator = choice.calculator
      let lines = try calculator.lines(activity, .footprint, calculator.settings.inventoryDate(lastDay: last))
      let kilograms = try EmissionTotals(lines).total()
      return FootprintEmission(
        kilograms: kilograms, factor: lines.compactMap { $0.factor?.id }.first,
        source: lines.compactMap { $0.factor?.source }.first, formula: lines.map(\.formula).joined(separator: "; "),
        warnings: lines.flatMap(\.warnings).map(\.text),
        ratings: try FactorRating(ratings: ratings, subdivision: calculator.settings.subdivision)
          .of(lines, year: last.year))
    } catch {
      return FootprintEmission(kilograms: nil, problem: "\(error)")
    }
  }
}
