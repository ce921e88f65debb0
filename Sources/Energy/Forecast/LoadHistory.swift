/// The hours of a series that a forecast may look at: a bounded window of values by hour, and what kind each day is.
struct LoadHistory: Hashable, Sendable {
  /// Days that a forecast compares with: twelve weeks, so that every weekday was seen twelve times.
  static let daysInSight = 84
  /// Days kept: those in sight of the oldest origin that is still judged, and one more week, so that what is dropped is
  /// dropped a week at a time.
  static let capacityInDays = daysInSight + 7 + 7
  /// The kinds of days: Monday is 0, Sunday 6.
  static let kinds = 8
  static let holiday: UInt8 = 7

  /// Plant-local hour since 1970-01-01 00:00 of `values[0]`; a midnight.
  private(set) var firstHour = 0
  /// NaN: not known. Single precision: a forecast is not better than its seventh digit.
  private(set) var values: [Float] = []
  /// Of each day from `firstHour` on.
  private(set) var dayKinds: [UInt8] = []

  init() {}

  init(firstHour: Int, values: [Float], dayKinds: [UInt8]) {
    self.firstHour = firstHour
    self.values.reserveCapacity(Self.capacityInDays * 24)
    self.values.append(contentsOf: values)
    self.dayKinds = dayKinds
  }

  /// The hour after the newest.
  var end: Int { firstHour + values.count }
  var isEmpty: Bool { values.isEmpty }

  /// 1970-01-01 was a Thursday.
  static func weekday(day: Int) -> UInt8 {
    let remainder = (day + 3) % 7
    return UInt8(remainder < 0 ? remainder + 7 : remainder)
  }

  /// The day since 1970-01-01 of an hour.
  static func day(ofHour hour: Int) -> Int { hour >= 0 ? hour / 24 : (hour - 23) / 24 }

  func value(hour: Int) -> Double {
    let place = hour - firstHour
    return place >= 0 && place < values.count ? Double(values[place]) : .nan
  }

  func kind(day: Int) -> UInt8 {
    let place = day - Self.day(ofHour: firstHour)
    return place >= 0 && place < dayKinds.count ? dayKinds[place] : Self.weekday(day: day)
  }

  /// Takes the next hour (`hour == end`), or starts with it.
  mutating func append(hour: Int, value: Double?, isHoliday: Bool) {
    let day = Self.day(ofHour: hour)
    if values.isEmpty {
      firstHour = day * 24
      values.reserveCapacity(Self.capacityInDays * 24)
      // The hours of the first day before the first value are not known.
      for _ in firstHour..<hour { values.append(.nan) }
      dayKinds = [Self.weekday(day: day)]
    }
    if values.count == Self.capacityInDays * 24 {
      values.removeFirst(7 * 24)
      dayKinds.removeFirst(7)
      firstHour += 7 * 24
    }
    if dayKinds.count * 24 == values.count { dayKinds.append(Self.weekday(day: day)) }
    if isHoliday { dayKinds[dayKinds.count - 1] = Self.holiday }
    values.append(value.map { Float($0) } ?? .nan)
  }

  /// Replaces an hour that is still in sight; false if it is not.
  mutating func replace(hour: Int, value: Double?) -> Bool {
    let place = hour - firstHour
    guard place >= 0, place < values.count else { return false }
    values[place] = value.map { Float($0) } ?? .nan
    return true
  }

  /// How many of the hours [from, to) are known.
  func known(from: Int, to: Int) -> Int {
    var count = 0
    for place in max(0, from - firstHour)..<max(0, from - firstHour, min(values.count, to - firstHour))
    where !values[place].isNaN {
      count += 1
    }
    return count
  }
}

extension LoadHistory {
  // Two unknown values are alike; NaN is not equal to itself.
  static func == (left: LoadHistory, right: LoadHistory) -> Bool {
    left.firstHour == right.firstHour && left.dayKinds == right.dayKinds
      && left.values.elementsEqual(right.values) { $0.bitPattern == $1.bitPattern }
  }
}
