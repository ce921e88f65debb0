import Foundation
import Telemetry

/// One time constant of a machine's model: the smoothed residuals, what is usual of them, and how far they stray.
///
/// Spreads are those of the smoothed values themselves, so that autocorrelation needs no model: a signal that wanders for
/// hours has a wide spread at the scale of hours.
struct ScaleModel: Hashable, Sendable {
  /// Minutes.
  let constant: Double
  /// Of signals; one more stands for all of them together.
  let width: Int
  private let settings: LearningSettings
  /// Of the smoothed values, `nan` before the first.
  private(set) var level: [Float]
  /// Minutes of data in them, at most a few constants.
  private var filled: [Float]
  /// What `strays` added lately, smoothed as the values are: what came in while a signal that explains was away stays in
  /// them for as long.
  private(set) var strayed: [Float]
  /// Share of the alarm level that has lasted.
  private var sustained: [Float]
  /// Minutes that were learnt from.
  private var learnt: [Float]
  private(set) var rows: ReferenceRows
  private(set) var center: [Float]
  private(set) var spread: [Float]
  /// Smallest spreads by signal, as they were when a row came last.
  private var floors: [Float]
  /// How many independent values the spread is known from.
  private var independent: [Float]
  private var above: [Tail]
  private var below: [Tail]
  private var correlation: ShrunkCorrelation?
  private var sinceRow = 0.0
  /// The last standardised values; 0 where nothing is judged.
  private(set) var z: [Double]
  /// Chance of one value to lie beyond the alarm level: shared by the signals that come.
  private var probability: Double {
    let year = 365.0 * 24 * 60
    let signals = level.dropLast().count { !$0.isNaN }
    return min(0.01, settings.chance * constant / (year * Double(max(1, signals))))
  }

  /// Short scales have heavy tails, since every passing disturbance is in them; long ones have not.
  private let most: Double

  /// What is judged together.
  static let jointLimit = 32

  init(constant: Double, signals: Int, settings: LearningSettings) {
    self.constant = constant
    self.settings = settings
    width = signals + 1
    level = Array(repeating: .nan, count: width)
    filled = Array(repeating: 0, count: width)
    learnt = Array(repeating: 0, count: width)
    sustained = Array(repeating: 0, count: width)
    strayed = Array(repeating: 0, count: width)
    rows = ReferenceRows(
      width: width, capacity: settings.rows, spacing: constant / 2, memory: settings.memory)
    center = Array(repeating: 0, count: width)
    spread = Array(repeating: .nan, count: width)
    floors = Array(repeating: 0, count: signals)
    independent = Array(repeating: 2, count: width)
    above = Array(repeating: Tail(), count: width)
    below = Array(repeating: Tail(), count: width)
    z = Array(repeating: 0, count: width)
    most = 1 + 2 / (1 + constant / settings.passing)
  }

  /// Smooths a residual over the minutes since the last one.
  mutating func smooth(_ signal: Int, _ residual: Double, minutes: Double) {
    if level[signal].isNaN {
      level[signal] = Float(residual)
    } else {
      level[signal] += Float((1 - exp(-minutes / constant)) * (residual - Double(level[signal])))
    }
    filled[signal] = min(filled[signal] + Float(minutes), Float(4 * constant))
  }

  /// Standardises what was smoothed; its size as a share of the alarm level.
  ///
  /// - Parameters:
  ///   - doubt: of the expectation, as a factor of the spread: 1 = none.
  ///   - strays: standard deviation that is added to the spread.
  mutating func judge(_ signal: Int, doubt: Double, strays: Double, minutes: Double) -> Double {
    z[signal] = 0
    if strays > 0 || strayed[signal] > 0 {
      strayed[signal] += Float(1 - exp(-minutes / constant)) * (Float(strays) - strayed[signal])
      if strayed[signal] < 0.01 * spread[signal] { strayed[signal] = 0 }
    }
    guard !spread[signal].isNaN, filled[signal] >= Float(constant), !level[signal].isNaN else { return 0 }
    let stray = strayed[signal]
    let width = stray > 0 ? (spread[signal] * spread[signal] + stray * stray).squareRoot() : spread[signal]
    z[signal] = Double((level[signal] - center[signal]) / width)
    return sustain(signal, share(signal, doubt: doubt), minutes: minutes)
  }

  /// Rises with the persistence, falls at once.
  private mutating func sustain(_ signal: Int, _ share: Double, minutes: Double) -> Double {
    let last = Double(sustained[signal])
    let risen = last + (share - last) * (1 - exp(-minutes / max(1e-3, settings.persistence * constant)))
    sustained[signal] = Float(share > last ? risen : share)
    return Double(sustained[signal])
  }

  private func share(_ signal: Int, doubt: Double) -> Double {
    let tail = z[signal] > 0 ? above[signal] : below[signal]
    let youth = (1 + settings.youth * 2 * constant / max(1, Double(learnt[signal]))).squareRoot()
    let probability = probability
    let normal = Tail.normalLevel(probability)
    // Student's t over the normal distribution, to the first order in the degrees of freedom (Fisher and Cornish 1960).
    let unsure = 1 + (normal * normal + 1) / (4 * Double(independent[signal]))
    let level = max(tail.level(probability, most: most), min(settings.unsure, unsure) * normal)
    return abs(z[signal]) / (level * doubt * youth)
  }

  /// Nothing is known of a signal now.
  mutating func leaveOut(_ signal: Int) { z[signal] = 0 }

