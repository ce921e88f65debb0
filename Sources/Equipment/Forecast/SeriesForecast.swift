import Foundation
import Telemetry

/// What any measured value will be in the next hour, from its own last day; nothing has to be trained or chosen.
///
/// Values come in steps of five minutes. Several simple experts forecast at each step (`SeriesExpert`); each counts by how
/// far it missed lately. The interval comes from the errors that the forecasts of the last day made, with a level that
/// follows how often they were outside (adaptive conformal inference, Gibbs and Candès 2021): so it holds its promise also
/// where the errors are skewed, or the process changes. About 6 kB, and some hundred operations a step.
public struct SeriesForecast: Hashable, Sendable {
  /// Length of a step.
  public static let step = Span64.minutes(5)
  /// Steps that are forecast: an hour.
  public static let lead = 12
  /// Steps of a day.
  static let day = 288
  /// Errors that are asked for before anything is said.
  static let needed = 24
  /// Errors that the interval rests on: the last 20 hours.
  private static let errors = 240
  /// So many steps without a value and nothing is said.
  private static let patience = 3

  /// Share that may lie outside of the interval.
  private static let outside = 0.1
  /// How fast the level follows.
  private static let rate = 0.01

  public struct Point: Hashable, Sendable {
    /// What is expected; of ten values one lies outside of `low` … `high`, one half of them on either side.
    public var value: Double
    public var low: Double
    public var high: Double
  }

  public struct Outlook: Hashable, Sendable {
    /// At the end of each step to come.
    public var points: [Point]
    /// The last value.
    public var now: Double
    /// Median of what the forecasts of an hour ahead missed by.
    public var usualError: Double
    /// How many forecasts that rests on.
    public var evidence: Int
    /// The expert that counts most.
    public var expert: SeriesExpert
    /// Errors at the last step, ascending: what may be added to the value there.
    let errors: [Double]

    /// That it has been above (or below) a limit by the end of the hour, 0 … 1: by the errors that were made.
    public func probability(crossing limit: Double, upwards: Bool) -> Double {
      var most = 0.0
      for (place, point) in points.enumerated() {
        let scale = SeriesForecast.growth(place + 1)
        let count = errors.count { upwards ? point.value + scale * $0 > limit : point.value + scale * $0 < limit }
        most = max(most, Double(count) / Double(errors.count))
      }
      return most
    }
  }

  public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// So many steps are still missing.
    case tooShort(missing: Int)
    case silent

