import Telemetry

/// The detectors of one signal: what is usual for it, and what the newest sample is, measured by that. Fed in the
/// order of the samples' times; needs no memory of samples.
///
/// "Usual" is robust: every sample moves it by a bounded step. The usual step (mean |x − previous|) rises slowly and
/// falls still more slowly, so that a machine at rest does not make its own start look unusual.
struct SignalMonitor: Hashable, Sendable {
  // There are tens of thousands: larger fields stand before smaller ones, so that none is followed by a hole.

  /// Device times in nanoseconds.
  var first: Int64 = 0
  var time: Int64 = .min
  var value = 0.0
  var before = 0.0
  /// Of the run of equal values that lasts.
  var runStart: Int64 = 0
  /// Since when there are hardly any steps.
  var calmSince: Int64 = .min
  /// The level before the suspects: samples in a row that are far from it.
  var level = 0.0
  var suspectSum = 0.0
  /// The level before the unit was changed.
  var unitLevel = 0.0
  /// Nanoseconds that the signal was missing for.
  var missing: Int64 = 0

  var count: UInt32 = 0

  // Runs of equal values.
  var run: Int32 = 0
  var usualRun: Float = 1
  /// Seconds; forgets over a week of learning times.
  var longestRun: Float = 0

  // Steps from sample to sample.
  var usualStep: Float = 0
  var recentStep: Float = 0
  /// Mean steps over two samples: small beside `recentStep` when two sources take turns.
  var recentDouble: Float = 0
  /// The longest time with hardly any steps, in seconds, which is forgotten slowly.
  var longestCalm: Float = 0
  /// Of steps that are none, and of |x|.
  var usualMove: Float = 0
  var usualSize: Float = 0
  var lowest: Float = .infinity
  var highest: Float = -.infinity

  /// Reasons that have a machine which is not idle.
  var watched: Conditions = []
  var runsSeen: UInt8 = 0
  var suspects: UInt8 = 0
  /// Samples without suspicion since the last one.
  var calm: UInt8 = .max
  /// Position in the list of units, from 1; 0 = none is suspected.
  var unit: UInt8 = 0

  private static let recently: Float = 1 / 32
  private static let firstRuns: UInt8 = 8
  private static let leastCalm: UInt8 = 4

  /// Whether there has been enough to know what is usual.
  @inline(__always)
  private func knows(_ time: Int64, _ limits: SignalLimits) -> Bool {
    count >= SignalLimits.leastSamples && time &- first >= limits.learn
  }

  /// A sample later than all before it. Returns what is wrong with it.
  @inline(__always)
  mutating func handle(
    _ time: Int64, _ value: Double, _ limits: SignalLimits, units: () -> [UnitSuspect]
  ) -> Conditions {
    guard count > 0 else {
      begin(time, value)
      return []
    }
    var found: Conditions = []
    let elapsed = time &- self.time
    if elapsed > limits.gap {
      missing &+= elapsed &- limits.expected
      found.insert(.gap)
    }
    if limits.kind == .gauge {
      found.formUnion(gauge(time, value, elapsed, limits, units))
    } else if limits.kind == .register {
      found.formUnion(register(value))
    }
    before = self.value
    self.value = value
    self.time = time
    if count < .max { count &+= 1 }
    return found.intersection(limits.on.union(.suspect))
  }

  private mutating func begin(_ time: Int64, _ value: Double) {
    first = time
    self.time = time
    self.value = value
    before = value
    runStart = time
    run = 1
    count = 1
    level = value
    usualSize = Float(value.magnitude)
  }

  @inline(__always)
  private mutating func register(_ value: Double) -> Conditions {
    let step = Float((value - self.value).magnitude)
    recentStep += (step - recentStep) * Self.recently
    recentDouble += (Float((value - before).magnitude) - recentDouble) * Self.recently
    return count > 32 && recentDouble < 0.2 * recentStep ? .duplicate : []
  }

