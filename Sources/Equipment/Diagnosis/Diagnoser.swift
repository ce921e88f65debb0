import Foundation
import Templates

/// Compares what deviates on a machine with the patterns of its fault model.
///
/// Sizes are compared as roots of the robust deviations, since a fault moves signals by very different factors: the score is the cosine of the angle between what is seen and what the fault usually shows. What a fault does not explain,
/// and what should stay steady but does not, makes the angle wider; a needed sign that is missing halves the score more
/// than once. A single signal against all others may be its sensor: that stands in the list as a fault of its own.
public struct Diagnoser: Sendable {
  /// One line of a pattern: the signals that can show it.
  private struct Line {
    var signals: [Int]
    var direction: FaultModel.Symptom.Direction
    var weight: Double
    var isNeeded: Bool
  }

  private struct Pattern {
    var fault: Int
    var lines: [Line]
    /// Signals that no line speaks of.
    var others: [Int]
    /// Needed signs that nothing on this machine measures.
    var unmeasured: Int
  }

  public let model: FaultModel
  private let profile: MachineProfile
  private let patterns: [Pattern]

  /// Deviations up to here are noise.
  private static let noise = 1.5
  /// What is not spoken of counts less than what should be steady.
  private static let unspoken = 0.7
  /// Beside a load that has changed a fault must show itself so clearly, and fit so well.
  private static let clear = 6.0
  private static let alike = 0.6
  /// Of the score, by a needed sign that is missing; by one that is not measured.
  private static let missing = 0.45
  /// Sizes up to here, and up to this share of the largest one, are no answer of another signal.
  private static let silent = 0.4
  private static let answer = 0.12
  /// How plausible a sensor is whose signal stands out alone.
  private static let alone = 1.0
  private static let unmeasured = 0.75

  public init(profile: MachineProfile, model: FaultModel) {
    self.model = model
    self.profile = profile
    let words = profile.signals.map { signal in
      signal.name.lowercased().split { "-_. ".contains($0) }.map(String.init)
    }
    patterns = model.faults.enumerated().compactMap { index, fault in
      guard !fault.symptoms.isEmpty else { return nil }
      var lines: [Line] = []
      var spoken: Set<Int> = []
      var unmeasured = 0
      for symptom in fault.symptoms {
        let signals = profile.signals.indices.filter {
          symptom.fits(role: profile.signals[$0].role.word, words: words[$0])
        }
        if signals.isEmpty {
          if symptom.isNeeded { unmeasured += 1 }
          continue
        }
        spoken.formUnion(signals)
        lines.append(
          Line(
            signals: signals, direction: symptom.direction, weight: symptom.weight, isNeeded: symptom.isNeeded))
      }
      guard lines.contains(where: { $0.direction != .steady }) else { return nil }
      return Pattern(
        fault: index, lines: lines, others: profile.signals.indices.filter { !spoken.contains($0) },
        unmeasured: unmeasured)
    }
  }

  /// Whether there is a pattern that these signals can show.
  public var canDiagnose: Bool { !patterns.isEmpty }

  /// - Parameters:
  ///   - deviation: of a frame that deviates.
  ///   - doubted: signals whose sensor shows a fault of its own (a jump that nothing else follows).
  /// - Returns: by falling score; equal ones in the order of the model, a sensor behind the faults.
  public func diagnose(_ deviation: Deviation, doubted: Set<Int> = []) -> [RankedFault] {
    var signs: [Deviation.Contribution?] = Array(repeating: nil, count: profile.signals.count)
    var sizes = Array(repeating: 0.0, count: profile.signals.count)
    for part in deviation.contributions {
      signs[part.signal] = part
      sizes[part.signal] = Self.size(part.z)
    }
    var ranked = patterns.map { rank($0, sizes, signs) }
    let sensor = sensor(sizes, signs, doubted, of: ranked)
    if let load = loadChange(sizes, signs) { ranked.append(load) }
    if let sensor { ranked.append(sensor) }
    for suspect in deviation.suspects { ranked.append(self.sensor(suspect)) }
    ranked = Self.ordered(ranked)
    guard ranked.first?.id == RankedFault.loadID, let beside = besides(sizes, signs, doubted) else { return ranked }
    // A load that has changed does not hide what is wrong beside it.
    return beside + ranked.filter { $0.fault == nil }
  }

