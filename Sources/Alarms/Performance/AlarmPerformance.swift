import Telemetry
import Templates

/// How well the alarm system serves the people in front of it, over a period: from its occurrences.
public struct AlarmPerformance: Sendable {
  /// An occurrence as its record tells it.
  public struct Occurrence: Hashable, Sendable {
    public var alarm: String
    public var priority: AlarmSettings.Priority
    public var raised: Timestamp
    /// It was announced, not shelved or suppressed.
    public var isAnnounced: Bool
    public var acknowledged: Timestamp?
    public var returned: Timestamp?

    public init(
      alarm: String, priority: AlarmSettings.Priority, raised: Timestamp, isAnnounced: Bool = true,
      acknowledged: Timestamp? = nil, returned: Timestamp? = nil
    ) {
      self.alarm = alarm
      self.priority = priority
      self.raised = raised
      self.isAnnounced = isAnnounced
      self.acknowledged = acknowledged
      self.returned = returned
    }
  }

  /// An alarm that should be mended, and how.
  public struct Nuisance: Hashable, Sendable {
    public enum Proposal: Hashable, Sendable {
      /// It comes and goes quickly: wait for so long before raising it.
      case onDelay(Span64)
      /// It goes and comes back quickly: wait for so long before letting it return.
      case offDelay(Span64)
      /// It never goes: review its limit, mend what it says, or take it out of service.
      case review
    }
    public var alarm: String
    public var occurrences: Int
    public var isChattering: Bool
    public var isStale: Bool
    public var proposal: Proposal
  }

  public let announced: Int
  public let rates: AlarmFigures.Rates
  public let floods: AlarmFloods
  /// Share of the hours with more alarms than one can see to.
  public let percentBusyHours: Double
  /// Low, medium, high with safety.
  public let priorities: [Double]
  public let topTenShare: Double
  /// The most frequent alarms with their numbers.
  public let top: [(alarm: String, count: Int)]
  public let chattering: Int
  public let stale: Int
  /// Of those that were acknowledged / that returned.
  public let medianToAcknowledge: Span64?
  public let medianToResolve: Span64?
  public let slowestToAcknowledge: Span64?
  public let unacknowledged: Int
  public let nuisances: [Nuisance]

  /// - Parameter occurrences: those that were raised in the period, in any order, and older ones that are still active.
  public init(_ occurrences: [Occurrence], from: Timestamp, to: Timestamp, settings: AlarmSettings) {
    let within = occurrences.filter { from <= $0.raised && $0.raised < to && $0.isAnnounced }
    announced = within.count
    rates = AlarmFigures.Rates(alarms: within.count, days: (to - from).seconds / 86_400)
    floods = AlarmFloods(
      counts: Self.counts(within, from: from, to: to, interval: settings.flood.interval),
      startAbove: settings.flood.startAbove, endBelow: settings.flood.endBelow)
    let hours = Self.counts(within, from: from, to: to, interval: .hours(1))
    percentBusyHours = 100 * Double(hours.count { $0 > settings.flood.hourAbove }) / Double(max(1, hours.count))
    priorities = AlarmFigures.percent([
      within.count { $0.priority == .low }, within.count { $0.priority == .medium },
      within.count { $0.priority >= .high },
    ])
    let byAlarm = Dictionary(grouping: within, by: \.alarm)
    let frequent = byAlarm.map { (alarm: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.alarm) < ($0.count, $1.alarm) }
    topTenShare = AlarmFigures.topTenShare(frequent.map(\.count))
    top = Array(frequent.prefix(10))
    let stales = Set(
      occurrences.filter {
        $0.raised < to
          && AlarmFigures.isStale(since: $0.raised, now: min($0.returned ?? to, to), limit: settings.staleAfter)
          && ($0.returned ?? to) >= to
      }.map(\.alarm))
    stale = stales.count
    let toAcknowledge = within.compactMap { item in item.acknowledged.map { $0 - item.raised } }
    medianToAcknowledge = AlarmFigures.quantile(toAcknowledge, 0.5)
    slowestToAcknowledge = toAcknowledge.max()
    medianToResolve = AlarmFigures.quantile(
      within.compactMap { item in item.returned.map { $0 - item.raised } }, 0.5)
    unacknowledged = within.count { $0.acknowledged == nil }
    var nuisances: [Nuisance] = []
    for (alarm, items) in byAlarm.sorted(by: { $0.key < $1.key }) {
      let sorted = items.sorted { $0.raised < $1.raised }
      guard
        AlarmFigures.chattering(
          sorted.map(\.raised), count: settings.chattering.activations, window: settings.chattering.window) != nil
      else { continue }
      nuisances.append(
        Nuisance(
          alarm: alarm, occurrences: sorted.count, isChattering: true, isStale: stales.contains(alarm),
          proposal: Self.proposal(sorted, window: settings.chattering.window)))
    }
    chattering = nuisances.count
    for alarm in stales.sorted() where !nuisances.contains(where: { $0.alarm == alarm }) {
      nuisances.append(
        Nuisance(
          alarm: alarm, occurrences: byAlarm[alarm]?.count ?? 0, isChattering: false, isStale: true, proposal: .review))
    }
    self.nuisances = nuisances.sorted { ($1.occurrences, $0.alarm) < ($0.occurrences, $1.alarm) }
  }

  /// By clock-aligned interval that touches the period.
  private static func counts(
    _ occurrences: [Occurrence], from: Timestamp, to: Timestamp, interval: Span64
  ) -> [Int] {
    guard from < to else { return [] }
    let first = from.windowStart(interval).nanoseconds / interval.nanoseconds
    let last = Timestamp(nanoseconds: to.nanoseconds - 1).windowStart(interval).nanoseconds / interval.nanoseconds
    var counts = Array(repeating: 0, count: Int(last - first) + 1)
    for item in occurrences {
      counts[Int(item.raised.windowStart(interval).nanoseconds / interval.nanoseconds - first)] += 1
    }
    return counts
  }

  /// The shorter of the two halves of chattering is waited out: how long nine of ten times it was active, or away.
  private static func proposal(_ items: [Occurrence], window: Span64) -> Nuisance.Proposal {
    var active: [Span64] = []
    var away: [Span64] = []
    for (item, next) in zip(items, items.dropFirst()) {
      guard let returned = item.returned, next.raised - item.raised <= window else { continue }
      active.append(returned - item.raised)
      away.append(next.raised - returned)
    }
    guard let on = AlarmFigures.quantile(active, 0.9), let off = AlarmFigures.quantile(away, 0.9) else {
      return .offDelay(window)
    }
    func rounded(_ span: Span64) -> Span64 {
      .seconds(max(1, (span.nanoseconds + 4_999_999_999) / 5_000_000_000 * 5))
    }
    return on <= off ? .onDelay(rounded(on)) : .offDelay(rounded(off))
  }
}
