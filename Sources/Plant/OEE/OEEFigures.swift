import Telemetry

/// The indicators of ISO 22400-2 of elements. What has no divisor is nil, and a flag says why; nothing is cut.
public struct OEEFigures: Hashable, Sendable {
  /// What a reader must know. The raw value is the word of records.
  public enum Flag: String, Hashable, Sendable, CaseIterable {
    case noPlannedTime = "no planned time"
    case noProduction = "no production"
    /// The planned run time is too long.
    case effectivenessAboveOne = "effectiveness above 1"
    case piecesNotCounted = "pieces are not counted"
    case noPlannedRunTime = "no planned run time"
    /// Nothing is known of a part of the planned time: figures are lower bounds.
    case noData = "no data"
  }

  /// A = APT / PBT.
  public var availability: ExactDecimal?
  /// E = PRI·PQ / APT.
  public var effectiveness: ExactDecimal?
  /// Q = GQ / PQ; of products with different planned run times PRI·GQ / PRI·PQ, so that A·E·Q is the OEE.
  public var quality: ExactDecimal?
  /// PRI·GQ / PBT.
  public var oee: ExactDecimal?
  /// NEE index: AUPT / PBT · E · Q, setup counted as use.
  public var netEffectiveness: ExactDecimal?
  /// AUBT / PBT.
  public var allocationEfficiency: ExactDecimal?
  /// APT / AUBT.
  public var utilisationEfficiency: ExactDecimal?
  /// APT / (APT + ADET).
  public var technicalEfficiency: ExactDecimal?
  /// AUST / AUPT.
  public var setupRatio: ExactDecimal?
  public var scrapRatio: ExactDecimal?
  public var reworkRatio: ExactDecimal?
  /// Share of the planned time in which it did not wait for others.
  public var activeShare: ExactDecimal?
  /// kWh by good piece.
  public var energyByPiece: ExactDecimal?
  public var flags: [Flag] = []

  public init(_ elements: OEEElements) throws(DecimalError) {
    let planned = elements.planned
    let isRated = elements.countsPieces && elements.unrated == 0
    availability = try Self.ratio(elements.production, planned)
    allocationEfficiency = try Self.ratio(elements.busy, planned)
    utilisationEfficiency = try Self.ratio(elements.production, elements.busy)
    technicalEfficiency = try Self.ratio(elements.production, elements.production + elements.delay)
    setupRatio = try Self.ratio(elements.setup, elements.processing)
    activeShare = try Self.ratio(elements.active, planned)
    if elements.countsPieces {
      scrapRatio = try Self.ratio(elements.scrap, elements.produced)
      reworkRatio = try Self.ratio(elements.rework, elements.produced)
      quality = try Self.ratio(elements.good, elements.produced)
      if let energy = elements.energy, elements.good + elements.outsideGood > 0 {
        energyByPiece = try energy / ExactDecimal(Int(elements.good + elements.outsideGood))
      }
    }
    if isRated {
      if ExactDecimal.zero < elements.plannedRun {
        quality = try elements.plannedRunGood / elements.plannedRun
      }
      let production = try OEEElements.seconds(elements.production)
      if elements.production > 0 { effectiveness = try elements.plannedRun / production }
      if planned > 0 { oee = try elements.plannedRunGood / OEEElements.seconds(planned) }
      if planned > 0, elements.production > 0, ExactDecimal.zero < elements.plannedRun {
        let use = try OEEElements.seconds(elements.processing) * elements.plannedRunGood
        netEffectiveness = try use / (OEEElements.seconds(planned) * production)
      }
    }
    flags = flags(elements)
  }

  private func flags(_ elements: OEEElements) -> [Flag] {
    guard elements.planned > 0 else { return [.noPlannedTime] }
    var flags: [Flag] = []
    if elements.production == 0 { flags.append(.noProduction) }
    if let effectiveness, ExactDecimal.one < effectiveness { flags.append(.effectivenessAboveOne) }
    if !elements.countsPieces { flags.append(.piecesNotCounted) }
    if elements.unrated != 0 { flags.append(.noPlannedRunTime) }
    if elements[.noData] > 0 { flags.append(.noData) }
    return flags
  }

  private static func ratio(_ part: Int64, _ whole: Int64) throws(DecimalError) -> ExactDecimal? {
    whole > 0 ? try ExactDecimal(Int(part)) / ExactDecimal(Int(whole)) : nil
  }
}