  private static func ordered(_ ranked: [RankedFault]) -> [RankedFault] {
    ranked.enumerated().filter { $0.element.score > 0.05 }.sorted { a, b in
      (-a.element.score, a.offset) < (-b.element.score, b.offset)
    }.map(\.element)
  }

  /// The faults by the signals that do not say how hard the machine works; nil if these show nothing that is clear, or
  /// nothing but a sensor.
  private func besides(
    _ sizes: [Double], _ signs: [Deviation.Contribution?], _ doubted: Set<Int>
  ) -> [RankedFault]? {
    var (sizes, signs) = (sizes, signs)
    for (place, signal) in profile.signals.enumerated() where signal.role.isBurden || signal.role == .load {
      sizes[place] = 0
      signs[place] = nil
    }
    guard sizes.contains(where: { abs($0) >= Self.size(Self.clear) }) else { return nil }
    let faults = patterns.map { rank($0, sizes, signs) }
    let ranked = Self.ordered(faults)
    guard let first = ranked.first, first.score >= Self.alike else { return nil }
    if let sensor = sensor(sizes, signs, doubted, of: faults), sensor.score > first.score { return nil }
    return ranked
  }

  /// Signed, 0 for noise.
  private static func size(_ z: Double) -> Double {
    let size = pow(max(1, abs(z) / noise), 0.6) - 1
    return z < 0 ? -size : size
  }

  private func rank(_ pattern: Pattern, _ sizes: [Double], _ signs: [Deviation.Contribution?]) -> RankedFault {
    let fault = model.faults[pattern.fault]
    var dot = 0.0
    var expected = 0.0
    var seen = 0.0
    var factor = 1.0
    var supporting: [(size: Double, signal: Int)] = []
    var opposing: [(size: Double, signal: Int)] = []
    var unmeasured = pattern.unmeasured
    // What two lines speak of is seen once.
    var counted: Set<Int> = []
    for line in pattern.lines {
      // What nothing is known of says neither yes nor no: the signal may be in the template, and not on this machine.
      let signals = line.signals.filter { signs[$0] != nil }
      guard !signals.isEmpty else {
        if line.isNeeded { unmeasured += 1 }
        continue
      }
      if line.direction == .steady {
        for signal in signals {
          let size = abs(sizes[signal])
          seen += size * size * (0.5 + 0.5 * line.weight)
          if size > 0.5 { opposing.append((size, signal)) }
        }
        continue
      }
      // One of the signals is enough: only one of two bearings fails.
      let along = signals.map { signal -> (size: Double, signal: Int) in
        switch line.direction {
        case .down: (-sizes[signal], signal)
        case .any: (abs(sizes[signal]), signal)
        case .up, .steady: (sizes[signal], signal)
        }
      }
      guard let best = along.max(by: { ($0.size, $1.signal) < ($1.size, $0.signal) }) else { continue }
      dot += line.weight * best.size
      expected += line.weight * line.weight
      if counted.insert(best.signal).inserted { seen += best.size * best.size }
      if best.size > 0.3 { supporting.append(best) }
      if best.size < -0.3 { opposing.append((-best.size, best.signal)) }
      if line.isNeeded, best.size < 0.7 {
        factor *= Self.missing
        if best.size >= -0.3 { opposing.append((0, best.signal)) }
      }
    }
    for signal in pattern.others {
      let size = abs(sizes[signal])
      seen += size * size * Self.unspoken
      if size > 0.5 { opposing.append((size * Self.unspoken, signal)) }
    }
    for _ in 0..<unmeasured { factor *= Self.unmeasured }
    let score = expected > 0 && seen > 0 ? max(0, dot / (expected * seen).squareRoot()) * factor : 0
    return RankedFault(
      id: fault.id, name: fault.name, origin: fault.origin, score: score, supporting: Self.sorted(supporting, signs),
      opposing: Self.sorted(opposing, signs), fault: pattern.fault)
  }