    public var description: String {
      switch self {
      case .tooShort(let missing):
        "too little data: \(missing * 5) minutes more are needed"
      case .silent: "no value in the last quarter of an hour"
      }
    }
  }

  /// The last day and an hour, the newest last; nil = nothing was measured.
  private(set) var values: [Double?] = []
  /// What each expert said for the steps to come, the oldest (for the next step) first.
  private var pending: [[Double]] = []
  /// What was said of all experts together for these steps; nil = nothing.
  private var said: [Double?] = []
  /// By expert: how far it missed, the older the less.
  private var misses: [Double]
  /// Actual less forecast, at an hour; the newest last.
  private var residuals: [Double] = []
  /// The same, ascending; made again when it is read back.
  private var sorted: [Double] = []
  private var level = 0.1

  public init() { misses = Array(repeating: 0, count: SeriesExpert.allCases.count) }

  /// The next step.
  /// - Parameter value: mean of what was measured in it; nil = nothing.
  public mutating func add(_ value: Double?) {
    let value = value.flatMap { $0.isFinite ? $0 : nil }
    if pending.count == Self.lead {
      let forecasts = pending.removeFirst()
      let mine = said.removeFirst()
      if let value, !forecasts.isEmpty { learn(value, forecasts, mine) }
    }
    values.append(value)
    if values.count > Self.day + Self.lead { values.removeFirst() }
    let next = value == nil ? [] : SeriesBasis(values)?.forecasts(Self.lead) ?? []
    pending.append(next)
    said.append(next.isEmpty ? nil : together(next))
  }

  private mutating func learn(_ value: Double, _ forecasts: [Double], _ mine: Double?) {
    // Half of it is forgotten in about two hours of steps: regimes of a machine last that long.
    for (expert, forecast) in forecasts.enumerated() {
      misses[expert] = 0.97 * misses[expert] + 0.03 * abs(value - forecast)
    }
    guard let mine else { return }
    let error = value - mine
    if residuals.count >= Self.needed {
      let (low, high) = bounds(sorted)
      let isOutside = error < low || high < error
      level = min(0.3, max(0.005, level + Self.rate * (Self.outside - (isOutside ? 1 : 0))))
    }
    residuals.append(error)
    insert(error)
    guard residuals.count > Self.errors else { return }
    let old = residuals.removeFirst()
    if let place = sorted.firstIndex(of: old) { sorted.remove(at: place) }
  }

  private mutating func insert(_ error: Double) {
    sorted.insert(error, at: sorted.firstIndex { error < $0 } ?? sorted.endIndex)
  }

  /// Mean of the experts, by the fourth power of how well they did.
  private func together(_ forecasts: [Double]) -> Double {
    let floor = max((misses.min() ?? 0) * 0.01, 1e-12)
    var sum = 0.0
    var weights = 0.0
    for (expert, forecast) in forecasts.enumerated() {
      let weight = pow(floor / (misses[expert] + floor), 4)
      sum += weight * forecast
      weights += weight
    }
    return sum / weights
  }

  /// - Parameter sorted: errors, ascending.
  private func bounds(_ sorted: [Double]) -> (low: Double, high: Double) {
    let count = Double(sorted.count)
    // With n errors the interval that covers is between the (n + 1)·α/2-th from below and from above.
    let place = max(0, Int(((count + 1) * level / 2).rounded(.down)) - 1)
    return (min(sorted[place], 0), max(sorted[sorted.count - 1 - place], 0))
  }

  /// How the error grows with the lead, as a share of that at an hour: as that of a random walk.
  static func growth(_ step: Int) -> Double { (Double(step) / Double(lead)).squareRoot() }

  /// The next hour, or what is missing.
  public func outlook() throws(Refusal) -> Outlook {
    guard residuals.count >= Self.needed else { throw .tooShort(missing: Self.needed - residuals.count + missingLead) }
    guard let now = values.suffix(Self.patience).compactMap(\.self).last, let basis = SeriesBasis(values) else {
      throw .silent
    }
    let (low, high) = bounds(sorted)
    let points = (1...Self.lead).map { step in
      let value = together(basis.forecasts(step))
      let scale = Self.growth(step)
      return Point(value: value, low: value + scale * low, high: value + scale * high)
    }
    let missed = residuals.map(abs).sorted()
    let best = misses.indices.min { misses[$0] < misses[$1] } ?? 0
    return Outlook(
      points: points, now: now, usualError: missed[missed.count / 2], evidence: residuals.count,
      expert: SeriesExpert.allCases[best], errors: sorted)
  }

  private var missingLead: Int { max(0, Self.lead - pending.count) }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.varint(values.count)
    for value in values {
      writer.boolean(value != nil)
      if let value { writer.double(value) }
    }
    writer.varint(pending.count)
    for (forecasts, mine) in zip(pending, said) {
      writer.varint(forecasts.count)
      for forecast in forecasts { writer.double(forecast) }
      if let mine { writer.double(mine) }
    }
    for miss in misses { writer.double(miss) }
    writer.varint(residuals.count)
    for residual in residuals { writer.double(residual) }
    writer.double(level)
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    for _ in 0..<(try reader.count()) { values.append(try reader.boolean() ? try reader.double() : nil) }
    for _ in 0..<(try reader.count()) {
      var forecasts: [Double] = []
      for _ in 0..<(try reader.count()) { forecasts.append(try reader.double()) }
      guard forecasts.isEmpty || forecasts.count == misses.count else {
        throw ByteReaderError(offset: reader.offset, expected: "a forecast of each expert")
      }
      pending.append(forecasts)
      said.append(forecasts.isEmpty ? nil : try reader.double())
    }
    for expert in misses.indices { misses[expert] = try reader.double() }
    for _ in 0..<(try reader.count()) { residuals.append(try reader.double()) }
    sorted = residuals.sorted()
    level = try reader.double()
    guard pending.count <= Self.lead, values.count <= Self.day + Self.lead, residuals.count <= Self.errors else {
      throw ByteReaderError(offset: reader.offset, expected: "a forecast's bounded memory")
    }
  }
}
