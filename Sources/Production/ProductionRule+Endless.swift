import Rules
import Telemetry

/// Orders that nobody ends: each goes on taking its line's energy.
extension ProductionRule {
  /// Opens a finding for each order that is open for longer than its feed's limit, and closes those that are over.
  mutating func tellEndless(_ context: inout RuleContext) throws {
    guard let next else { return }
    var found: [String] = []
    for (place, line) in lines.enumerated() {
      for key in states[place].live {
        guard let feed = line.feeds.first(where: { key.hasPrefix(site.assets[$0].id + "/") }),
          let limit = site.assets[feed].production.orderLimit, let account = try orderAccount(key, context),
          let start = account.order.open.last, start.end == nil, limit < next - start.start
        else { continue }
        found.append(key)
        if !endless.contains(key) {
          context.emit(
            finding(key, account, since: start.start, limit: limit, feed: feed, place: line.place, closed: nil))
        }
      }
    }
    for key in endless where !found.contains(key) {
      let id = key.split(separator: "/", maxSplits: 1).last.map(String.init) ?? key
      var over = Finding(
        key: "order-open-too-long/\(key)", rule: "order-open-too-long",
        subject: String(key.prefix { $0 != "/" }), severity: .warning, opened: next,
        summary: "Order \(id) is no longer open.", advice: "Nothing to do.")
      over.closed = next
      context.emit(over)
    }
    endless = found.sorted()
  }

  private func finding(
    _ key: String, _ account: OrderAccount, since start: Timestamp, limit: Span64, feed: Int, place: String,
    closed: Timestamp?
  ) -> Finding {
    let days = Double((next ?? start).nanoseconds - start.nanoseconds) / Double(Span64.days(1).nanoseconds)
    let whole = Int(days * 10)
    return Finding(
      key: "order-open-too-long/\(key)", rule: "order-open-too-long", subject: site.assets[feed].id,
      severity: .warning, opened: next ?? start,
      summary: "Order \(account.order.id) has been open on the line \(place) since \(zone.rfc3339(start)), "
        + "\(whole / 10).\(whole % 10) days: it goes on taking the line's energy.",
      advice: "End it at the order system, or send its end with the time at which it was; what was counted since is "
        + "divided anew. If it is meant to run, set a larger `order-limit` at \(site.assets[feed].id).",
      evidence: [
        Event.Attribute("order", account.order.id), Event.Attribute("since", zone.rfc3339(start)),
        Event.Attribute("limit_seconds", "\(limit.nanoseconds / 1_000_000_000)"),
      ])
  }
}