  private static func sorted(
    _ list: [(size: Double, signal: Int)], _ signs: [Deviation.Contribution?]
  ) -> [Deviation.Contribution] {
    var seen: Set<Int> = []
    return list.sorted { (-$0.size, $0.signal) < (-$1.size, $1.signal) }.compactMap { entry in
      seen.insert(entry.signal).inserted
        ? signs[entry.signal] ?? Deviation.Contribution(signal: entry.signal, z: 0, value: .nan, expected: .nan) : nil
    }
  }

  /// It works harder or less than before, and everything follows: power, torque and current the most, heat and flow some.
  private func loadChange(_ sizes: [Double], _ signs: [Deviation.Contribution?]) -> RankedFault? {
    var dot = 0.0
    var expected = 0.0
    var seen = 0.0
    var supporting: [(size: Double, signal: Int)] = []
    for (signal, size) in sizes.enumerated() {
      seen += size * size
      let weight: Double =
        switch profile.signals[signal].role {
        case .activePower, .torque, .current, .load: 1
        case .windingTemperature, .flow: 0.4
        default: 0
        }
      guard weight > 0, signs[signal] != nil else { continue }
      dot += weight * size
      expected += weight * weight
      if abs(size) > 0.3 { supporting.append((abs(size), signal)) }
    }
    // One signal alone is no load.
    guard supporting.count > 1, expected > 0, seen > 0 else { return nil }
    return RankedFault(
      id: RankedFault.loadID, name: FaultModel.Words("Load has changed", "负载改变"), origin: .controlLogic,
      score: abs(dot) / (expected * seen).squareRoot(), supporting: Self.sorted(supporting, signs), opposing: [],
      fault: nil)
  }

  /// A signal that explains the others: the cosine, as of a fault, but without any compression, since what was learnt of them
  /// is known better than how faults usually look.
  private func sensor(_ suspect: Deviation.Suspect) -> RankedFault {
    let name = profile.signals[suspect.signal].name
    return RankedFault(
      id: RankedFault.sensorID,
      name: FaultModel.Words("Sensor of \(name)", "\(name) 的传感器"), origin: .sensor,
      score: suspect.share.squareRoot(),
      supporting: [
        Deviation.Contribution(
          signal: suspect.signal, z: suspect.size, value: suspect.value, expected: suspect.implied)
      ], opposing: [], fault: nil)
  }

  /// The signal that stands out most. The further it is out, the more others would have to answer to a fault of the
  /// machine. Where its sensor was seen to fail, that is enough; and where none answers of those that should by the fault that
  /// fits best, its sensor is more likely.
  private func sensor(
    _ sizes: [Double], _ signs: [Deviation.Contribution?], _ doubted: Set<Int>, of faults: [RankedFault]
  ) -> RankedFault? {
    guard
      let (signal, size) = sizes.enumerated().max(by: { (abs($0.element), $1.offset) < (abs($1.element), $0.offset) }),
      abs(size) > 0.7, let sign = signs[signal]
    else { return nil }
    let whole = sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let asked = companions(of: signal, faults)
    let next = sizes.enumerated().reduce(0) {
      $1.offset == signal || !(asked?.contains($1.offset) ?? true) ? $0 : max($0, abs($1.element))
    }
    let isAlone = next < max(Self.silent, Self.answer * abs(size))
    let plausible =
      doubted.contains(signal) ? 1.0 : isAlone ? Self.alone : min(0.88, 0.5 + 0.09 * (abs(size) - 1))
    return RankedFault(
      id: RankedFault.sensorID,
      name: FaultModel.Words(
        "Sensor of \(profile.signals[signal].name)", "\(profile.signals[signal].name) 的传感器"), origin: .sensor,
      score: abs(size) / whole * plausible, supporting: [sign], opposing: [], fault: nil)
  }

  /// The signals that should answer by the fault that fits best, if it rests on this one; nil = all others.
  private func companions(of signal: Int, _ faults: [RankedFault]) -> Set<Int>? {
    guard let best = faults.indices.max(by: { faults[$0].score < faults[$1].score }),
      faults[best].supporting.first?.signal == signal
    else { return nil }
    return Set(patterns[best].lines.filter { $0.direction != .steady }.flatMap(\.signals))
  }
}
