/// How alike the kinds of days are at a plant, learned from its own days: a plant that works on Saturdays as on Mondays
/// gets six days to learn a working day from, another one five, and a pump station seven.
struct DayLikeness: Sendable {
  /// 0…1, row: the kind that is forecast, column: the kind of an earlier day.
  private(set) var rows: [Double]

  /// Distance in multiples of the usual scatter within a kind, above what chance alone gives, at which a day of another
  /// kind counts half.
  static let half = 0.3

  func callAsFunction(_ kind: UInt8, _ other: UInt8) -> Double {
    rows[Int(kind) * LoadHistory.kinds + Int(other)]
  }

  /// From the whole days in sight before the day `day`.
  init(_ history: LoadHistory, before day: Int) {
    let kinds = LoadHistory.kinds
    var days: [[Int]] = Array(repeating: [], count: kinds)
    let firstDay = max(day - LoadHistory.daysInSight, LoadHistory.day(ofHour: history.firstHour))
    for other in stride(from: firstDay, to: day, by: 1) where history.known(from: other * 24, to: other * 24 + 24) >= 12
    {
      days[Int(history.kind(day: other))].append(other)
    }
    var profiles: [[Double]] = []
    var scatters: [Double] = []
    var column: [Double] = []
    for kind in 0..<kinds {
      var profile: [Double] = []
      var sum = 0.0
      var count = 0
      for hour in 0..<24 {
        column.removeAll(keepingCapacity: true)
        for other in days[kind] {
          let value = history.value(hour: other * 24 + hour)
          if !value.isNaN { column.append(value) }
        }
        let middle = Self.median(&column)
        profile.append(middle)
        for value in column { sum += abs(value - middle) }
        count += column.count
      }
      profiles.append(profile)
      // A median takes a part of the scatter with it, of few days a large one.
      let shrinkage = (Double(days[kind].count) / Double(max(1, days[kind].count - 1))).squareRoot()
      scatters.append(count > 0 ? sum / Double(count) * shrinkage : .nan)
    }
    rows = Array(repeating: 0, count: kinds * kinds)
    let level = Self.level(profiles)
    for kind in 0..<kinds {
      for other in 0..<kinds {
        let counts = (days[kind].count, days[other].count)
        var likeness = kind == other ? 1 : 0.0
        if kind != other, counts.0 >= 2, counts.1 >= 2 {
          let scatter = max((scatters[kind] + scatters[other]) / 2, 0.01 * level, .leastNormalMagnitude)
          let chance = 0.7 * (1 / Double(counts.0) + 1 / Double(counts.1)).squareRoot()
          let distance = max(0, Self.distance(profiles[kind], profiles[other]) / scatter - chance)
          let ratio = distance / Self.half
          likeness = 1 / (1 + ratio * ratio * ratio * ratio)
        }
        rows[kind * kinds + other] = likeness
      }
    }
    standInForHolidays(days.map(\.count), profiles)
    // A kind that was hardly seen is a little like the others: enough to say something of a day that was never seen, not
    // enough to outvote the one day that was.
    for kind in 0..<kinds where kind != Int(LoadHistory.holiday) && days[kind].count < 2 {
      for other in 0..<kinds where other != kind { rows[kind * kinds + other] = 0.05 }
    }
  }

  /// Until two holidays were seen, a holiday is forecast from the quietest day of the week.
  private mutating func standInForHolidays(_ counts: [Int], _ profiles: [[Double]]) {
    let kinds = LoadHistory.kinds
    let holiday = Int(LoadHistory.holiday)
    guard counts[holiday] < 2 else { return }
    var quietest = 6
    var least = Double.infinity
    for kind in 0..<holiday where counts[kind] > 0 {
      let sum = profiles[kind].reduce(0) { $1.isNaN ? $0 : $0 + $1 }
      if sum < least {
        least = sum
        quietest = kind
      }
    }
    for other in 0..<holiday { rows[holiday * kinds + other] = rows[quietest * kinds + other] }
    rows[holiday * kinds + holiday] = 1
  }

  private static func level(_ profiles: [[Double]]) -> Double {
    var sum = 0.0
    var count = 0
    for profile in profiles {
      for value in profile where !value.isNaN {
        sum += abs(value)
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : 0
  }

  /// Mean absolute difference of the hours that both know.
  private static func distance(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for hour in 0..<24 where !left[hour].isNaN && !right[hour].isNaN {
      sum += abs(left[hour] - right[hour])
      count += 1
    }
    return count > 0 ? sum / Double(count) : 0
  }

  /// NaN of nothing. Sorts the values.
  static func median(_ values: inout [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    values.sort()
    let middle = values.count / 2
    return values.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
  }
}
