import Rules
import Telemetry
import Templates

extension EnergyRule {
  /// Tells the rules behind what a record says.
  ///
  /// - Parameter revision: as the ledger issued it; nil if the record is as it was, which is no news.
  func publish(
    _ figures: EnergyFigures, _ period: MeterFigures.Period, start: Timestamp, end: Timestamp, revision: Int?,
    cause: RevisionCause?, context: RuleContext
  ) throws {
    guard let revision else { return }
    context.publish(.meter(try told(figures, period, start: start, end: end, revision: revision, cause: cause)))
  }

  /// Figures as the rules behind are told them.
  func told(
    _ figures: EnergyFigures, _ period: MeterFigures.Period, start: Timestamp, end: Timestamp, revision: Int,
    cause: RevisionCause?
  ) throws -> MeterFigures {
    let ledger =
      switch period {
      case .window: windows
      case .day: days
      case .month: months
      }
    let amounts = zip(Signal.Quantity.allCases, figures.energy).compactMap { quantity, value in
      value.map { MeterFigures.Amount(quantity: quantity, value: $0) }
    }
    return MeterFigures(
      period: period, start: start, end: end, amounts: amounts, maximum: figures.maximum,
      maximumStart: figures.maximum == nil ? nil : figures.maximumStart,
      shares: figures.shares, key: ledger.key(start), revision: revision, cause: revision == 0 ? nil : cause,
      cost: try figures.bands?.cost())
  }
}
