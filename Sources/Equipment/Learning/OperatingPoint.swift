import Foundation
import Telemetry

/// What is asked of a machine now, as regressors of what its signals show: speed, load, surroundings, time since start.
struct OperatingPoint: Hashable, Sendable {
  /// Positions of the signals that describe it.
  let signals: [Int]
  /// Of each signal: typical level and the change that counts as 1. Nil until known.
  private(set) var scaling: [Scaling?]
  private var first: [[Double]]
  /// Of each signal, as it was over the time that a machine takes to warm up: heat follows late.
  private var lagged: [Double?]
  /// Frames without a signal that never came.
  private var missed: [Int]

  struct Scaling: Hashable, Sendable {
    var center: Double
    var unit: Double
    /// Regressors up to here are where it stands.
    var standing: Double
  }

  /// Of each signal, how its regressor usually is; stands in when the signal fails.
  private var usual: [Usual]
  /// Frames in a row without a signal that is known.
  private var gone: [Int]

  /// Mean and variance of a regressor, over about a week.
  struct Usual: Hashable, Sendable {
    var mean = 0.0
    var variance = 0.0
    var count = 0

    mutating func add(_ x: Double) {
      count = min(count + 1, 1008)
      let step = x - mean
      mean += step / Double(count)
      variance += (step * (x - mean) - variance) / Double(count)
    }
  }

  /// By signal: frames in a row that it was away from where it stood; from `moving` on it explains for ever.
  private var moved: [Int]
  /// Whether each is something that is asked of the machine: a speed that never changes explains nothing, and must not make
  /// the machine unknown when it drifts a little.
  private let isAsked: [Bool]
  /// Regressors up to here (5 % of the level) are where it stands.
  private static let standing = 0.1
  private static let moving = 3
  /// The same of one that is zero, in its own spreads.
  private static let zero = 4.0

  /// A signal that is known and does not come for so many frames has failed; what it usually is stands in for it.
  private static let failed = 3

  /// So many values tell what is typical.
  private static let needed = 31
  /// A signal that is in the template and did not come in so many frames is none of this machine.
  private static let patience = 12

  /// - Parameter isAsked: by place in `signals`; surroundings are not.
  init(signals: [Int], isAsked: [Bool]) {
    self.signals = signals
    self.isAsked = isAsked
    moved = Array(repeating: 0, count: signals.count)
    scaling = Array(repeating: nil, count: signals.count)
    first = Array(repeating: [], count: signals.count)
    lagged = Array(repeating: nil, count: signals.count)
    missed = Array(repeating: 0, count: signals.count)
    usual = Array(repeating: Usual(), count: signals.count)
    gone = missed
  }

  /// Positions in `signals` for which what they usually are stands in now.
  var substituted: [Int] { gone.indices.filter { gone[$0] >= Self.failed } }

  /// Variance of what a combination of regressors says, because some of them are only as they usually are.
  ///
  /// - Parameter coefficient: by place in the row.
  func doubt(_ coefficient: (Int) -> Double) -> Double {
    substituted.reduce(0) { sum, place in
      let usual = usual[place]
      let line = coefficient(1 + 3 * place) + coefficient(3 + 3 * place)
      let square = coefficient(2 + 3 * place)
      let ofSquare = 4 * usual.mean * usual.mean * usual.variance + 2 * usual.variance * usual.variance
      return sum + line * line * usual.variance + square * square * ofSquare
    }
  }

  /// How what is explained changes with a signal between what it says and what it may be in truth, by unit of the signal; 0
  /// if nothing is known of it.
  ///
  /// - Parameters:
  ///   - error: what it says too much, in its unit.
  ///   - coefficient: by place in the row.
  func slope(_ signal: Int, _ row: [Double], error: Double, _ coefficient: (Int) -> Double) -> Double {
    guard let place = signals.firstIndex(of: signal), let scaling = scaling[place] else { return 0 }
    let first = 1 + 3 * place
    let middle = 2 * row[first] - error / scaling.unit
    return (coefficient(first) + coefficient(first + 2) + middle * coefficient(first + 1)) / scaling.unit
  }

  /// How far a signal is from what it usually is, in its unit.
  func departure(_ signal: Int, _ row: [Double]) -> Double {
    guard let place = signals.firstIndex(of: signal), let scaling = scaling[place] else { return 0 }
    return (row[1 + 3 * place] - usual[place].mean) * scaling.unit
  }

  /// Regressors: the constant, of each signal the value, its square and what it was of late, and the warm-up.
  var width: Int { signals.isEmpty ? 1 : 1 + 3 * signals.count + 1 }

  /// Whether none of its signals ever comes.
  var isAbsent: Bool { !missed.contains { $0 < Self.patience } }

