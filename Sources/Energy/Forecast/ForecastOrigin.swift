import Glibc

/// What all experts say from one origin, of what was known before it. A pure function of the history.
struct ForecastOrigin {
  /// Answers of all experts for the 24 hours of a block; NaN where an expert has none. Index: expert × 24 + hour.
  struct Block {
    var point: [Double]
    /// 10th and 90th percentile of what the expert has seen.
    var low: [Double]
    var high: [Double]
  }

  /// The share of weight that must be left of all days for an expert to say something.
  private static let leastFit = 1e-4
  private static let sight = LoadHistory.daysInSight
  private static let hours = LoadHistory.daysInSight * 24

  private static let experts = ForecastExpert.Basis.allCases.map { basis in
    (basis, ForecastExpert.allCases.filter { $0.basis == basis })
  }

  private let history: LoadHistory
  private let origin: Int
  private let likeness: DayLikeness
  /// The hours in sight, the newest last.
  private let window: [Double]
  /// By shift in days, 0 = now: level of the hour, day, week before.
  private let references: [[Double]]
  /// By expert and shift: how much a day counts, without its kind.
  private let weights: [[Double]]
  /// Kind of the hour before the origin and of the hours a number of days before.
  private let kindsBefore: [UInt8]
  /// By expert and shift: how much a day would count if it were like the one that is forecast in every way.
  private let ages: [[Double]]
  /// Median of the last seven days.
  private let middleOfWeek: Double

  init(_ history: LoadHistory, origin: Int) {
    self.history = history
    self.origin = origin
    likeness = DayLikeness(history, before: LoadHistory.day(ofHour: origin))
    var window = Array(repeating: Double.nan, count: Self.hours)
    for place in 0..<Self.hours { window[place] = history.value(hour: origin - Self.hours + place) }
    self.window = window
    references = Self.references(window)
    var week = window[(Self.hours - 168)...].filter { !$0.isNaN }
    middleOfWeek = DayLikeness.median(&week)
    kindsBefore = (0...Self.sight).map { history.kind(day: LoadHistory.day(ofHour: origin - 1 - $0 * 24)) }
    let scale = Self.scale(window)
    var weights: [[Double]] = []
    var ages: [[Double]] = []
    for expert in ForecastExpert.allCases {
      let decay = exp(-1 / expert.memory)
      var row = Array(repeating: 1.0, count: Self.sight + 1)
      for shift in 1...Self.sight { row[shift] = row[shift - 1] * decay }
      ages.append(row)
      if let analogy = expert.analogy, scale > 0 {
        let distances = Self.distances(window, hours: analogy.hours)
        let nearest = distances.reduce(Double.infinity) { $1 < $0 ? $1 : $0 }
        for shift in 1...Self.sight {
          // A day without the hours to compare counts as one that does not fit.
          let distance = distances[shift].isNaN ? 9 : (distances[shift] - nearest) / scale
          row[shift] *= exp(-analogy.sharpness * distance)
        }
      }
      if expert.asksForKindBefore {
        for shift in 1...Self.sight { row[shift] *= likeness(kindsBefore[0], kindsBefore[shift]) }
      }
      weights.append(row)
    }
    self.weights = weights
    self.ages = ages
  }

  /// - Parameters:
  ///   - days: whole days between the origin and the block.
  ///   - kind: of a day since 1970-01-01.
  func block(days: Int, kind: (Int) -> UInt8) -> Block {
    let count = ForecastExpert.count
    var block = Block(
      point: Array(repeating: .nan, count: count * 24), low: Array(repeating: .nan, count: count * 24),
      high: Array(repeating: .nan, count: count * 24))
    var candidates = RankedDays(capacity: Self.sight)
    var kindWeights = Array(repeating: 0.0, count: Self.sight + 1)
    var lastDay: Int?
    var isUnusual = false
    for hour in 0..<24 {
      let target = origin + days * 24 + hour
      let day = LoadHistory.day(ofHour: target)
      if day != lastDay {
        let wanted = kind(day)
        for shift in 1...Self.sight { kindWeights[shift] = likeness(wanted, history.kind(day: day - shift)) }
        isUnusual = wanted == LoadHistory.holiday && likeness(wanted, LoadHistory.weekday(day: day)) < 0.5
        lastDay = day
      }
      for (basis, experts) in Self.experts {
        gather(basis, days: days, hour: hour, into: &candidates)
        guard candidates.count > 0 else { continue }
        // Of a holiday that is not like its weekday only those have a say who ask what day it is.
        for expert in experts where !isUnusual || expert.asksForKind {
          answer(expert, days: days, hour: hour, candidates, kindWeights, into: &block)
        }
      }
    }
    return block
  }

