import Rules
import Telemetry
import Templates

/// Tells the present power of an asset that may be switched off when demand grows too high, from its own gauge.
///
/// Assets without a gauge of power are known by the mean power of their last window. It is told only when it has changed
/// enough to matter.
public struct LoadRule: AssetRule {
  /// A gauge that has been silent for longer says nothing of the present.
  private static let fresh = Span64.minutes(3)

  private let gauge: Int
  private var next = Timestamp.distantPast
  private var told: Double?

  /// How the rule joins the engine, before `DemandRule`.
  public static func factory(site: Site) -> RuleFactory {
    let sheddable = ShedPlan(site).sheddable
    let ids = Set(sheddable.map { site.assets[$0].id })
    return RuleFactory(name: "load") { asset, _ in ids.contains(asset.id) ? LoadRule(asset: asset) : nil }
  }

  /// Nil for an asset without a gauge of power.
  public init?(asset: Asset) {
    guard let gauge = asset.signals.firstIndex(where: { $0.kind == .gauge && $0.unit == "kW" }) else { return nil }
    self.gauge = gauge
  }

  public var deadline: Timestamp? { next }

  public func interest(in signal: Int) -> SignalInterest { .none }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    next = now.windowStart(DemandRule.step) + DemandRule.step
    let after = Timestamp(nanoseconds: now.nanoseconds + 1)
    guard let sample = try context.lastSample(signal: gauge, before: after, notBefore: now - Self.fresh),
      case .double(let power) = sample.value, power.isFinite
    else { return }
    if let told, abs(power - told) <= max(0.5, 0.03 * abs(told)) { return }
    told = power
    context.publish(.load(LoadFigures(power: power, time: sample.time)))
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(next)
    writer.boolean(told != nil)
    if let told { writer.double(told) }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    next = try reader.timestamp()
    told = try reader.boolean() ? try reader.double() : nil
  }
}
