import Ledger
import Plant
import Store
import Telemetry

/// Notices the end of plant-local days on the plant clock: then the day's head of the ledger is due.
struct DayWatch: Sendable {
  private let zone: PlantZone
  /// Start of the day that has no head yet; nil before the first mark.
  private var begin: Timestamp?

  /// - Parameters:
  ///   - sealedUntil: end of the last day with a head.
  ///   - clock: the plant clock at the place from which batches follow.
  init(zone: PlantZone, sealedUntil: Timestamp?, clock: Timestamp?) {
    self.zone = zone
    begin = sealedUntil ?? clock.map(zone.startOfDay(containing:))
  }

  /// The day that ended last, once. Of several at a leap of the clock the last one: its head is over all of them.
  mutating func ended(at clock: Timestamp?) -> LedgerPeriod? {
    guard let clock else { return nil }
    guard let last = begin else {
      begin = zone.startOfDay(containing: clock)
      return nil
    }
    // Cheap, for every batch: no day is shorter than 20 hours.
    guard clock - last >= .hours(20) else { return nil }
    let today = zone.startOfDay(containing: clock)
    guard today > last else { return nil }
    begin = today
    let start = zone.startOfDay(containing: today - .seconds(1))
    return LedgerPeriod(reason: .day, day: Self.day(start, zone), start: start, end: today)
  }

  /// The day that is not over.
  static func today(at clock: Timestamp, zone: PlantZone) -> LedgerPeriod {
    let start = zone.startOfDay(containing: clock)
    return LedgerPeriod(reason: .request, day: day(start, zone), start: start, end: clock)
  }

  private static func day(_ start: Timestamp, _ zone: PlantZone) -> String { String(zone.rfc3339(start).prefix(10)) }
}