  /// The values of this hour on earlier days, as this basis sees them, sorted.
  private func gather(_ basis: ForecastExpert.Basis, days: Int, hour: Int, into candidates: inout RankedDays) {
    candidates.removeAll()
    let reference = references[basis.reference]
    let now = reference[0]
    guard basis == .value || !now.isNaN else { return }
    for shift in (days + 1)...Self.sight {
      let place = Self.hours + (days - shift) * 24 + hour
      guard place >= 0 else { break }
      var value = window[place]
      switch basis {
      case .value: break
      case .dayBeforeScaled, .weekBeforeScaled:
        let then = reference[shift]
        // Of a plant that feeds in and takes out no ratio can be taken.
        if now > 0, then > 0 { value *= min(5, max(0.2, now / then)) } else if then.isNaN { value = .nan }
      default: value += now - reference[shift]
      }
      if !value.isNaN { candidates.append(value, shift: shift) }
    }
    candidates.sort()
  }

  private func answer(
    _ expert: ForecastExpert, days: Int, hour: Int, _ candidates: RankedDays, _ kindWeights: [Double],
    into block: inout Block
  ) {
    let row = weights[expert.rawValue]
    let asksForKind = expert.asksForKind
    let count = candidates.count
    var counted = Array(repeating: 0.0, count: count)
    var total = 0.0
    var sum = 0.0
    var possible = 0.0
    for index in 0..<count {
      let shift = candidates.shifts[index]
      possible += ages[expert.rawValue][shift]
      let weight = asksForKind ? row[shift] * kindWeights[shift] : row[shift]
      counted[index] = weight
      total += weight
      sum += weight * candidates.values[index]
    }
    // Where no day fits, those that fit least badly say nothing.
    guard total > Self.leastFit * possible else { return }
    var seen = 0.0
    var low = Double.nan
    var middle = Double.nan
    var high = candidates.values[count - 1]
    for index in 0..<count {
      seen += counted[index]
      if low.isNaN, seen >= 0.1 * total { low = candidates.values[index] }
      if middle.isNaN, seen >= 0.5 * total { middle = candidates.values[index] }
      if seen >= 0.9 * total {
        high = candidates.values[index]
        break
      }
    }
    var point = middle
    switch expert {
    case .lastWeek:
      point = .nan
      for shift in [7, 14] where point.isNaN && kindWeights[shift] >= 0.5 {
        point = window[Self.hours + (days - shift) * 24 + hour]
      }
    case .likeDaysMean: point = sum / total
    case .stays: point = references[0][0]
    case .fades: point = middleOfWeek + (references[0][0] - middleOfWeek) * pow(0.98, Double(days * 24 + hour + 1))
    default: break
    }
    let place = expert.rawValue * 24 + hour
    block.point[place] = point
    // Those that do not say the middle have their spread around what they say.
    block.low[place] = expert == .likeDaysMean ? min(low, point) : point + (low - middle)
    block.high[place] = expert == .likeDaysMean ? max(high, point) : point + (high - middle)
  }

  /// By length (an hour, a day, a week) and shift in days: the mean of the known hours before.
  private static func references(_ window: [Double]) -> [[Double]] {
    var sums = Array(repeating: 0.0, count: hours + 1)
    var counts = Array(repeating: 0, count: hours + 1)
    for place in 0..<hours {
      let value = window[place]
      sums[place + 1] = sums[place] + (value.isNaN ? 0 : value)
      counts[place + 1] = counts[place] + (value.isNaN ? 0 : 1)
    }
    return [1, 24, 168].map { length in
      (0...sight).map { shift in
        let to = hours - shift * 24
        let from = max(0, to - length)
        let count = counts[to] - counts[from]
        return count * 2 >= length ? (sums[to] - sums[from]) / Double(count) : .nan
      }
    }
  }

  /// Mean distance from the mean: the scale that distances are measured by.
  private static func scale(_ window: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for value in window where !value.isNaN {
      sum += value
      count += 1
    }
    guard count > 0 else { return 0 }
    let mean = sum / Double(count)
    var distance = 0.0
    for value in window where !value.isNaN { distance += abs(value - mean) }
    return distance / Double(count)
  }

  /// By shift in days: mean absolute difference of the hours before the origin and those before the shifted one.
  private static func distances(_ window: [Double], hours length: Int) -> [Double] {
    var distances = Array(repeating: Double.nan, count: sight + 1)
    for shift in 1...sight where hours - shift * 24 - length >= 0 {
      var sum = 0.0
      var count = 0
      for place in (hours - length)..<hours {
        let difference = abs(window[place] - window[place - shift * 24])
        if !difference.isNaN {
          sum += difference
          count += 1
        }
      }
      if count * 2 >= length { distances[shift] = sum / Double(count) }
    }
    return distances
  }
}
