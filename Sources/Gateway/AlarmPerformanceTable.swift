import Alarms
import Control
import Telemetry
import Templates

/// Figures of the alarm system beside what is aimed at, and what to do about nuisances.
struct AlarmPerformanceTable {
  let performance: AlarmPerformance
  let settings: AlarmSettings

  init(_ performance: AlarmPerformance, settings: AlarmSettings) {
    self.performance = performance
    self.settings = settings
  }

  /// Targets speak of so many days of data.
  private static let meaningfulDays = 30.0

  func table(start: String, end: String, days: Double) -> ReportTable {
    let rows = AlarmSettings.Target.metrics.map { metric in
      let value = value(metric)
      let target = settings.targets.first { $0.metric == metric }
      return ReportTable.Row(
        name: metric, figures: [Self.figure(value), target.map { Self.figure($0.atMost) }],
        note: target.flatMap { note(value, $0) })
    }
    var notes = [
      "\(performance.announced) alarms were announced, \(performance.unacknowledged) of them are not acknowledged",
      "time to acknowledge: median \(Self.text(performance.medianToAcknowledge)), longest "
        + "\(Self.text(performance.slowestToAcknowledge)); time to resolve: median "
        + Self.text(performance.medianToResolve),
    ]
    if days < Self.meaningfulDays {
      notes.append(
        "the targets are meant for at least 30 days of one operator's alarms; this is \(Self.figure(days)) days")
    }
    notes += performance.floods.floods.map { flood in
      "flood: \(flood.alarms) alarms in \(flood.intervals) intervals of \(Self.text(settings.flood.interval)), at most "
        + "\(flood.peak) in one"
    }
    notes += performance.top.map { "frequent: \($0.alarm), \($0.count) times" }
    notes += performance.nuisances.map(proposal)
    return ReportTable(
      title: "Performance of the alarm system", by: "metric", start: start, end: end,
      columns: [
        ReportTable.Column("value", title: "value", unit: "", places: 2),
        ReportTable.Column("target", title: "at most", unit: "", places: 2),
      ], rows: rows, total: nil, notes: notes)
  }

  private func value(_ metric: String) -> Double {
    switch metric {
    case "alarms-per-day": performance.rates.perDay
    case "alarms-per-hour": performance.rates.perHour
    case "alarms-per-10-minutes": performance.rates.perTenMinutes
    case "percent-10-minutes-above-10": performance.floods.percentAbove
    case "percent-hours-above-30": performance.percentBusyHours
    case "maximum-in-10-minutes": Double(performance.floods.maximum)
    case "percent-time-in-flood": performance.floods.percentOfTime
    case "top-10-share-percent": performance.topTenShare
    case "chattering": Double(performance.chattering)
    case "stale": Double(performance.stale)
    case "percent-low": performance.priorities[0]
    case "percent-medium": performance.priorities[1]
    default: performance.priorities[2]
    }
  }

  private func note(_ value: Double, _ target: AlarmSettings.Target) -> String? {
    if let manageable = target.manageable {
      return AlarmFigures.grade(value, acceptable: target.atMost, manageable: manageable)
    }
    return value > target.atMost ? "above the target" : nil
  }

  private func proposal(_ nuisance: AlarmPerformance.Nuisance) -> String {
    let what = nuisance.isChattering ? "chatters (\(nuisance.occurrences) times)" : "is stale"
    let rule = nuisance.alarm.split(separator: "/").first.map(String.init) ?? nuisance.alarm
    switch nuisance.proposal {
    case .onDelay(let span):
      return
        "\(nuisance.alarm) \(what): it comes and goes quickly. Give \(rule) `on-delay: \(Self.text(span))` in a class "
        + "of `alarms:`, or a deadband"
    case .offDelay(let span):
      return
        "\(nuisance.alarm) \(what): it goes and comes back quickly. Give \(rule) `off-delay: \(Self.text(span))` in a "
        + "class of `alarms:`, or a deadband"
    case .review:
      return
        "\(nuisance.alarm) \(what): mend what it says, correct its limit, or take it out of service (weir suppress)"
    }
  }

  private static func figure(_ value: Double) -> String {
    let hundredths = (value * 100).rounded()
    return ScaledInteger(Int64(hundredths), exponent: -2).description
  }

  private static func text(_ span: Span64?) -> String {
    guard let span else { return "–" }
    let seconds = span.nanoseconds / 1_000_000_000
    if seconds % 3600 == 0, seconds > 0 { return "\(seconds / 3600) h" }
    if seconds % 60 == 0, seconds > 0 { return "\(seconds / 60) min" }
    return "\(seconds) s"
  }
}
