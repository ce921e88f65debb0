import Telemetry
import Templates

/// Follows, for each way of failing that the fault model has a criterion for, how far the machine has come towards it.
///
/// An indicator is followed from the moment on that its signal stands out a little; so a machine that is well costs
/// nothing.
public struct Prognosis: Sendable {
  private struct Indicator {
    var criterion: FaultModel.Criterion
    var faults: [String]
    var signals: [Int]
    var life: RemainingLife?
  }

  private var indicators: [Indicator]
  /// By fault, what its criterion asks for and nothing measures.
  private let unmeasured: [String: String]
  /// Share of the time that it runs, lately.
  private var duty = 1.0
  /// A frame stands for at most so much: of a machine that tells of itself seldom, for the time since the last one.
  private let interval: Span64
  private var lastEnd: Timestamp?
  /// Robust deviations from which on an indicator is followed.
  private static let start = 2.5

  /// - Parameter interval: how often the machine tells of itself.
  public init(profile: MachineProfile, model: FaultModel, interval: Span64 = .minutes(10)) {
    self.interval = interval
    let words = profile.signals.map { signal in
      signal.name.lowercased().split { "-_. ".contains($0) }.map(String.init)
    }
    var indicators: [Indicator] = []
    var unmeasured: [String: String] = [:]
    for fault in model.faults {
      guard let criterion = fault.criterion else { continue }
      if let known = indicators.firstIndex(where: { $0.criterion == criterion }) {
        indicators[known].faults.append(fault.id)
        continue
      }
      let signals = profile.signals.indices.filter { index in
        profile.signals[index].role.word == criterion.role
          && criterion.named.map { words[index].contains($0) } ?? true
      }
      guard !signals.isEmpty else {
        unmeasured[fault.id] = criterion.named.map { "\($0) \(criterion.role)" } ?? criterion.role
        continue
      }
      indicators.append(Indicator(criterion: criterion, faults: [fault.id], signals: signals))
    }
    self.indicators = indicators
    self.unmeasured = unmeasured
  }

  /// Adds a frame and what was found in it; nil for one that was not judged.
  public mutating func add(_ frame: ConditionFrame, _ deviation: Deviation?) {
    let length = frame.end - frame.start
    let elapsed = lastEnd.map { min(frame.end - $0, max(interval, length)) } ?? length
    lastEnd = frame.end
    let hours = max(length, elapsed).seconds / 3600
    let runs = frame.run.isJudged
    // Over two weeks: shifts and weekends are in it.
    duty += min(1, hours / 336) * ((runs ? 1 : 0) - duty)
    guard runs else { return }
    for index in indicators.indices {
      let criterion = indicators[index].criterion
      var furthest: Double?
      var stands = false
      if let deviation {
        for part in deviation.contributions where indicators[index].signals.contains(part.signal) {
          if (criterion.change < 0 ? -part.z : part.z) > Self.start { stands = true }
          guard let value = frame.values[part.signal] else { continue }
          var way = value - part.expected
          if criterion.isRelative { way = part.expected != 0 ? way / abs(part.expected) : 0 }
          if criterion.change < 0 { way = -way }
          furthest = max(furthest ?? way, way)
        }
      }
      if stands, indicators[index].life == nil { indicators[index].life = RemainingLife() }
      indicators[index].life?.add(furthest, hours: hours)
    }
  }

  /// Hours of the calendar until a fault leads to a failure, or what is missing.
  public func remaining(fault id: String) -> LifeEstimate {
    guard let indicator = indicators.first(where: { $0.faults.contains(id) }) else {
      return .refused([unmeasured[id].map { .notMeasured($0) } ?? .noCriterion])
    }
    guard let life = indicator.life else { return .refused([.noTrend]) }
    let criterion = indicator.criterion
    let estimate = life.estimate(RemainingLife.Criterion(limit: abs(criterion.change), spread: criterion.spread))
    guard case .estimate(let quantiles, let method) = estimate else { return estimate }
    return .estimate(quantiles.scaled(1 / max(0.05, duty)), method: method)
  }

  /// After maintenance: what was followed is over.
  public mutating func reset() {
    for index in indicators.indices { indicators[index].life = nil }
  }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.double(duty)
    writer.timestamp(lastEnd ?? .distantPast)
    writer.varint(indicators.count)
    for indicator in indicators {
      writer.boolean(indicator.life != nil)
      indicator.life?.encode(into: &writer)
    }
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    duty = try reader.double()
    let end = try reader.timestamp()
    lastEnd = end == .distantPast ? nil : end
    let count = try reader.count()
    guard count == indicators.count else {
      throw ByteReaderError(offset: reader.offset, expected: "the indicators of the fault model")
    }
    for index in indicators.indices {
      indicators[index].life = try reader.boolean() ? try RemainingLife(from: &reader) : nil
    }
  }
}
