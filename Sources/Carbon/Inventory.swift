import Factors
import Rules
import Telemetry
import Templates

/// What an inventory of a period is made of; pure.
struct Inventory: Hashable, Sendable {
  /// An amount that a boundary meter counted.
  struct Source: Hashable, Sendable {
    var asset: String
    var quantity: Signal.Quantity
    var activity: Activity
    var record: RecordReference
    /// The electricity by its hours; nil where the site does not count so.
    var hourly: HourlySums?

    /// What certificates and hours are for.
    var isBoughtElectricity: Bool { quantity == .activeEnergyImport && activity.kind == .electricity(.ordinary) }

    /// Hours that do not add up to the amount are none: it is never counted silently with another factor.
    mutating func completeHours(of period: Range<Timestamp>) throws {
      if try hourly?.total() == activity.amount { return }
      var missing = HourlySums()
      missing.missing = activity.amount
      missing.missingHours = max(
        1, Int((period.upperBound - period.lowerBound).nanoseconds / Span64.hours(1).nanoseconds))
      missing.firstMissing = period.lowerBound
      hourly = missing
    }
  }

  /// The energy record that an amount is from.
  struct RecordReference: Hashable, Sendable {
    var kind: RecordKind
    var key: String
    var revision: Int
  }

  /// The part of an entry that lies in the period.
  struct EntryPart: Hashable, Sendable {
    var entry: EnteredActivity
    var amount: ExactDecimal
  }

  var sources: [Source]
  var entries: [EntryPart]

  /// Electricity is counted by the hour here: what has no hours is an error or a warning.
  var isHourly = false
  /// Amounts of one kind are summed before they are multiplied, so that a sum over meters is as exact as one meter. What
  /// was entered keeps its own lines, but for electricity: certificates cover all of it together.
  ///
  /// - Returns: for each activity, by method.
  func emissions(
    _ choice: FactorsInForce.Choice, lastDay: CivilDate, certificates: [CertificateShare]
  ) throws -> [[MethodEmissions]] {
    var summed: [Activity] = []
    func add(_ activity: Activity) throws {
      if let place = summed.firstIndex(where: { $0.kind == activity.kind && $0.unit == activity.unit }) {
        summed[place].amount = try summed[place].amount + activity.amount
      } else {
        summed.append(activity)
      }
    }
    for source in sources { try add(source.activity) }
    var single: [Activity] = []
    for part in entries {
      var activity = part.entry.activity
      activity.amount = part.amount
      if Self.isOrdinaryElectricity(activity) {
        try add(Self.inKilowattHours(activity))
      } else {
        single.append(activity)
      }
    }
    var hourly = isHourly ? HourlySums() : nil
    for sums in sources.compactMap(\.hourly) {
      var all = hourly ?? HourlySums()
      try all.add(sums)
      hourly = all
    }
    hourly?.single = nil
    return (summed + single).map { activity in
      let isElectricity = Self.isOrdinaryElectricity(activity)
      return choice.emissions(
        of: activity, lastDay: lastDay, certificates: isElectricity ? certificates : [],
        hourly: isElectricity ? hourly : nil)
    }
  }

  /// kWh that certificates may cover.
  func electricity() throws -> ExactDecimal {
    var sum = ExactDecimal.zero
    for activity in sources.map(\.activity) where Self.isOrdinaryElectricity(activity) {
      sum = try sum + activity.amount
    }
    for part in entries where Self.isOrdinaryElectricity(part.entry.activity) {
      var activity = part.entry.activity
      activity.amount = part.amount
      sum = try sum + Self.inKilowattHours(activity).amount
    }
    return sum
  }

  static func isOrdinaryElectricity(_ activity: Activity) -> Bool {
    activity.kind == .electricity(.ordinary) && ActivityUnit.canConvert(activity.unit, to: "kWh")
  }

  private static func inKilowattHours(_ activity: Activity) throws -> Activity {
    Activity(activity.kind, try ActivityUnit.convert(activity.amount, activity.unit, to: "kWh"), "kWh")
  }
}

extension EnteredActivity {
  /// The parts of the amount in periods that follow each other, by their share of the entry's time; what rounding leaves
  /// Of entered electricity nobody knows the hours; nil where nothing of it is counted by the hour.
  public func hours(_ settings: CarbonSettings) -> HourlySums? {
    settings.hourlySeries?.counts == true && Inventory.isOrdinaryElectricity(activity) ? HourlySums() : nil
  }

  /// The part of the amount in a period: its months as `parts` divides it, of a month that lies in it partly the share of
  /// the time; nil where it does not touch it.
  public func amount(in period: Range<Timestamp>, zone: PlantZone) throws(DecimalError) -> ExactDecimal? {
    let months = zone.months(touching: start..<end)
    var sum: ExactDecimal?
    for part in try parts(in: months) {
      let month = months[part.period]
      let whole = max(month.lowerBound, start)..<min(month.upperBound, end)
      let inside =
        max(
          whole.lowerBound, period.lowerBound)..<max(
          max(whole.lowerBound, period.lowerBound), min(whole.upperBound, period.upperBound))
      guard !inside.isEmpty else { continue }
      var amount = part.amount
      if inside != whole {
        let share = try amount * ExactDecimal(Int((inside.upperBound - inside.lowerBound).nanoseconds))
        amount = try share / ExactDecimal(Int((whole.upperBound - whole.lowerBound).nanoseconds))
      }
      sum = try (sum ?? .zero) + amount
    }
    return sum
  }

  /// goes to the largest. Periods that it does not touch have none.
  ///
  /// - Throws: for an amount with so many digits that it cannot be divided to 12 places.
  func parts(in periods: [Range<Timestamp>]) throws(DecimalError) -> [(period: Int, amount: ExactDecimal)] {
    var touched: [Int] = []
    var weights: [ExactDecimal] = []
    for (place, period) in periods.enumerated() {
      let from = max(start, period.lowerBound)
      let to = min(end, period.upperBound)
      guard from < to else { continue }
      touched.append(place)
      weights.append(ExactDecimal(Int((to - from).nanoseconds)))
    }
    guard touched.count > 1 else { return touched.map { ($0, activity.amount) } }
    let amounts = try activity.amount.allocated(by: weights)
    return zip(touched, amounts).map { (period: $0, amount: $1) }
  }
}
