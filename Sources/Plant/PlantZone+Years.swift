import Telemetry

extension PlantZone {
  /// The start of the plant-local day with the same date so many years later; of February 29, the 28th.
  public func startOfDay(_ years: Int, yearsAfter time: Timestamp) -> Timestamp {
    let date = localDate(time)
    let day = date.month == 2 && date.day == 29 ? 28 : date.day
    let days = Timestamp.days(year: date.year + years, month: date.month, day: day)
    // Noon is in the day in every zone.
    let noon = Timestamp(seconds: Int64(days) * 86_400 + 43_200)
    return startOfDay(containing: firstInstant(ofLocal: noon) ?? noon)
  }
}
