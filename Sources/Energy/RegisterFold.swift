import Rules
import Telemetry

/// Folds windows of one register from the history, without side effects: the answer replaces what was there.
///
/// The result is a function of the readings alone, whatever the order of their arrival was. In-order folding
/// (`RegisterState.add`) gives the same.
struct RegisterFold {
  var register: EnergyRegister
  var window: Span64
  /// Start of the asset's first window; its first reading may stand on this very instant.
  var first: Timestamp
  /// End of the last closed window.
  var closedThrough: Timestamp
  /// Time of the register's newest reading.
  var newest: Timestamp
  /// Closed windows before this are beyond the horizon and stay as they are.
  var floor: Timestamp
  /// The boundary at `closedThrough` as it is now.
  var current: RegisterBoundary
  /// The register at `first`, where windows were closed before under other settings.
  var opening: RegisterBoundary?
  /// The issued state of this register in a closed window; nil if it never was issued.
  var issued: (_ start: Timestamp) throws -> RegisterWindow?

  struct Answer {
    /// Start of `windows[0]`.
    var start: Timestamp
    /// Closed windows, without gaps.
    var windows: [RegisterWindow] = []
    /// Nil if the fold met the states that were there before it reached the open windows.
    var open: (tallies: [RegisterTally], machine: CounterMachine, boundary: RegisterBoundary)?
  }

  /// A fall that may be taken back, and where to go on from then.
  private struct Bookmark {
    var time: Timestamp
    var step: Int
    var machine: CounterMachine
    var tally: RegisterTally
  }

  private struct Step {
    var tally: RegisterTally
    var end: CounterMachine
  }

  /// Folds again what a change at `time` can have touched. Stops early only behind `through`.
  func run(from time: Timestamp, through: Timestamp, context: RuleContext) throws -> Answer {
    var start = min(windowTouched(by: time), closedThrough)
    while true {
      start = try restart(from: start)
      var fold = Pass(start: start, boundary: try boundary(at: start))
      if let fall = try advance(&fold, through: through, context: context) {
        // A fall before the start is taken back: begin there. It lies in an earlier window, so this ends.
        start = min(windowTouched(by: fall), start - window)
        guard start >= floor, start >= first else { return Answer(start: closedThrough) }
        continue
      }
      return finish(fold)
    }
  }

  private struct Pass {
    var start: Timestamp
    var boundary: RegisterBoundary
    var steps: [Step] = []
    var converged = false
    init(start: Timestamp, boundary: RegisterBoundary) {
      self.start = start
      self.boundary = boundary
    }
  }

  /// A reading at the boundary belongs to the window that ends there.
  private func windowTouched(by time: Timestamp) -> Timestamp {
    Timestamp(nanoseconds: max(time.nanoseconds, first.nanoseconds + 1) - 1).windowStart(window)
  }

  private func boundary(at start: Timestamp) throws -> RegisterBoundary {
    if start == closedThrough { return current }
    if start <= first { return opening ?? RegisterBoundary() }
    return try issued(start - window)?.closing ?? RegisterBoundary()
  }

  /// The latest window at or before `start` whose opening does not depend on readings behind it.
  private func restart(from start: Timestamp) throws -> Timestamp {
    var start = max(start, first)
    while start > first, start > floor {
      let boundary = try boundary(at: start)
      var needed = start
      if let episode = boundary.episode { needed = min(needed, windowTouched(by: episode)) }
      let seen = boundary.machine.seen
      if boundary.machine.level != nil, start - seen >= register.validity {
        needed = min(needed, seen.windowStart(window))
      }
      if needed == start { break }
      start = max(needed, first)
    }
    return max(start, min(floor, closedThrough))
  }

  /// Folds until the states converge or the readings end; returns the time of a fall before the pass that a reading
  /// took back.
  private func advance(_ pass: inout Pass, through: Timestamp, context: RuleContext) throws -> Timestamp? {
    let end = max(closedThrough, windowTouched(by: newest) + window)
    var machine = pass.boundary.machine
    var bookmarks: [Bookmark] = []
    var glitch = (from: Timestamp.distantFuture, to: Timestamp.distantFuture)
    var resume: Bookmark?
    while true {
      let start = pass.start + Span64(nanoseconds: window.nanoseconds * Int64(pass.steps.count))
      if start >= end { return nil }
      let windowEnd = start + window
      var tally = resume?.tally ?? RegisterTally()
      let from =
        resume?.time
        ?? (start == first && opening?.machine.level == nil ? start : Timestamp(nanoseconds: start.nanoseconds + 1))
      resume = nil
      let samples = try context.samples(
        signal: register.signal, from: from, to: Timestamp(nanoseconds: windowEnd.nanoseconds + 1))
      for sample in samples {
        let reading = register.reading(sample)
        let isGlitch = glitch.from <= reading.time && reading.time < glitch.to
        let before = machine
        let outcome =
          isGlitch
          ? machine.handleGlitch(reading, limits: register.limits) : register.handle(reading, &machine)
        if let fall = outcome.fall {
          guard let index = bookmarks.lastIndex(where: { $0.time == fall }) else { return fall }
          resume = bookmarks[index]
          bookmarks.removeSubrange(index...)
          glitch = (fall, reading.time)
          break
        }
        if outcome.kind == .reset || outcome.kind == .rollover {
          bookmarks.append(Bookmark(time: reading.time, step: pass.steps.count, machine: before, tally: tally))
        }
        tally.add(
          reading, outcome, before: before.seen, after: machine.seen, start: start, register: register)
      }
      if let resume {
        pass.steps.removeSubrange(resume.step...)
        machine = resume.machine
        continue
      }
      tally.episode = glitch.from <= windowEnd && windowEnd < glitch.to ? glitch.from : nil
      pass.steps.append(Step(tally: tally, end: machine))
      if windowEnd <= closedThrough, windowEnd >= through, tally.episode == nil,
        machine.level != nil, windowEnd - machine.seen < register.validity,
        let before = try windowEnd == closedThrough ? current : issued(start)?.closing,
        before.machine == machine, before.episode == nil
      {
        pass.converged = true
        return nil
      }
    }
  }

  private func finish(_ pass: Pass) -> Answer {
    var answer = Answer(start: pass.start)
    // For each window the first reading behind it.
    var next: [RegisterTally.Knot?] = Array(repeating: nil, count: pass.steps.count + 1)
    for index in pass.steps.indices.reversed() { next[index] = pass.steps[index].tally.firstKnot ?? next[index + 1] }
    var opening = pass.boundary
    var tallies: [RegisterTally] = []
    for (index, step) in pass.steps.enumerated() {
      let start = pass.start + Span64(nanoseconds: window.nanoseconds * Int64(index))
      if start < closedThrough {
        let closed = RegisterWindow(
          step.tally, opening: opening, machine: step.end, next: next[index + 1], start: start, end: start + window,
          register: register)
        opening = closed.closing
        answer.windows.append(closed)
      } else {
        var tally = step.tally
        tally.end = step.end
        tallies.append(tally)
      }
    }
    if pass.converged { return answer }
    if !tallies.isEmpty { tallies[tallies.count - 1].end = nil }
    answer.open = (tallies, pass.steps.last?.end ?? pass.boundary.machine, opening)
    return answer
  }
}
