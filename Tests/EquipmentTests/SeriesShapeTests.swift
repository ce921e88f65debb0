import Equipment
import Foundation
import Telemetry
import Templates
import Testing

/// Series as plants and public collections have them, with nothing wrong: whatever their shape, they are learnt, and hardly
/// anything is told of them. And a gross change is seen in each.
@Suite struct SeriesShapeTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var name: String
    var units: [(name: String, unit: String)]
    /// Minutes from frame to frame.
    var step = 10
    var days = 60
    /// Whether it runs at an hour.
    var runs: @Sendable (Double) -> Bool = { _ in true }
    /// Values at an hour, with noise of its own; nil = none.
    var values: @Sendable (Double, inout Noise) -> [Double?]
    /// What is wrong in the end; of the values.
    var fault: @Sendable ([Double?]) -> [Double?]
    /// Times at which it stands out at most.
    var atMost = 1
    var testDescription: String { name }
  }

  struct Noise: Sendable {
    private var state: UInt64
    private var slow = 0.0
    init(_ seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 40) + 0.5) / Double(1 << 24)
    }
    mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
    /// What follows itself: deviation 1, as slow as the share says.
    mutating func wandering(_ share: Double) -> Double {
      slow = share * slow + (1 - share * share).squareRoot() * normal()
      return slow
    }
  }

  static let shapes: [Shape] = [
    // A sensor that shows the same for ever, one that is quantised coarsely, one that never comes.
    Shape(
      name: "constant, coarse and missing",
      units: [("temperature", "°C"), ("pressure", "bar"), ("vibration", "mm/s")],
      values: { hour, noise in [21, (5 + 0.1 * noise.normal()).rounded(), nil] },
      fault: { values in [21, 9, nil] }),
    // Valves and motors as MetroPT has them: 0 and 1, in cycles of some minutes.
    Shape(
      name: "binary in cycles",
      units: [("comp", "1"), ("dv-electric", "1"), ("tank-pressure", "bar"), ("motor-current", "A")],
      values: { hour, noise in
        let load = 0.3 + 0.2 * sin(hour / 24 * 2 * .pi) + 0.05 * noise.normal()
        return [1 - load, load, 8.5 + 0.3 * noise.normal(), 4 + 3 * load + 0.2 * noise.normal()]
      },
      fault: { values in [values[0], values[1], 6, values[3]] }, atMost: 2),
    // A bearing on a rig: a snapshot in ten minutes, four accelerometers, constant speed.
    Shape(
      name: "bearing rig",
      units: [("bearing-1", "g"), ("bearing-2", "g"), ("bearing-3", "g"), ("bearing-4", "g")], days: 30,
      values: { hour, noise in (0..<4).map { 0.07 + 0.005 * Double($0) + 0.002 * noise.normal() } },
      fault: { values in [values[0].map { 2 * $0 }, values[1], values[2], values[3]] }),
    // A room without air conditioning: days, weeks, weather, a season.
    Shape(
      name: "days and seasons", units: [("temperature", "°C"), ("humidity", "%")], days: 120,
      values: { hour, noise in
        let season = -6 * cos(hour / 8766 * 2 * .pi)
        let weather = 2 * noise.wandering(0.995)
        let day = 4 * sin(hour / 24 * 2 * .pi)
        return [20 + season + weather + day + 0.3 * noise.normal(), 50 - 3 * weather - day + noise.normal()]
      },
      fault: { values in [values[0].map { $0 + 45 }, values[1]] }, atMost: 4),
    // Five days of two shifts, and nothing at the weekend but what the room shows.
    Shape(
      name: "shifts", units: [("vibration", "mm/s"), ("bearing-temperature", "°C"), ("current", "A")],
      runs: { hour in (6..<22).contains(Int(hour) % 24) && Int(hour) / 24 % 7 < 5 },
      values: { hour, noise in
        let since = (hour.truncatingRemainder(dividingBy: 24) - 6)
        let warm = 60 - 35 * exp(-max(0, since) / 0.9)
        return [1.8 * exp(0.06 * noise.normal()), warm + 0.8 * noise.normal(), 40 + 3 * noise.wandering(0.9)]
      },
      fault: { values in [values[0].map { 3 * $0 }, values[1].map { $0 + 15 }, values[2]] }),
    // Settings that are changed every few days, as hydraulic rigs and test benches do.
    Shape(
      name: "set points", units: [("pressure", "bar"), ("flow", "l/min"), ("load", "%"), ("oil-temperature", "°C")],
      values: { hour, noise in
        let load = [40.0, 70, 100, 55, 85][Int(hour / 30) % 5]
        return [
          1.5 * load + 1.2 * noise.normal(), 12 - 0.02 * load + 0.1 * noise.normal(), load + 0.3 * noise.normal(),
          35 + 0.2 * load + 0.6 * noise.wandering(0.95),
        ]
      },
      fault: { values in [values[0], values[1].map { 0.7 * $0 }, values[2], values[3].map { $0 + 8 }] }, atMost: 2),
    // An hour a value, days without any, and back again.
    Shape(
      name: "gaps of days", units: [("temperature", "°C"), ("vibration", "mm/s")], step: 60, days: 150,
      runs: { hour in Int(hour) / 24 % 11 < 8 },
      values: { hour, noise in
        Int(hour) / 24 % 11 < 8
          ? [55 + 1.5 * noise.wandering(0.8), 2.2 * exp(0.1 * noise.normal())] : [nil, nil]
      },
      fault: { values in [values[0].map { $0 + 25 }, values[1].map { 3 * $0 }] }),
    // Slow drift that a planner would not call a fault: 1 % a month.
    Shape(
      name: "slow drift", units: [("pressure", "bar"), ("flow", "m³/h")], days: 90,
      values: { hour, noise in
        let drift = 1 - 0.01 * hour / 730
        return [6 * drift + 0.05 * noise.normal(), 110 * drift + noise.normal()]
      },
      fault: { values in [values[0].map { 0.6 * $0 }, values[1].map { 0.6 * $0 }] }, atMost: 2),
  ]

  private static func course(_ shape: Shape, seed: UInt64) -> (assessor: Assessor, told: [Double], seen: Double?) {
    let profile = MachineProfile(
      asset: "m", template: "x", signals: shape.units.map { .init(name: $0.name, unit: $0.unit) })
    let step = Span64.minutes(Int64(shape.step))
    var assessor = Assessor(
      profile: profile, faults: FaultModel(name: "none", title: .init("-", "-"), faults: []), interval: step)
    var noise = Noise(seed)
    var told: [Double] = []
    var isTold = false
    var seen: Double?
    let frames = (shape.days + 3) * 1440 / shape.step
    for frame in 0..<frames {
      let hour = Double(frame * shape.step) / 60
      let start =
        Timestamp(seconds: 1_790_000_400).windowStart(.minutes(10))
        + Span64(
          nanoseconds: Int64(frame) * step.nanoseconds)
      let isBroken = hour >= Double(shape.days) * 24
      var values = shape.values(hour, &noise)
      if isBroken { values = shape.fault(values) }
      let result = assessor.add(
        ConditionFrame(
          start: start, end: start + step, run: shape.runs(hour) ? .running : .stopped, values: values))
      if result.isNoticed, !isTold { told.append(hour / 24) }
      isTold = result.isNoticed
      if isBroken, result.isNoticed, seen == nil { seen = hour - Double(shape.days) * 24 }
    }
    return (assessor, told.filter { $0 < Double(shape.days) }, seen)
  }

  @Test(arguments: shapes)
  func isLearntAndLeftInPeace(_ shape: Shape) {
    let course = Self.course(shape, seed: 2)
    #expect(course.assessor.model.evidence.state == .watching)
    #expect(course.seen != nil, "a gross change is not seen")
    #expect(course.told.count <= shape.atMost, "stood out on the days \(course.told)")
  }
}
