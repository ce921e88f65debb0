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
  }

  /// So many values tell what is typical.
  private static let needed = 31
  /// A signal that is in the template and did not come in so many frames is none of this machine.
  private static let patience = 12

  init(signals: [Int]) {
    self.signals = signals
    scaling = Array(repeating: nil, count: signals.count)
    first = Array(repeating: [], count: signals.count)
    lagged = Array(repeating: nil, count: signals.count)
    missed = Array(repeating: 0, count: signals.count)
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
  mutating func regressors(_ values: [Double?], warmUp: Double, share: Double) -> [Double]? {
    guard !signals.isEmpty else { return [1] }
    var row = [1.0]
    row.reserveCapacity(width)
    for (place, signal) in signals.enumerated() {
      guard let value = values[signal] else {
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
      // Far beyond what was typical nothing follows from it.
      let x = max(-30, min(30, (value - scaling.center) / scaling.unit))
      row.append(x)
      row.append(x * x)
      let late = lagged[place].map { $0 + share * (x - $0) } ?? x
      lagged[place] = late
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
    scaling[place] = Scaling(center: Double(center), unit: max(2 * Double(spread), abs(Double(center)) * 0.5, 1e-6))
    first[place] = []
  }

  func encode(into writer: inout ByteWriter) {
    for place in signals.indices {
      writer.boolean(scaling[place] != nil)
      if let scaling = scaling[place] {
        writer.double(scaling.center)
        writer.double(scaling.unit)
        writer.double(lagged[place] ?? .nan)
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
        scaling[place] = Scaling(center: try reader.double(), unit: try reader.double())
        let late = try reader.double()
        lagged[place] = late.isNaN ? nil : late
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
