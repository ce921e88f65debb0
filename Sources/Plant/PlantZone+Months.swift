import Telemetry

extension PlantZone {
  /// The plant-local months that a period touches, whole and in order.
  public func months(touching period: Range<Timestamp>) -> [Range<Timestamp>] {
    var months: [Range<Timestamp>] = []
    var start = startOfMonth(containing: period.lowerBound)
    while start < period.upperBound {
      let end = nextMonth(after: start)
      months.append(start..<end)
      start = end
    }
    return months
  }
}
