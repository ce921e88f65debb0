import Factors
import Rules
import Telemetry
import Templates

/// Electricity with the factors of its hours. Each record keeps what the coarser one adds up: a window its kWh, a day the
/// sums of its hours, a month those of its days.
extension CarbonRule {
  /// Under which the inventory is told the hours of a month (`DerivedFigures`).
  static let hours = "carbon/hours"
  /// Under which budgets are told the hours of windows, days and months.
  static let hoursOfPeriod = "carbon/hours-of-period"

  static func told(_ sums: HourlySums, of period: MeterFigures.Period) -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(period.rawValue)
    sums.encode(into: &writer)
    return writer.bytes
  }

  /// Nil if the site does not count by the hour, or nothing of it was bought here.
  ///
  /// What is no longer remembered by the hour counts as hours without a factor, so that it is never counted silently with
  /// another.
  func hours(
    _ figures: MeterFigures, _ settings: CarbonSettings, _ context: RuleContext
  ) throws -> (sums: HourlySums, state: [UInt8])? {
    guard let file = settings.hourlySeries, file.counts, let series = file.series,
      let amount = figures.amount(.activeEnergyImport)
    else { return nil }
    let kilowattHours = try ExactDecimal(amount)
    var state = ByteWriter()
    var sums: HourlySums
    switch figures.period {
    case .window:
      sums = try HourlySums(kilowattHours, at: figures.start, series)
      state.decimal(kilowattHours)
    case .day:
      let loads = try windows.entries(from: figures.start, to: figures.end, context: context).map { start, entry in
        var reader = ByteReader(entry.state)
        return (time: start, kilowattHours: reader.isAtEnd ? .zero : try reader.decimal())
      }
      sums = try HourlySums(loads, series)
      try complete(&sums, figures, kilowattHours, saved: days.entry(start: figures.start, context: context)?.state)
      sums.encode(into: &state)
    case .month:
      sums = HourlySums()
      for (_, entry) in try days.entries(from: figures.start, to: figures.end, context: context) {
        guard !entry.state.isEmpty else { continue }
        var reader = ByteReader(entry.state)
        try sums.add(try HourlySums(from: &reader))
      }
      let saved = try months.entry(start: figures.start, context: context)?.state
      try complete(&sums, figures, kilowattHours, saved: saved.flatMap(Self.sums(ofMonth:)))
      sums.encode(into: &state)
    }
    if figures.period != .window { sums.single = nil }
    return (sums, state.bytes)
  }

  /// Sums that are not those of the amount: parts were forgotten. What was saved with the record takes their place.
  private func complete(
    _ sums: inout HourlySums, _ figures: MeterFigures, _ amount: ExactDecimal, saved: [UInt8]?
  ) throws {
    if try sums.total() == amount { return }
    if let saved, !saved.isEmpty {
      var reader = ByteReader(saved)
      sums = try HourlySums(from: &reader)
      if try sums.total() == amount { return }
    }
    sums = HourlySums()
    sums.missing = amount
    sums.missingHours = Int((figures.end - figures.start).nanoseconds / Span64.hours(1).nanoseconds)
    sums.firstMissing = figures.start
  }

  /// A month's state has its figures before them.
  private static func sums(ofMonth state: [UInt8]) throws -> [UInt8] {
    var reader = ByteReader(state)
    _ = try MeterFigures(from: &reader)
    return Array(state[reader.offset...])
  }
}

extension MeteredActivity {
  /// What certificates and hours are for.
  var isBoughtElectricity: Bool { quantity == .activeEnergyImport && activity.kind == .electricity(.ordinary) }
}
