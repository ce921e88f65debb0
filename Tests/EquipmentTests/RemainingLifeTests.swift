import Equipment
import Foundation
import Telemetry
import Testing

@Suite struct RemainingLifeTests {
  private let criterion = RemainingLife.Criterion(limit: 10, spread: 0.2)

  /// Damage over a life with a given curvature, noise, and a limit that differs from machine to machine.
  private struct Course {
    var onset: Double
    var life: Double
    var curvature: Double
    var limit: Double
    var random: SplitMix64

    mutating func value(_ t: Double) -> Double {
      let u = max(0, (t - onset) / life)
      let noise = (0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }
      return limit * expm1(curvature * u) / expm1(curvature) + 0.2 * noise
    }
  }

  @Test func aQuietMachineHasNoEnd() {
    var life = RemainingLife()
    var random = SplitMix64(seed: 3)
    for _ in 0..<600 { life.add(random.unit() - 0.5, hours: 1) }
    let result = life.estimate(criterion)
    guard case .refused(let why) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(!why.isEmpty && why.allSatisfy { !$0.text.isEmpty })
  }

  @Test func whatIsMissingIsSaid() {
    var life = RemainingLife()
    #expect(life.estimate(nil) == .refused([.noCriterion]))
    #expect(life.estimate(criterion) == .refused([.fewPoints(have: 0, needed: 8)]))
    for hour in 0..<12 { life.add(Double(hour), hours: 1) }
    guard case .refused(let why) = life.estimate(criterion), case .fewPoints = why.first else {
      Issue.record("a few points are no trend")
      return
    }
    #expect(why[0].text.contains("of 8 points"))
  }

  @Test func atTheLimitNothingIsLeft() {
    var life = RemainingLife()
    for hour in 0..<200 { life.add(Double(hour) * 0.1, hours: 1) }
    guard case .estimate(let left, .trend) = life.estimate(criterion) else {
      Issue.record("no estimate")
      return
    }
    #expect(left.p10 == 0 && left.p90 <= 8)
  }

  @Test func aRepairEndsTheOldCourse() {
    var life = RemainingLife()
    for hour in 0..<300 { life.add(Double(max(0, hour - 100)) * 0.04, hours: 1) }
    for _ in 0..<80 { life.add(0, hours: 1) }
    if case .estimate = life.estimate(criterion) { Issue.record("it was repaired") }
  }

  @Test func memoryIsBounded() {
    var life = RemainingLife()
    for hour in 0..<100_000 { life.add(Double(hour % 7), hours: 1) }
    #expect(life.points <= 97)
  }

  /// The true end lies within P10–P90 in about eight of ten predictions, whatever the shape of the course.
  @Test func theQuantilesAreCalibrated() {
    var random = SplitMix64(seed: 17)
    var inside = 0
    var above = 0
    var asked = 0
    for machine in 0..<60 {
      var course = Course(
        onset: 150 + 100 * random.unit(), life: 150 + 500 * random.unit(), curvature: [0.1, 1.5, 3][machine % 3],
        limit: 10 * exp(0.15 * (random.unit() + random.unit() + random.unit() - 1.5) * 2),
        random: SplitMix64(seed: UInt64(machine)))
      var life = RemainingLife()
      let end = course.onset + course.life
      var t = 0.0
      while t < end {
        life.add(course.value(t), hours: 1)
        t += 1
        guard Int(t) % 24 == 0, t > course.onset,
          case .estimate(let left, .trend) = life.estimate(criterion)
        else { continue }
        asked += 1
        #expect(left.p10 <= left.p50 && left.p50 <= left.p90)
        if end - t >= left.p10, end - t <= left.p90 { inside += 1 }
        if end - t > left.p90 { above += 1 }
      }
    }
    let share = Double(inside) / Double(max(1, asked))
    #expect(asked > 300 && share > 0.68 && share < 0.93, "\(inside) of \(asked) inside, \(above) longer than P90")
  }

  @Test func savedAndReadItIsTheSame() throws {
    var life = RemainingLife()
    for hour in 0..<500 { life.add(Double(hour) * 0.01, hours: 1) }
    var writer = ByteWriter()
    life.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try RemainingLife(from: &reader) == life)
  }
}
