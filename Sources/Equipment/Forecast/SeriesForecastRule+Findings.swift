import Rules
import Telemetry
import Templates

/// What is said of limits.
extension SeriesForecastRule {
  private func number(_ value: Double) -> String { ConditionRule.number(value) }

  func told(
    _ signal: String, at time: Timestamp, summary: String, advice: String, _ evidence: [Event.Attribute]
  ) -> Finding {
    Finding(
      key: "forecast-limit/\(asset.id)/\(signal)", rule: "forecast-limit", subject: asset.id, severity: .warning,
      opened: time, summary: summary, advice: advice, evidence: evidence)
  }

  private func finding(
    _ limit: SeriesLimit, _ state: String, at time: Timestamp, summary: String, advice: String,
    _ evidence: [Event.Attribute]
  ) -> Finding {
    let signal = asset.signals[limit.signal]
    return told(
      signal.name, at: time, summary: summary, advice: advice,
      [
        Event.Attribute("state", state),
        Event.Attribute("limit", "\(limit.isUpper ? "above" : "below") \(number(limit.value)) \(signal.unit)"),
        Event.Attribute("source", limit.source),
      ] + evidence)
  }

  func fact(_ limit: SeriesLimit, _ now: Double, at time: Timestamp) -> Finding {
    let signal = asset.signals[limit.signal]
    return finding(
      limit, "crossed", at: time,
      summary: "\(asset.id) \(signal.name) is \(limit.isUpper ? "above" : "below") its limit of \(number(limit.value)) "
        + "\(signal.unit): \(number(now)) \(signal.unit).",
      advice: "Look at the machine; `weir asset \(asset.id)` shows its values.",
      [Event.Attribute("now", "\(number(now)) \(signal.unit)")])
  }

  func warning(
    _ limit: SeriesLimit, _ share: Double, _ outlook: SeriesForecast.Outlook, at time: Timestamp
  ) -> Finding {
    let signal = asset.signals[limit.signal]
    let last = outlook.points[outlook.points.count - 1]
    let step = outlook.points.firstIndex { limit.isUpper ? $0.value > limit.value : $0.value < limit.value }
    let when = step.map { "in about \(($0 + 1) * 5) minutes" } ?? "within the hour"
    return finding(
      limit, "ahead", at: time,
      summary: "\(asset.id) \(signal.name) will \(when) be \(limit.isUpper ? "above" : "below") its limit of "
        + "\(number(limit.value)) \(signal.unit) (\(Int((share * 100).rounded())) %): now \(number(outlook.now)), in an hour "
        + "\(number(last.low)) … \(number(last.high)) \(signal.unit).",
      advice:
        "There is time to act: look for the cause now; `weir forecast \(asset.id) \(signal.name)` shows the course.",
      [
        Event.Attribute("now", "\(number(outlook.now)) \(signal.unit)"),
        Event.Attribute("in_an_hour", "\(number(last.value)) \(signal.unit)"),
        Event.Attribute("low", "\(number(last.low)) \(signal.unit)"),
        Event.Attribute("high", "\(number(last.high)) \(signal.unit)"),
        Event.Attribute("probability", "\(Int((share * 100).rounded())) %"),
        Event.Attribute("usual_error", "\(number(outlook.usualError)) \(signal.unit)"),
        Event.Attribute("method", outlook.expert.title),
      ])
  }
}
