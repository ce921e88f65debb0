import Glibc
import Telemetry
import Templates
import Testing

@testable import Inspection

/// Levels and rates that are learnt of few windows must not alarm because of what they do not know.
@Suite struct LevelWatchTests {
  private static let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private static func plan(windows: Int) -> InspectionPlan {
    var settings = InspectionSettings.standard
    settings.runLength = 2000
    settings.windows = windows
    return InspectionPlan(settings)
  }

  /// A value in windows of some parts: what all parts of a window have in common, and what each has of its own.
  private struct Line {
    var watch = LevelWatch()
    var generator: SplitMix64
    var plan: InspectionPlan
    var common = 0.0
    var own = 1.0
    var size = 5
    private var windows = 0

    init(seed: UInt64, _ plan: InspectionPlan, common: Double = 0, own: Double = 1) {
      self.plan = plan
      generator = SplitMix64(seed: seed)
      self.common = common
      self.own = own
    }

    /// Box and Muller.
    private mutating func normal() -> Double {
      (-2 * log(1 - generator.unit())).squareRoot() * cos(2 * .pi * generator.unit())
    }

    /// Windows until it is told; nil if it is not.
    mutating func run(_ count: Int, shift: Double = 0) -> Int? {
      for window in 1...count {
        var measure = InspectionTally.Measure()
        let level = 100 + shift + common * normal()
        for _ in 0..<size { measure.add(level + own * normal(), lower: nil, upper: nil) }
        let time = LevelWatchTests.start + .minutes(Int64(15 * windows))
        watch.add(
          mean: measure.mean, values: measure.count, ranges: measure.ranges, rangeCount: measure.rangeCount,
          start: time, least: 40, plan: plan)
        windows += 1
        if watch.isShifted { return window }
      }
      return nil
    }
  }

  @Test("the threshold is that of the run length: Siegmund against the chain of states")
  func threshold() {
    for inControl in [500.0, 2000, 20_000] {
      let found = RunLength.threshold(reference: 0.5, inControl: inControl)
      let one = RunLength.cusum(reference: 0.5, threshold: found, shift: 0)
      #expect(isClose(RunLength.bothSides(one, one), inControl, 0.03 * inControl))
    }
    // Montgomery, table 9.3.
    #expect(isClose(RunLength.threshold(reference: 0.5, inControl: 465), 5, 0.02))
  }

  /// 150 windows after the baseline: a chart that knew its level would alarm in 7 % of the seeds.
  @Test("a level of few windows alarms no more often than was asked for", arguments: [10, 25], [0.0, 0.5, 2.0])
  func inControl(windows: Int, common: Double) {
    let plan = Self.plan(windows: windows)
    let alarms = (0..<200 as Range<UInt64>).count { seed in
      var line = Line(seed: seed, plan, common: common)
      return line.run(windows + 150) != nil
    }
    #expect(alarms <= 20, "\(alarms) of 200")
  }

  @Test("a shift is found all the same, however few windows it was learnt of", arguments: [10, 25])
  func shifted(windows: Int) {
    let plan = Self.plan(windows: windows)
    let found = (0..<200 as Range<UInt64>).count { seed in
      var line = Line(seed: seed &+ 1000, plan)
      return line.run(windows) == nil && line.run(12, shift: 2) != nil
    }
    #expect(found >= 190, "\(found) of 200")
  }

  @Test(
    "what it goes on learning makes small shifts visible: a standard deviation within four hours")
  func smallShift() {
    let plan = Self.plan(windows: 25)
    let found = (0..<200 as Range<UInt64>).count { seed in
      var line = Line(seed: seed &+ 2000, plan)
      return line.run(120) == nil && line.run(15, shift: 1) != nil
    }
    #expect(found >= 180, "\(found) of 200")
  }

  @Test("rounding is no scatter: a station that always says the same has no level to leave")
  func rounding() {
    var watch = LevelWatch()
    let plan = InspectionPlan(.standard)
    for window in 0..<500 {
      let count = 14 + window % 4
      let sum = (0..<count).reduce(0.0) { sum, _ in sum + 0.9 }
      watch.add(
        mean: sum / Double(count), values: 1, start: Self.start + .minutes(Int64(15 * window)), least: 25, plan: plan)
    }
    #expect(watch.mean == nil && !watch.isShifted)
  }

  @Test("what is saved comes back and goes on in the same way", arguments: [5, 40, 100])
  func coding(windows: Int) throws {
    var line = Line(seed: 3, Self.plan(windows: 25))
    _ = line.run(windows, shift: windows == 100 ? 0.1 : 0)
    var writer = ByteWriter()
    line.watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try LevelWatch(from: &reader) == line.watch)
    #expect(reader.isAtEnd)
  }

  /// A rate that was learnt of 30 defects is known to ± 18 %; a chart that took it for certain would alarm in every
  /// second seed. 100 windows at a run length of 2000: 5 % if the rate were known.
  @Test("a rate of few defects alarms no more often than was asked for, and is learnt on")
  func rates() throws {
    var settings = InspectionSettings.standard
    settings.runLength = 2000
    let plan = InspectionPlan(settings)
    var alarms = 0
    var known: [Int] = []
    for seed in 0..<60 as Range<UInt64> {
      var watch = RateWatch()
      var generator = SplitMix64(seed: seed &+ 77)
      var after = 0
      while after < 100, !watch.isChanged {
        if watch.baseline != nil { after += 1 }
        let count = (0..<15).count { _ in generator.unit() < 0.08 }
        watch.add(AttributeBaseline.Point(count: count, size: 15), start: Self.start, end: Self.start, plan: plan)
      }
      if watch.isChanged { alarms += 1 }
      let baseline = try #require(watch.baseline)
      #expect(baseline.usual > baseline.chart.rate && baseline.changed > baseline.usual)
      known.append(baseline.chart.units)
    }
    #expect(alarms <= 9, "\(alarms) of 60")
    #expect(known.count { $0 >= 700 } > 30)
  }
}
