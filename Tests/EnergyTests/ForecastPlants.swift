import Telemetry

@testable import Energy

/// Series for tests of the forecast: made-up plants, hour by hour, from a Monday on.
enum ForecastPlants {
  /// 2018-01-01 00:00, a Monday.
  static let start = 17_532 * 24

  /// Roughly normal, from a seeded generator.
  static func noise(_ generator: inout SplitMix64) -> Double {
    (generator.unit() + generator.unit() + generator.unit() + generator.unit() - 2) * 1.7
  }

  /// - Parameter load: of day, hour of the day and normal noise.
  static func series(days: Int, seed: UInt64, _ load: (_ day: Int, _ hour: Int, _ noise: Double) -> Double) -> [Double]
  {
    var generator = SplitMix64(seed: seed)
    return (0..<days * 24).map { load($0 / 24, $0 % 24, noise(&generator)) }
  }

  /// Two shifts, Saturday one.
  static func shifts(day: Int, hour: Int) -> Double {
    switch day % 7 {
    case 0...4: (6..<22).contains(hour) ? 200 : 50
    case 5: (6..<14).contains(hour) ? 150 : 50
    default: 50
    }
  }

  static func forecaster(of series: [Double]) -> LoadForecaster {
    var forecaster = LoadForecaster()
    for (index, value) in series.enumerated() { forecaster.add(hour: start + index, value: value) }
    return forecaster
  }
}

/// Errors of forecasts made at the midnights of the last days of a series, and of two simple ways to forecast.
struct ForecastTrial {
  var origins = 0
  var error = 0.0
  var naiveError = 0.0
  var medianError = 0.0
  var inside = 0.0

  /// - Parameter lastDays: whose midnights are origins.
  init(_ series: [Double], lastDays: Int, hours: Int = 24) throws {
    var forecaster = LoadForecaster()
    let first = series.count - lastDays * 24
    var count = 0.0
    for (index, value) in series.enumerated() {
      if index >= first, index % 24 == 0, index + hours <= series.count {
        let forecast = try forecaster.forecast(hours: hours)
        origins += 1
        for (lead, said) in forecast.hours.enumerated() {
          let actual = series[index + lead]
          error += abs(said.point - actual)
          naiveError += abs(series[index + lead - 168] - actual)
          var weeks = (1...5).compactMap { index + lead - 168 * $0 >= 0 ? series[index + lead - 168 * $0] : nil }
          medianError += abs(DayLikeness.median(&weeks) - actual)
          inside += said.low <= actual && actual <= said.high ? 1 : 0
          count += 1
        }
      }
      forecaster.add(hour: ForecastPlants.start + index, value: value)
    }
    error /= count
    naiveError /= count
    medianError /= count
    inside /= count
  }
}
