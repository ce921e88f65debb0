import Energy
import Foundation

/// Forecasts of a series, for a judge outside. The series is a file of one value a line, one line an hour from a Monday's
/// midnight on; a line without a number is an hour that is not known.
///
/// Prints `origin,lead,point,low,high` for each of the 24 hours after each midnight of the last days; `origin` is the
/// line of the first hour that is forecast, from 0.
struct ForecastBench {
  /// 2018-01-01 00:00, a Monday, in hours since 1970.
  private static let start = 17_532 * 24

  var values: [Double?]
  var days: Int

  init(path: String, days: Int) throws {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    values = lines.map { Double($0.trimmingCharacters(in: .whitespaces)) }
    if let last = lines.last, last.isEmpty { values.removeLast() }
    self.days = days
  }

  func run() throws {
    var forecaster = LoadForecaster()
    let first = values.count - days * 24
    for (index, value) in values.enumerated() {
      if index >= first, index % 24 == 0, index + 24 <= values.count {
        do {
          for (lead, hour) in try forecaster.forecast(hours: 24).hours.enumerated() {
            print("\(index),\(lead),\(hour.point),\(hour.low),\(hour.high)")
          }
        } catch {
          FileHandle.standardError.write(Data("hour \(index): \(error)\n".utf8))
        }
      }
      forecaster.add(hour: Self.start + index, value: value)
    }
  }
}
