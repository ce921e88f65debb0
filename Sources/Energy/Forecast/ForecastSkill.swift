import Glibc

/// How well the experts did at this plant, and how wide the intervals must be, by the time of the day at which a forecast
/// begins and how far ahead it looks. Learned from each day anew, the older the less.
///
/// The constants are the method's, one set for every plant. They were chosen on the quarters of a steel works' year and
/// on made-up plants of all kinds together; the errors change by one or two per cent when one of them is halved or doubled.
struct ForecastSkill: Hashable, Sendable {
  /// One class of hours.
  struct Class: Hashable, Sendable {
    /// Discounted sum of mean absolute errors by expert.
    var losses = Array(repeating: 0.0, count: ForecastExpert.count)
    /// The same of the forecast itself.
    var loss = 0.0
    /// Discounted number of days behind them.
    var days = 0.0
    /// What the experts' spread is multiplied with, below and above.
    var lowScale = 1.0
    var highScale = 1.0

    var meanError: Double { days > 0 ? loss / days : 0 }
  }

  /// A forecast begins in one of four quarters of the day; in each the hours ahead are judged apart: 1…3, 4…6, 7…12,
  /// 13…24. What is further ahead is judged from midnight only: the next day, the two after it, the rest of the week.
  static let phases = 4
  private static let leads = 4
  /// Days between origin and the block that stands for its class.
  static let laterBlocks = [1, 2, 5]
  static let count = phases * leads + laterBlocks.count

  /// After how many days an error counts 1/e.
  static let memory = 14.0
  /// The weight of an expert is its error to the power of minus this.
  static let sharpness = 20.0
  /// How fast intervals follow.
  static let gain = 0.03
  /// The share that is to lie below the interval, and above it. A little less than the promised tenth, because what was
  /// learned of the past fits the past better than what comes.
  static let outside = 0.09

  var classes = Array(repeating: Class(), count: count)

  /// The class of an hour `lead` hours after an origin at that hour of the day.
  static func index(hourOfDay: Int, lead: Int) -> Int {
    if lead >= 24 { return phases * leads + (lead < 48 ? 0 : lead < 96 ? 1 : 2) }
    let phase = (hourOfDay + 3) / 6 % phases
    return phase * leads + (lead < 3 ? 0 : lead < 6 ? 1 : lead < 12 ? 2 : 3)
  }

  /// How much the experts count in a class; they add up to 1.
  func weights(_ index: Int) -> [Double] {
    let losses = classes[index].losses
    // A share of the mean keeps an expert that was never wrong from being the only one.
    let floor = 0.02 * losses.reduce(0, +) / Double(losses.count) + .leastNormalMagnitude
    let best = (losses.min() ?? 0) + floor
    var weights = losses.map { pow(best / ($0 + floor), Self.sharpness) }
    let sum = weights.reduce(0, +)
    for expert in weights.indices { weights[expert] /= sum }
    return weights
  }

  /// The forecast of an hour of a block; nil if no expert has an answer.
  func combine(_ block: ForecastOrigin.Block, hour: Int, weights: [Double], class index: Int, isNonNegative: Bool)
    -> LoadForecast.Hour?
  {
    var total = 0.0
    var base = 0.0
    var point = 0.0
    var below = 0.0
    var above = 0.0
    for expert in 0..<ForecastExpert.count {
      let place = expert * 24 + hour
      guard !block.point[place].isNaN, !block.low[place].isNaN else { continue }
      // Summed as differences, so that experts of one opinion give just that.
      if total == 0 { base = block.point[place] }
      total += weights[expert]
      point += weights[expert] * (block.point[place] - base)
      below += weights[expert] * max(0, block.point[place] - block.low[place])
      above += weights[expert] * max(0, block.high[place] - block.point[place])
    }
    guard total > 0 else { return nil }
    point = base + point / total
    // Where the experts saw no spread at all, a little of the usual error lets the scale work.
    let least = 0.1 * classes[index].meanError
    var low = point - (below / total + least) * classes[index].lowScale
    let high = point + (above / total + least) * classes[index].highScale
    if isNonNegative {
      point = max(0, point)
      low = max(0, low)
    }
    return LoadForecast.Hour(point: point, low: min(low, point), high: max(high, point))
  }

  /// Learns from a block of 24 hours that is over.
  /// - Parameter actual: NaN where it is not known.
  mutating func learn(_ block: ForecastOrigin.Block, actual: [Double], classOf: (Int) -> Int, isNonNegative: Bool) {
    var hour = 0
    while hour < 24 {
      let index = classOf(hour)
      var end = hour
      while end < 24, classOf(end) == index { end += 1 }
      learn(block, actual: actual, hours: hour..<end, class: index, isNonNegative: isNonNegative)
      hour = end
    }
  }

  private mutating func learn(
    _ block: ForecastOrigin.Block, actual: [Double], hours: Range<Int>, class index: Int, isNonNegative: Bool
  ) {
    let weights = weights(index)
    var errors = Array(repeating: 0.0, count: ForecastExpert.count)
    var counts = Array(repeating: 0, count: ForecastExpert.count)
    var error = 0.0
    var count = 0
    for hour in hours where !actual[hour].isNaN {
      guard
        let said = combine(block, hour: hour, weights: weights, class: index, isNonNegative: isNonNegative)
      else { continue }
      for expert in errors.indices where !block.point[expert * 24 + hour].isNaN {
        errors[expert] += abs(block.point[expert * 24 + hour] - actual[hour])
        counts[expert] += 1
      }
      error += abs(said.point - actual[hour])
      count += 1
      classes[index].follow(said, actual: actual[hour])
    }
    guard count > 0 else { return }
    let decay = exp(-1 / Self.memory)
    classes[index].days = classes[index].days * decay + 1
    classes[index].loss = classes[index].loss * decay + error / Double(count)
    // An expert without an answer is taken to be twice as wrong as the forecast was.
    for expert in errors.indices {
      let mean = counts[expert] > 0 ? errors[expert] / Double(counts[expert]) : 2 * error / Double(count)
      classes[index].losses[expert] = classes[index].losses[expert] * decay + mean
    }
  }
}

extension ForecastSkill.Class {
  /// Widens a side that was left, and narrows it a little when it was not, so that in the long run the wanted share is
  /// outside.
  fileprivate mutating func follow(_ said: LoadForecast.Hour, actual: Double) {
    // An interval without width that was met says nothing.
    guard said.low < said.high || actual != said.point else { return }
    let leave = exp(ForecastSkill.gain * (1 - ForecastSkill.outside))
    let stay = exp(-ForecastSkill.gain * ForecastSkill.outside)
    lowScale = min(8, max(0.3, lowScale * (actual < said.low ? leave : stay)))
    highScale = min(8, max(0.3, highScale * (actual > said.high ? leave : stay)))
  }
}
