import Foundation

/// A simple way to say how a series goes on. None is good at everything; `SeriesForecast` weighs them.
public enum SeriesExpert: String, Hashable, Sendable, CaseIterable {
  /// It stays as it is.
  case last
  /// It goes back to what it was in the last hour.
  case level
  /// It goes on as in the last hour (median of slopes), and ever less so.
  case damped
  /// It goes on as in the last hour.
  case trend
  /// It does what it did a day ago, from where it is now.
  case yesterday
  /// It goes back to the mean of the day, as fast as it usually does.
  case mean

  /// What people are told.
  public var title: String {
    switch self {
    case .last: "it stays as it is"
    case .level: "it stays at the mean of the hour"
    case .damped: "its trend, fading"
    case .trend: "its trend"
    case .yesterday: "as a day ago"
    case .mean: "back to its usual level"
    }
  }
}

/// What all experts need of a series, found once for all leads.
struct SeriesBasis {
  private let values: [Double?]
  private let last: Double
  private let level: Double
  /// Of a step.
  private let slope: Double
  /// Where the trend stands now: in the middle of the course, so that the last value's noise is not continued.
  private let origin: Double
  private let mean: Double
  /// What is left of a deviation from the mean after an hour.
  private let kept: Double

  /// - Parameter values: in equal steps, the newest last; nil = nothing was measured.
  /// - Returns: nil if nothing was measured in the last hour.
  init?(_ values: [Double?]) {
    let hour = SeriesForecast.lead
    var recent: [(x: Double, y: Double)] = []
    for (place, value) in values.suffix(hour).enumerated() {
      if let value { recent.append((Double(place), value)) }
    }
    guard let newest = recent.last else { return nil }
    self.values = values
    last = newest.y
    level = recent.reduce(0) { $0 + $1.y } / Double(recent.count)
    let slope = Self.slope(recent)
    self.slope = slope
    origin = TheilSen.median(recent.map { $0.y - slope * ($0.x - Double(hour - 1)) })
    var sum = 0.0
    var count = 0.0
    for case let value? in values {
      sum += value
      count += 1
    }
    let mean = sum / count
    var top = 0.0
    var bottom = 0.0
    for place in values.indices.dropFirst(hour) {
      guard let then = values[place - hour], let now = values[place] else { continue }
      top += (then - mean) * (now - mean)
      bottom += (then - mean) * (then - mean)
    }
    self.mean = mean
    kept = bottom > 0 ? min(0.999, max(0.001, top / bottom)) : 1
  }

  /// - Parameter lead: steps ahead, 1 … an hour.
  /// - Returns: by `SeriesExpert.allCases`.
  func forecasts(_ lead: Int) -> [Double] {
    let ahead = Double(lead)
    let fading = 0.9
    return [
      last, level, origin + slope * fading * (1 - pow(fading, ahead)) / (1 - fading), origin + slope * ahead,
      yesterday(lead), mean + (last - mean) * pow(kept, ahead / Double(SeriesForecast.lead)),
    ]
  }

  private func yesterday(_ lead: Int) -> Double {
    let then = values.count - 1 - SeriesForecast.day
    guard then >= 0, let before = values[then], let after = values[then + lead] else { return last }
    return last + after - before
  }

  private static func slope(_ points: [(x: Double, y: Double)]) -> Double {
    guard points.count >= 4 else { return 0 }
    var slopes: [Double] = []
    slopes.reserveCapacity(points.count * (points.count - 1) / 2)
    for first in points.indices {
      for second in points.indices.dropFirst(first + 1) {
        slopes.append((points[second].y - points[first].y) / (points[second].x - points[first].x))
      }
    }
    return TheilSen.median(slopes)
  }
}
