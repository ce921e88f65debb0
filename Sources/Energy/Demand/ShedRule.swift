import Plant
import Rules
import Telemetry
import Templates

/// Names the loads that keep a projected demand below its limit, in the finding that warns of it.
///
/// `DemandRule` tells of a meter's demand; this rule knows the present power of what the meter feeds and makes the
/// finding. Only assets that the configuration calls `essential: no` are proposed, the largest first.
public struct ShedRule: SiteRule {
  /// A power that is older says nothing: two windows of energy and some lateness. A product choice.
  private static let fresh = Span64.minutes(35)

  private struct Load: Hashable, Sendable {
    var power: Double
    var time: Timestamp
  }

  private let site: Site
  private let topology: MeterTopology
  private let sheddable: Set<Int>
  /// By position of the asset.
  private var loads: [Int: Load] = [:]
  private var told = OpenFindings()

  /// How the rule joins the engine; nil for a site without loads that may be switched off.
  public static func factory() -> SiteRuleFactory { SiteRuleFactory(name: "shed") { site in ShedRule(site: site) } }

  public init?(site: Site) {
    let plan = ShedPlan(site)
    guard !plan.meters.isEmpty else { return nil }
    self.site = site
    topology = MeterTopology(site.assets)
    sheddable = Set(plan.sheddable)
  }

  public var deadline: Timestamp? { nil }
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    switch published {
    case .load(let figures) where sheddable.contains(asset):
      loads[asset] = Load(power: figures.power, time: figures.time)
    case .meter(let figures) where sheddable.contains(asset):
      guard figures.period == .window, let energy = figures.amount(.activeEnergyImport), figures.start < figures.end
      else { return }
      // What a gauge says of the present counts for more.
      if let load = loads[asset], figures.end <= load.time { return }
      let hours = (figures.end - figures.start).seconds / 3600
      loads[asset] = Load(power: energy.doubleValue / hours, time: figures.end)
    case .demand(let warning):
      if let closed = warning.finding.closed {
        told.end(warning.finding.key, at: closed, context: &context)
      } else {
        told.tell(finding(warning, meter: asset, clock: context.clock), context: &context)
      }
    default: return
    }
  }

  private func finding(_ warning: DemandWarning, meter: Int, clock: Timestamp) -> Finding {
    var finding = warning.finding
    let list = ShedList(meter: meter, required: warning.required, assets: site.assets, topology: topology) { place in
      loads[place].flatMap { clock - $0.time <= Self.fresh ? $0.power : nil }
    }
    guard warning.required > 0, !list.entries.isEmpty else { return finding }
    let names = list.entries.map { "\(site.assets[$0.asset].id) (\(FigureText.text($0.power)) kW)" }
    let total = FigureText.text(list.total)
    finding.advice +=
      list.suffices
      ? " Not essential and enough: \(FigureText.list(names, limit: 12)), together \(total) kW."
      : " All loads that are not essential are only \(total) kW: \(FigureText.list(names, limit: 12)); "
        + "\(FigureText.text(list.required - list.total)) kW more must go."
    finding.evidence.append(Event.Attribute("shed", FigureText.list(names, limit: 50)))
    finding.evidence.append(Event.Attribute("shed_kw", total))
    finding.evidence.append(Event.Attribute("shed_suffices", list.suffices ? "yes" : "no"))
    return finding
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(loads.count)
    for (place, load) in loads.sorted(by: { $0.key < $1.key }) {
      writer.string(site.assets[place].id)
      writer.double(load.power)
      writer.timestamp(load.time)
    }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    loads = [:]
    for _ in 0..<(try reader.count()) {
      let id = try reader.string()
      let load = Load(power: try reader.double(), time: try reader.timestamp())
      guard let place = site.assets.firstIndex(where: { $0.id == id || $0.formerly == id }),
        sheddable.contains(place)
      else { continue }
      loads[place] = load
    }
    try told.restore(from: &reader)
  }
}