  @inline(__always)
  private mutating func gauge(
    _ time: Int64, _ value: Double, _ elapsed: Int64, _ limits: SignalLimits, _ units: () -> [UnitSuspect]
  ) -> Conditions {
    var found: Conditions = []
    let step = Float((value - self.value).magnitude)
    let knows = knows(time, limits)
    if value == self.value {
      if run < .max { run &+= 1 }
      if knows, run >= 10, isStuck(time, value, limits) { found.insert(.stuck) }
    } else {
      if Double(step) > limits.maximumRate * Double(max(1, elapsed)) { found.insert(.rate) }
      endRun(time, limits)
      usualMove += (min(step, usualMove > 0 ? 4 * usualMove : step) - usualMove) * (usualMove > 0 ? 1 / 128 : 1)
    }

    // What is usual follows within bounds.
    let bounded =
      count < SignalLimits.leastSamples ? step : min(step, max(limits.spikeFactor * usualStep, .leastNonzeroMagnitude))
    recentStep += (bounded - recentStep) * Self.recently
    recentDouble +=
      (min(Float((value - before).magnitude), max(bounded, limits.spikeFactor * usualStep)) - recentDouble)
      * Self.recently
    if count < SignalLimits.leastSamples {
      usualStep += (step - usualStep) / Float(count)
    } else if unit == 0 {
      // What it learns at first may be all there is: a machine at rest that starts to work.
      let rise = knows ? limits.rise : 1 / 64
      usualStep += (recentStep - usualStep) * (recentStep > usualStep ? rise : limits.fall)
    }
    usualSize += (Float(value.magnitude) - usualSize) * limits.rise

    if knows {
      let alternates = recentDouble < 0.2 * recentStep && recentStep > 2 * usualMove / limits.spikeFactor
      if alternates { found.insert(.duplicate) }
      found.formUnion(judge(value, limits, units, alternates: alternates))
      if !alternates, unit == 0 {
        found.formUnion(judgeSteps(time, value, limits))
      }
    } else {
      level += (value - level) / 16
      if count > SignalLimits.leastSamples { _ = isCalm(time, limits) }
    }
    if suspects == 0, unit == 0 {
      lowest = min(lowest, Float(value))
      highest = max(highest, Float(value))
    }
    return found
  }

  // MARK: Steps

  /// Plants live in weeks: how restless and how calm a signal is shows only then.
  private static let weeks: Int64 = 7

  @inline(__always)
  private mutating func judgeSteps(_ time: Int64, _ value: Double, _ limits: SignalLimits) -> Conditions {
    let calm = isCalm(time, limits)
    guard time &- first >= Self.weeks &* limits.learn else { return [] }
    // What has begun goes on until it is half over.
    let restless = watched.contains(.noise) ? limits.noiseFactor / 2 : limits.noiseFactor
    if recentStep > restless * usualStep { return .noise }
    return calm && run < 10 && !isAtRest(value) && Float(time &- calmSince) * 1e-9 > 2 * longestCalm ? .flat : []
  }

  /// Hardly any steps; keeps how long that lasts, and how long it has ever lasted.
  @inline(__always)
  private mutating func isCalm(_ time: Int64, _ limits: SignalLimits) -> Bool {
    let share = calmSince == .min ? limits.flatShare : limits.flatShare * 2
    let isCalm = recentStep < share * usualStep
    if isCalm {
      if calmSince == .min { calmSince = time }
    } else if calmSince != .min {
      longestCalm = max(longestCalm * 0.99, Float(time &- calmSince) * 1e-9)
      calmSince = .min
    }
    return isCalm
  }

  // MARK: Equal values

  private func isStuck(_ time: Int64, _ value: Double, _ limits: SignalLimits) -> Bool {
    let length = time &- runStart
    return runsSeen >= Self.firstRuns && length >= limits.stuckAfter && Float(run) > limits.stuckRuns * usualRun
      && Float(length) * 1e-9 > 2 * longestRun && !isAtRest(value) && Float(value.magnitude) > 0.1 * highest
  }

