import Telemetry

/// Messages and samples a second over the last ten seconds, from running totals.
struct RateMeter {
  private struct Point {
    var time: Timestamp
    var messages: Int
    var samples: Int
  }
  private static let span = Span64.seconds(10)
  private var points: [Point] = []

  mutating func add(messages: Int, samples: Int, at time: Timestamp) {
    points.append(Point(time: time, messages: messages, samples: samples))
    while points.count > 2, points[1].time < time - Self.span { points.removeFirst() }
  }

  var perSecond: (messages: Double, samples: Double) {
    guard let first = points.first, let last = points.last, first.time < last.time else { return (0, 0) }
    let seconds = (last.time - first.time).seconds
    return (Double(last.messages - first.messages) / seconds, Double(last.samples - first.samples) / seconds)
  }
}
