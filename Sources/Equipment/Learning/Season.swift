import Telemetry

/// The rhythm of a signal that nothing explains: by the hour of the day, or of the week where the days differ, and only as
/// far as either has proved to tell the next value better than its level does.
///
/// Each rhythm is tried on values that it has not seen (Dawid 1984, prequential); so noise and slow wandering are left as they
/// are. Only the course around the level is taken out, never the level: a fault that stays is not explained away. Hours are
/// counted from the epoch, so neither a zone nor a calendar is needed.
struct Season: Hashable, Sendable {
  /// How much better it must be. Product choices.
  private enum Demand {
    /// Visits of an hour before it says anything.
    static let visits: UInt8 = 3
    /// The same error as a share of that without it: to begin with, and to end.
    static let better = 0.5
    static let worse = 0.7
    /// Hours on which it was tried.
    static let tried = 168.0
    /// … and so many of them are remembered.
    static let memory = 336.0
    /// Hours over which the level follows.
    static let level = 168.0
    /// Newer visits count at least so much.
    static let day: UInt8 = 20
    static let week: UInt8 = 6
  }

  private struct Rhythm: Hashable, Sendable {
    var means: [Float]
    var visits: [UInt8]
    /// Mean size of what is left with it, and without it, where both could be told.
    var left = 0.0
    var without = 0.0
    var hours = 0.0
    var isUsed = false
    let most: UInt8

    init(hours count: Int, most: UInt8) {
      means = Array(repeating: 0, count: count)
      visits = Array(repeating: 0, count: count)
      self.most = most
    }

    /// Against its own mean: a level that wanders is no rhythm.
    func value(_ hour: Int) -> Double? {
      let place = hour % means.count
      guard visits[place] >= Demand.visits else { return nil }
      var (sum, count) = (0.0, 0.0)
      for other in means.indices where visits[other] > 0 {
        sum += Double(means[other])
        count += 1
      }
      return Double(means[place]) - sum / count
    }

    mutating func compare(_ left: Double, _ without: Double, hours length: Double) {
      hours += length
      let weight = max(length / hours, min(1, length / Demand.memory))
      self.left += weight * (left - self.left)
      self.without += weight * (without - self.without)
      guard hours >= Demand.tried else { return }
      isUsed = self.left < (isUsed ? Demand.worse : Demand.better) * self.without
    }
  }

  private var day = Rhythm(hours: 24, most: Demand.day)
  private var week = Rhythm(hours: 168, most: Demand.week)
  private var level: Double?
  /// Of the hour that is open.
  private var hour = Int.min
  private var sum = 0.0
  private var count = 0

  /// What the rhythm makes of the hour, around the level; 0 while none has proved itself.
  func value(_ time: Timestamp) -> Double {
    let hour = Self.hour(time)
    if week.isUsed, let value = week.value(hour) { return value }
    return day.isUsed ? day.value(hour) ?? 0 : 0
  }

  /// - Parameter residual: what the level and everything that explains the signal have left, the rhythm still in it.
  mutating func learn(_ residual: Double, at time: Timestamp, minutes: Double) {
    let now = Self.hour(time)
    if now != hour, count > 0 { close() }
    hour = now
    sum += residual
    count += 1
    let weight = min(1, minutes / 60 / Demand.level)
    level = level.map { $0 + weight * (residual - $0) } ?? residual
  }

  private mutating func close() {
    let value = sum / Double(count) - (level ?? 0)
    sum = 0
    count = 0
    let plain = abs(value)
    let daily = day.value(hour).map { abs(value - $0) }
    if let daily { day.compare(daily, plain, hours: 1) }
    if let weekly = week.value(hour) {
      week.compare(abs(value - weekly), day.isUsed ? daily ?? plain : plain, hours: 1)
    }
    // One wild hour is no rhythm.
    let bound = day.hours > 24 ? 4 * max(day.without, 1e-9) : .infinity
    let bounded = Float(max(-bound, min(bound, value)))
    Self.add(bounded, hour, &day)
    Self.add(bounded, hour, &week)
  }

  private static func add(_ value: Float, _ hour: Int, _ rhythm: inout Rhythm) {
    let place = hour % rhythm.means.count
    rhythm.visits[place] = min(rhythm.most, rhythm.visits[place] + 1)
    rhythm.means[place] += (value - rhythm.means[place]) / Float(rhythm.visits[place])
  }

  /// Hours since the epoch.
  private static func hour(_ time: Timestamp) -> Int {
    max(0, Int(time.windowStart(.hours(1)).nanoseconds / Span64.hours(1).nanoseconds))
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.boolean(level != nil)
    guard let level else { return }
    writer.double(level)
    writer.varint(max(0, hour))
    writer.double(sum)
    writer.varint(count)
    for rhythm in [day, week] {
      writer.double(rhythm.left)
      writer.double(rhythm.without)
      writer.double(rhythm.hours)
      writer.boolean(rhythm.isUsed)
      for (mean, visits) in zip(rhythm.means, rhythm.visits) {
        writer.byte(visits)
        if visits > 0 { writer.float(mean) }
      }
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.boolean() else { return }
    level = try reader.double()
    hour = try reader.integer()
    sum = try reader.double()
    count = try reader.integer()
    try Self.restore(&day, &reader)
    try Self.restore(&week, &reader)
  }

  private static func restore(_ rhythm: inout Rhythm, _ reader: inout ByteReader) throws(ByteReaderError) {
    rhythm.left = try reader.double()
    rhythm.without = try reader.double()
    rhythm.hours = try reader.double()
    rhythm.isUsed = try reader.boolean()
    for place in rhythm.means.indices {
      rhythm.visits[place] = try reader.byte()
      rhythm.means[place] = rhythm.visits[place] > 0 ? try reader.float() : 0
    }
  }
}
