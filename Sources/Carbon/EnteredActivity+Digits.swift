import Factors
import Telemetry

/// Whether an entry can be counted at all.
extension EnteredActivity {
  /// Room of the sums of a month and of the products with factors, in digits before the point.
  private static let largest = ExactDecimal(1_000_000_000_000_000)

  /// - Parameter months: that the entry touches.
  /// - Throws: for an amount that an exact decimal cannot divide among them, or that leaves sums and products of a month
  ///   no room (10¹⁵ of its unit, or more than 12 digits behind the point).
  public func checkDigits(months: [Range<Timestamp>]) throws(DecimalError) {
    guard activity.amount.magnitude < Self.largest,
      activity.amount == activity.amount.rounded(to: ExactDecimal.quotientPlaces)
    else {
      throw DecimalError("The sum of a month with the amount \(activity.amount)")
    }
    _ = try parts(in: months)
  }
}