  @inline(__always)
  private mutating func endRun(_ time: Int64, _ limits: SignalLimits) {
    if runsSeen < 32 { runsSeen &+= 1 }
    let bound = runsSeen <= Self.firstRuns ? Float(run) : min(Float(run), 4 * usualRun)
    usualRun += (bound - usualRun) / Float(runsSeen)
    // What stood still last night may stand still tonight, however many samples the day has.
    let length = Float(self.time &- runStart) * 1e-9
    let passed = Float(time &- runStart) / Float(Self.weeks &* limits.learn)
    longestRun = max(longestRun * max(0.9999, 1 - passed), length)
    run = 1
    runStart = time
  }

  /// A machine that does nothing: its sensors may well stand still.
  private func isAtRest(_ value: Double) -> Bool { Float(value.magnitude) <= 0.1 * usualSize }

  // MARK: Jumps

  @inline(__always)
  private mutating func judge(
    _ value: Double, _ limits: SignalLimits, _ units: () -> [UnitSuspect], alternates: Bool
  ) -> Conditions {
    var found: Conditions = []
    if unit > 0 {
      found.formUnion(judgeUnit(value, units()))
      if found.contains(.unit) { return found }
    }
    if suspects == 0 {
      let reach = Double(limits.spikeFactor * max(usualStep, usualMove))
      guard (value - self.value).magnitude > reach, reach > 0, !alternates else {
        level += (value - level) / 16
        if calm < .max { calm &+= 1 }
        return found
      }
      level = self.value
      suspects = 1
      suspectSum = value
      found.insert(.suspect)
      return found
    }
    found.formUnion(followJump(value, limits, units, alternates: alternates))
    return found
  }

  @inline(never)
  private mutating func followJump(
    _ value: Double, _ limits: SignalLimits, _ units: () -> [UnitSuspect], alternates: Bool
  ) -> Conditions {
    let mean = suspectSum / Double(suspects)
    if (value - level).magnitude < (mean - level).magnitude / 2 {
      // Spikes stand alone; what jumps to and fro all the time is something else.
      let wasSpike = suspects <= 2 && calm >= Self.leastCalm && !alternates
      suspects = 0
      calm = 0
      return wasSpike ? .spike : []
    }
    suspects &+= 1
    suspectSum += value
    guard suspects >= limits.unitSamples else { return [] }
    let arrived = suspectSum / Double(suspects)
    suspects = 0
    let old = level
    level = arrived
    calm = 0
    guard unit == 0, limits.on.contains(.unit), isFarOutside(arrived) else { return [] }
    for (place, suspect) in units().enumerated() where place < 255 {
      let expected = suspect.reading(old)
      let reach = limits.unitTolerance * expected.magnitude + 3 * Double(usualStep) * suspect.factor.magnitude
      if (arrived - expected).magnitude <= reach, reach < (expected - old).magnitude / 4 {
        unit = UInt8(place + 1)
        unitLevel = old
        return .unit
      }
    }
    return []
  }

  /// Further away from everything that was ever seen than all of that is wide.
  private func isFarOutside(_ value: Double) -> Bool {
    guard lowest <= highest else { return false }
    let width = Double(highest) - Double(lowest)
    return value > Double(highest) + width || value < Double(lowest) - width
  }

  /// As long as values are nearer to what the other unit gives than to what was usual.
  private mutating func judgeUnit(_ value: Double, _ units: [UnitSuspect]) -> Conditions {
    guard Int(unit) <= units.count else {
      unit = 0
      return []
    }
    let wrong = units[Int(unit) - 1].reading(unitLevel)
    if (value - wrong).magnitude < (value - unitLevel).magnitude { return .unit }
    // Back where it was, not only at rest.
    if !watched.contains(.unit), value.magnitude > unitLevel.magnitude / 2 { unit = 0 }
    return []
  }
}