  /// Judges all signals together.
  mutating func judgeJointly(doubt: Double, minutes: Double) -> Double {
    let joint = width - 1
    z[joint] = 0
    guard let correlation else { return 0 }
    let clipped = z.dropLast().map { max(-8, min(8, $0)) }
    guard clipped.contains(where: { $0 != 0 }) else { return 0 }
    let value = correlation.normalised(clipped)
    level[joint] = Float(value)
    guard !spread[joint].isNaN else { return 0 }
    z[joint] = Double((level[joint] - center[joint]) / spread[joint])
    return sustain(joint, z[joint] > 0 ? share(joint, doubt: doubt) : 0, minutes: minutes)
  }

  /// Whether a signal has deviated so far, as a share of the alarm level.
  func deviates(_ share: Double) -> Bool { sustained.dropLast().contains { Double($0) >= share } }

  /// Learns the state of now as usual, but of the signals that are frozen.
  ///
  /// - Returns: the row that was added to what is usual, if it was time for one.
  mutating func learn(isFrozen: [Bool], isKnown: [Bool], floors: [Double], minutes: Double) -> [Float]? {
    let isJointFrozen = isFrozen.contains(true)
    for signal in 0..<width where !level[signal].isNaN {
      if signal < isFrozen.count ? isFrozen[signal] || !isKnown[signal] : isJointFrozen { continue }
      learnt[signal] += Float(minutes)
    }
    sinceRow += minutes
    guard sinceRow >= rows.spacing else { return nil }
    sinceRow = 0
    var row = level
    for signal in 0..<width {
      let frozen = signal < isFrozen.count ? isFrozen[signal] : isJointFrozen
      if frozen || filled[signal] < Float(constant) && signal < width - 1 { row[signal] = rows.again(signal) }
    }
    guard row.contains(where: { !$0.isNaN }) else { return nil }
    rows.append(row)
    self.floors = floors.map { Float($0) }
    summarise()
    return row
  }

  /// Centers and spreads of the rows.
  mutating func summarise() {
    for signal in 0..<width {
      let column = rows.column(signal)
      guard column.count >= settings.minimumRows else {
        spread[signal] = .nan
        continue
      }
      center[signal] = Robust.median(column)
      let floor = signal < floors.count ? floors[signal] : 0.5
      spread[signal] = max(Robust.deviation(column, around: center[signal]), floor)
      independent[signal] = independence(signal)
      let (middle, unit) = (center[signal], spread[signal])
      let weight = Float(min(1, rows.spacing / (2 * constant)))
      above[signal] = Tail(column.lazy.map { ($0 - middle) / unit }, weight: weight)
      below[signal] = Tail(column.lazy.map { (middle - $0) / unit }, weight: weight)
    }
    let signals = width - 1
    guard signals > 1, signals <= Self.jointLimit, rows.count >= settings.minimumRows else { return }
    var standardised = Array(repeating: Float(0), count: rows.count * signals)
    for row in 0..<rows.count {
      for signal in 0..<signals {
        let value = rows.values[row * width + signal]
        guard !value.isNaN, !spread[signal].isNaN else { continue }
        standardised[row * signals + signal] = max(-4, min(4, (value - center[signal]) / spread[signal]))
      }
    }
    correlation = ShrunkCorrelation(width: signals, rows: standardised)
  }

  /// How many of the rows are worth an independent value: what wanders slowly has shown little of itself in many of them, as
  /// their correlation from one to the next tells (Bartlett 1946).
  private func independence(_ signal: Int) -> Float {
    var (top, bottom, count) = (Float(0), Float(0), Float(0))
    var last = Float.nan
    for row in rows.inOrder {
      let x = (rows.values[row * width + signal] - center[signal]) / spread[signal]
      guard !x.isNaN else { continue }
      let bounded = max(-4, min(4, x))
      if !last.isNaN { top += last * bounded }
      last = bounded
      bottom += bounded * bounded
      count += 1
    }
    guard bottom > 0, count > 1 else { return max(2, count) }
    let correlation = max(0, min(0.99, top / bottom))
    return max(2, count * (1 - correlation) / (1 + correlation))
  }

  /// How far what is usual strays, whatever its floor is.
  func stray(_ signal: Int) -> Double {
    let column = rows.column(signal)
    return Double(Robust.deviation(column, around: Robust.median(column)))
  }

  /// Forgets what is usual: after maintenance.
  mutating func rebaseline() {
    rows = ReferenceRows(width: width, capacity: settings.rows, spacing: constant / 2, memory: settings.memory)
    spread = Array(repeating: .nan, count: width)
    sustained = Array(repeating: 0, count: width)
    strayed = Array(repeating: 0, count: width)
    level = Array(repeating: .nan, count: width)
    filled = Array(repeating: 0, count: width)
    learnt = Array(repeating: 0, count: width)
    correlation = nil
    sinceRow = 0
    z = Array(repeating: 0, count: width)
  }

  func encode(into writer: inout ByteWriter) {
    for value in level { writer.float(value) }
    for value in filled + learnt + sustained + floors { writer.float(value) }
    writer.double(sinceRow)
    // Most of the time there is nothing.
    let hasStrayed = strayed.contains { $0 > 0 }
    writer.boolean(hasStrayed)
    if hasStrayed { for value in strayed { writer.float(value) } }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    for index in level.indices { level[index] = try reader.float() }
    for index in filled.indices { filled[index] = try reader.float() }
    for index in learnt.indices { learnt[index] = try reader.float() }
    for index in sustained.indices { sustained[index] = try reader.float() }
    for index in floors.indices { floors[index] = try reader.float() }
    sinceRow = try reader.double()
    guard try reader.boolean() else { return }
    for index in strayed.indices { strayed[index] = try reader.float() }
  }

  mutating func restoreRows(from reader: inout ByteReader) throws(ByteReaderError) { try rows.restore(from: &reader) }

  /// Adds a row that was added before; `summarise` comes later.
  mutating func restore(_ row: [Float]) { rows.append(row) }
}
