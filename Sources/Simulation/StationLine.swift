import Plant
import Telemetry
import Templates

/// Where a simulated station stands in its line, so that the same units pass all of its stations in their order: one a
/// minute enters, and moves on by one place a minute. The place is that in `lines:`, else the cell, if it is a number.
///
/// Stations know nothing of each other; what becomes of a unit follows from its number alone.
struct StationLine: Sendable {
  static let takt: Int64 = 60
  /// A joint that was not good is tightened again so soon.
  static let retightening = Span64.seconds(3)
  /// Pieces of a lot of incoming parts.
  private static let lot: Int64 = 500

  /// What a station tells of a unit.
  struct Look: Equatable {
    var verdict: String
    var defects: [String] = []
  }

  let line: String
  let place: Int64
  let role: StationRole
  private let seed: UInt64
  private let course: LineCourse
  private let station: String
  /// The station before it.
  private let before: (station: String, role: StationRole)?

  /// Nil for an asset of no line whose cell is no number.
  init?(asset: Asset, seed: UInt64, lines: [LineTopology] = [], course: LineCourse = LineCourse()) {
    station = asset.id
    role = StationRole(asset.id)
    self.seed = seed
    self.course = course
    if let line = lines.first(where: { $0.stations.contains { $0.assets.contains(asset.id) } }),
      let place = line.stations.firstIndex(where: { $0.assets.contains(asset.id) })
    {
      self.line = line.name
      self.place = Int64(place) + 1
      before = place == 0 ? nil : line.stations[place - 1].assets.first.map { ($0, StationRole($0)) }
      return
    }
    guard !asset.line.isEmpty, let place = Int64(asset.cell), place > 0, place < 10_000 else { return nil }
    line = asset.line
    self.place = place
    before = place == 1 ? nil : ("", role)
  }

  func number(_ time: Timestamp) -> Int64 { time.nanoseconds / 1_000_000_000 / Self.takt - place }

  func unit(at time: Timestamp) -> String { "\(line)-\(number(time) % 10_000_000)" }

  /// Three of four units are of the first kind.
  func product(at time: Timestamp) -> String {
    number(time) % 4 == 3 ? "\(line)-B" : "\(line)-A"
  }

  /// Place within the minute, from 1: the joint of a torque tool that tells one after the other.
  func step(at time: Timestamp, every interval: Span64) -> Int {
    let seconds = max(1, interval.nanoseconds / 1_000_000_000)
    return Int(time.nanoseconds / 1_000_000_000 % Self.takt / seconds) + 1
  }

  func model(at time: Timestamp) -> String { course.model(station, time) ?? role.model }

  func part(at time: Timestamp) -> String? { role.part(unit: number(time) % 10_000_000) }

  /// Lot of the parts that come in, and its size.
  func lot(at time: Timestamp) -> (name: String, size: Int64) { ("L\(number(time) % 10_000_000 / Self.lot)", Self.lot) }

  func supplier(at time: Timestamp) -> String { number(time) / Self.lot % 2 == 0 ? "acme" : "best" }

  /// `NG` at the place that finds something, `rework` at the next one, where it was repaired before. Joints are mended at
  /// once, by the tool itself.
  ///
  /// - Parameters:
  ///   - step: of `steps` in the minute; only one of them can be the one that fails.
  func look(at time: Timestamp, step: Int = 1, of steps: Int = 1) -> Look {
    let number = number(time)
    if let before, before.role != .torque,
      isRejected(number, place - 1, before.station, before.role, time - .seconds(Self.takt)),
      !slips(number, before, time - .seconds(Self.takt))
    {
      return Look(verdict: "rework")
    }
    guard isRejected(number, place, station, role, time) else { return Look(verdict: "OK") }
    var generator = generator(number, place)
    _ = generator.next()
    guard steps <= 1 || Int(generator.next() % UInt64(steps)) + 1 == step else { return Look(verdict: "OK") }
    // Three of four have the most frequent one.
    let codes = role.defects
    let code = generator.unit() < 0.75 ? codes[0] : codes[Int(generator.next() % UInt64(codes.count))]
    return Look(verdict: "NG", defects: [code])
  }

  private func generator(_ number: Int64, _ place: Int64) -> SplitMix64 {
    SplitMix64(
      seed: seed &+ UInt64(bitPattern: number) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: place)
        &* 0xD1B5_4A32_D192_ED03)
  }

  private func isRejected(
    _ number: Int64, _ place: Int64, _ station: String, _ role: StationRole, _ time: Timestamp
  ) -> Bool {
    var generator = generator(number, place)
    return generator.unit() < course.rate(station, time) ?? role.rate
  }

  /// The unit is the first one that the station before has rejected since it lets one go.
  private func slips(_ number: Int64, _ before: (station: String, role: StationRole), _ time: Timestamp) -> Bool {
    course.slips.contains { slip in
      guard slip.station == before.station, slip.time <= time else { return false }
      let minutes = (time - slip.time).nanoseconds / 1_000_000_000 / Self.takt
      guard minutes <= 10_000 else { return false }
      return !(1...max(1, minutes)).contains { past in
        past <= minutes
          && isRejected(
            number - past, place - 1, before.station, before.role, time - .seconds(past * Self.takt))
      }
    }
  }
}
