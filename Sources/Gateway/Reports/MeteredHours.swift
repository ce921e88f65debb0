import Factors
import Store
import Telemetry
import Templates

/// Bought electricity of a period by the factors of its hours, as the carbon records counted it.
struct MeteredHours {
  /// By position of the asset; what no record counted by the hour is missing in them.
  private(set) var sums: [Int: HourlySums] = [:]
  private let series: HourlySeries
  private let method: InventoryMethod
  private let places: [String: Int]

  /// - Parameter method: one that is counted by the hour; all of them have the same hours.
  init(_ assets: [Asset], _ series: HourlySeries, method: InventoryMethod) {
    self.series = series
    self.method = method
    places = MeteredAmounts.places(assets)
  }

  /// - Parameter record: of emissions of a window, day or month.
  mutating func add(_ record: StoredBody) throws {
    guard let place = places[record.asset] else { return }
    let body = try JSONValue(parsing: record.body)
    let bought = Signal.Quantity.activeEnergyImport.rawValue
    guard let activity = body["activities"]?.arrayValue?.first(where: { $0["quantity"]?.stringValue == bought }),
      let amount = Self.decimal(activity["amount"])
    else { return }
    var counted = HourlySums()
    for line in body["methods"]?[method.rawValue]?["lines"]?.arrayValue ?? [] {
      guard line["factor"]?["id"]?.stringValue?.hasPrefix(HourlySums.factorID) == true,
        let part = Self.decimal(line["amount"]), let kilograms = Self.decimal(line["kg"])
      else { continue }
      counted.kilowattHours = try counted.kilowattHours + part
      counted.kilograms = try counted.kilograms + kilograms
      counted.hours += 1
    }
    counted.missing = try amount - counted.kilowattHours
    if !counted.missing.isZero {
      // A part of an hour without a factor is one of them.
      var hour = record.start.windowStart(.hours(1))
      while hour < record.end {
        if series.factor(at: hour) == nil {
          counted.missingHours += 1
          counted.firstMissing = counted.firstMissing ?? hour
        }
        hour = hour + .hours(1)
      }
      // The series has them now, but the record was made without.
      if counted.missingHours == 0 {
        counted.missingHours = max(1, Int((record.end - record.start).nanoseconds / Span64.hours(1).nanoseconds))
        counted.firstMissing = record.start.windowStart(.hours(1))
      }
    }
    var own = sums[place] ?? HourlySums()
    try own.add(counted)
    sums[place] = own
  }

  private static func decimal(_ value: JSONValue?) -> ExactDecimal? { value?.stringValue.flatMap { ExactDecimal($0) } }
}
