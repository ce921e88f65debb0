import Plant
import Rules
import Telemetry
import Templates

/// The mean temperature of each plant-local day, of the one sensor that the site's baselines name.
///
/// Hours are summed up as whole thousandths of a degree, so that the order of arrival makes no difference; the day's
/// mean is that of its hours, so that a sensor that sends more often in the morning does not bend it.
public struct DayMeanRule: AssetRule {
  private struct Hour: Hashable, Sendable {
    var start: Timestamp
    var sum: Int64
    var count: Int
  }

  /// A day with fewer hours says nothing: a product choice.
  private static let enough = 20
  private static let kept = Span64.days(3)

  private let zone: PlantZone
  private let lateness: Span64
  private let signal: Int
  private let asset: String
  private let name: String
  /// By start.
  private var hours: [Hour] = []
  /// The oldest day that was not told.
  private var next: Timestamp?
  private var late: LateWindows

  /// How the rule joins the engine.
  public static func factory(zone: PlantZone) -> RuleFactory {
    RuleFactory(name: "day-mean") { asset, site in DayMeanRule(asset: asset, site: site, zone: zone) }
  }

  /// Nil for an asset that is not the one with the temperature.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard let source = site.energy.analysis.temperature, asset.id == source.asset,
      let signal = asset.signals.firstIndex(where: { $0.name == source.signal && $0.kind == .gauge }),
      let horizon = site.horizons[.energyPerformance]
    else { return nil }
    self.zone = zone
    self.signal = signal
    self.asset = asset.id
    name = source.signal
    lateness = horizon.lateness
    late = LateWindows(wait: horizon.lateness)
  }

  public var deadline: Timestamp? {
    .earlier(next.map { zone.nextDay(after: $0) + lateness }, late.deadline)
  }

  public func interest(in signal: Int) -> SignalInterest { signal == self.signal ? .watch : .none }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    guard signal == self.signal, case .double(let value) = sample.value, !sample.quality.isBad, abs(value) < 1e6 else {
      return
    }
    let thousandths = Int64((value * 1000).rounded())
    let start = sample.time.windowStart(.hours(1))
    var place = hours.endIndex
    while place > 0, start <= hours[place - 1].start { place -= 1 }
    if place == hours.endIndex || hours[place].start != start {
      hours.insert(Hour(start: start, sum: 0, count: 0), at: place)
    }
    hours[place].sum += thousandths
    hours[place].count += 1
    let day = zone.startOfDay(containing: sample.time)
    guard let next else {
      next = day
      return
    }
    guard day < next else { return }
    late.add(
      start: day, clock: context.clock,
      cause: RevisionCause(asset: asset, signal: name, time: sample.time, reason: .late))
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for late in late.take(now) { tell(late.start, cause: late.cause, context) }
    while let day = next, zone.nextDay(after: day) + lateness <= now {
      tell(day, cause: nil, context)
      let following = zone.nextDay(after: day)
      // Days without a sample are not told.
      next =
        hours.first { following <= $0.start }.map { zone.startOfDay(containing: $0.start) }
        ?? (now < zone.nextDay(after: following) + lateness ? following : zone.startOfDay(containing: now))
    }
    if let next { hours.removeAll { $0.start + Self.kept < next } }
  }

  private func tell(_ day: Timestamp, cause: RevisionCause?, _ context: RuleContext) {
    let end = zone.nextDay(after: day)
    let own = hours.filter { day <= $0.start && $0.start < end && $0.count > 0 }
    guard own.count >= Self.enough else { return }
    let means = own.map { Double($0.sum) / Double($0.count) }
    let mean = (means.reduce(0, +) / Double(means.count)).rounded()
    context.publish(
      .climate(
        ClimateFigures(
          start: day, end: end, temperature: ScaledInteger(Int64(mean), exponent: -3), cause: cause)))
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(next ?? .distantPast)
    writer.varint(hours.count)
    for hour in hours {
      writer.timestamp(hour.start)
      writer.zigzag(hour.sum)
      writer.varint(hour.count)
    }
    late.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let day = try reader.timestamp()
    next = day == .distantPast ? nil : day
    hours = []
    for _ in 0..<(try reader.count()) {
      hours.append(Hour(start: try reader.timestamp(), sum: try reader.zigzag(), count: try reader.integer()))
    }
    try late.restore(from: &reader)
  }
}
