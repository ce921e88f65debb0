import Telemetry
import Templates

/// Where a simulated station stands in its line, so that the same units pass all of its stations in their order: one a
/// minute enters, and moves on by one place a minute. The place is the cell, if it is a number.
///
/// Stations know nothing of each other; what becomes of a unit follows from its number alone.
struct StationLine: Sendable {
  static let takt: Int64 = 60
  /// Of a thousand units so many are rejected at one of the places.
  private static let rejected: UInt64 = 10
  private static let places: UInt64 = 50

  let line: String
  let place: Int64
  private let seed: UInt64

  /// Nil for an asset without a line, or whose cell is no number.
  init?(asset: Asset, seed: UInt64) {
    guard !asset.line.isEmpty, let place = Int64(asset.cell), place > 0, place < 10_000 else { return nil }
    line = asset.line
    self.place = place
    self.seed = seed
  }

  private func number(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000_000_000 / Self.takt - place }

  func unit(at time: Timestamp) -> String { "\(line)-\(number(time) % 10_000_000)" }

  /// Place within the minute, from 1: the joint of a torque tool that tells one after the other.
  func step(at time: Timestamp, every interval: Span64) -> Int {
    let seconds = max(1, interval.nanoseconds / 1_000_000_000)
    return Int(time.nanoseconds / 1_000_000_000 % Self.takt / seconds) + 1
  }

  /// `NG` at the place that finds it, `rework` at the next one, where it was repaired before; nil for a unit that is good.
  func verdict(at time: Timestamp) -> String? {
    var generator = SplitMix64(seed: seed &+ UInt64(bitPattern: number(time)) &* 0x9E37_79B9_7F4A_7C15)
    guard generator.next() % 1000 < Self.rejected else { return nil }
    let found = Int64(generator.next() % Self.places) + 1
    return place == found ? "NG" : place == found + 1 ? "rework" : nil
  }
}