  /// The regressors; nil as long as a signal is missing or not known well enough. What this machine never sends is left at
  /// its middle: should it come one day, nothing is known of its slope until that has been learnt.
  ///
  /// - Parameters:
  ///   - warmUp: 1 at the start of the machine, falling to 0.
  ///   - share: of the new value in what it was of late.
  ///   - isUsual: whether what is seen now is what is usual.
  mutating func regressors(_ values: [Double?], warmUp: Double, share: Double, isUsual: Bool) -> [Double]? {
    guard !signals.isEmpty else { return [1] }
    var row = [1.0]
    row.reserveCapacity(width)
    for (place, signal) in signals.enumerated() {
      guard let value = values[signal] else {
        if scaling[place] != nil, usual[place].count > 0 {
          gone[place] = min(Self.failed, gone[place] + 1)
          guard gone[place] >= Self.failed else { return nil }
          let mean = usual[place].mean
          row += [mean, mean * mean + usual[place].variance, mean]
          continue
        }
        guard scaling[place] == nil, first[place].isEmpty else { return nil }
        missed[place] = min(Self.patience, missed[place] + 1)
        guard missed[place] == Self.patience else { return nil }
        row += [0, 0, 0]
        continue
      }
      guard let scaling = scaling[place] else {
        missed[place] = 0
        learn(value, place)
        return nil
      }
      // What it was while it did not come is not known.
      if gone[place] >= Self.failed { lagged[place] = nil }
      // Far beyond what was typical nothing follows from it.
      gone[place] = 0
      var x = max(-30, min(30, (value - scaling.center) / scaling.unit))
      if isAsked[place], moved[place] < Self.moving {
        moved[place] = abs(x) > scaling.standing ? moved[place] + 1 : 0
        if moved[place] < Self.moving { x = 0 }
      }
      row.append(x)
      row.append(x * x)
      let late = lagged[place].map { $0 + share * (x - $0) } ?? x
      lagged[place] = late
      if isUsual || usual[place].count == 0 { usual[place].add(x) }
      row.append(late)
    }
    row.append(warmUp)
    return row
  }

  private mutating func learn(_ value: Double, _ place: Int) {
    first[place].append(value)
    guard first[place].count >= Self.needed else { return }
    let center = Robust.median(first[place].map { Float($0) })
    let spread = Robust.deviation(first[place].map { Float($0) }, around: center)
    // A machine may have begun at its lowest speed: half of that is a change, however little it varied at first.
    let unit = max(2 * Double(spread), abs(Double(center)) * 0.5, 1e-6)
    // What strays around zero does nothing: only what leaves its noise is asked of the machine.
    let isZero = abs(center) < spread
    scaling[place] = Scaling(
      center: Double(center), unit: unit,
      standing: isZero ? max(Self.standing, Self.zero * Double(spread) / unit) : Self.standing)
    first[place] = []
  }

  func encode(into writer: inout ByteWriter) {
    for place in signals.indices {
      writer.boolean(scaling[place] != nil)
      if let scaling = scaling[place] {
        writer.double(scaling.center)
        writer.double(scaling.unit)
        writer.double(scaling.standing)
        writer.double(lagged[place] ?? .nan)
        writer.double(usual[place].mean)
        writer.double(usual[place].variance)
        writer.varint(usual[place].count)
        writer.varint(gone[place])
        writer.varint(moved[place])
      } else {
        writer.varint(missed[place])
        writer.varint(first[place].count)
        for value in first[place] { writer.double(value) }
      }
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    for place in signals.indices {
      if try reader.boolean() {
        scaling[place] = Scaling(
          center: try reader.double(), unit: try reader.double(), standing: try reader.double())
        let late = try reader.double()
        lagged[place] = late.isNaN ? nil : late
        usual[place].mean = try reader.double()
        usual[place].variance = try reader.double()
        usual[place].count = try reader.integer()
        gone[place] = try reader.integer()
        moved[place] = try reader.integer()
      } else {
        first[place] = []
        missed[place] = try reader.integer()
        for _ in 0..<(try reader.count()) { first[place].append(try reader.double()) }
      }
    }
  }
}

/// Median and what goes with it.
enum Robust {
  static func median<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value { median(sorted: values.sorted()) }

  /// Zero of nothing.
  static func median<Value: BinaryFloatingPoint>(sorted: [Value]) -> Value {
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Median absolute deviation, scaled to the standard deviation of a normal distribution (1 / Φ⁻¹(3/4)).
  static func deviation(_ values: [Float], around center: Float) -> Float {
    1.4826 * median(values.map { abs($0 - center) })
  }
}
