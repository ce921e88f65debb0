import Control
import Engine
import Store
import Telemetry
import Templates

extension GatewayControl {
  func assets() async throws -> [AssetLine] {
    let open = try store.openFindings()
    let context = StateContext(self, view: board.view, findings: open)
    let counts = Dictionary(open.map { ($0.subject, 1) }, uniquingKeysWith: +)
    return site.assets.indices.map { line($0, context, openFindings: counts[site.assets[$0].id] ?? 0) }
  }

  func asset(_ id: String) async throws -> AssetDetail {
    guard let position = site.assets.firstIndex(where: { $0.id == id }) else { throw Self.unknownAsset(id, in: site) }
    let open = try store.openFindings()
    let view = board.view
    let last = view?.assets[position].lastSample
    let history = AssetHistory(store: store, catalog: catalog, site: site, asset: position)
    let own = open.filter { $0.subject == id }
    return AssetDetail(
      asset: line(position, StateContext(self, view: view, findings: open), openFindings: own.count),
      signals: try history.lastHour(until: last ?? .distantPast, zone: zone), lastHourUntil: last.map(text),
      findings: own.map(describe), clock: clock(of: site.assets[position], view?.assets[position].source))
  }

  static func unknownAsset(_ id: String, in site: Site) -> ControlRefusal {
    let near = NearestFirst.plausible(site.assets.map(\.id), for: id).map { "Did you mean \($0)? " } ?? ""
    return ControlRefusal(.notFound, "There is no asset \"\(id)\".\n  → \(near)`weir assets` lists them all.")
  }

  /// How many assets are in which state.
  func totals(view: EngineView?, findings: [Finding]) -> GatewayStatus.AssetTotals {
    let context = StateContext(self, view: view, findings: findings)
    var totals = GatewayStatus.AssetTotals(
      configured: site.assets.count, reporting: 0, quiet: 0, silent: 0, waiting: 0, never: 0)
    for position in site.assets.indices {
      switch context.state(position) {
      case .reporting: totals.reporting += 1
      case .quiet: totals.quiet += 1
      case .silent: totals.silent += 1
      case .waiting: totals.waiting += 1
      case .never: totals.never += 1
      }
    }
    return totals
  }

  private func line(_ position: Int, _ context: StateContext, openFindings: Int) -> AssetLine {
    let asset = site.assets[position]
    let last = context.view?.assets[position].lastSample
    return AssetLine(
      id: asset.id, name: asset.name, place: asset.place, template: asset.template,
      criticality: asset.criticality.rawValue, topics: asset.topics.map(\.topic),
      state: context.state(position).rawValue, lastSample: last.map(text),
      lastSampleAgeSeconds: last.flatMap { last in context.now.map { ($0 - last).seconds } }, openFindings: openFindings
    )
  }

  /// What the states of all assets rest on, looked up once.
  private struct StateContext {
    let site: Site
    let view: EngineView?
    let connected: Set<String>
    let silent: Set<String>
    /// The plant clock; nil before the first mark.
    let now: Timestamp?

    init(_ control: GatewayControl, view: EngineView?, findings: [Finding]) {
      site = control.site
      self.view = view
      connected = Set(control.monitors.filter { $0.monitor.snapshot.state == .connected }.map(\.name))
      silent = Set(findings.filter { $0.rule == "no-data" }.map(\.subject))
      now = control.site.clock == .system ? PlantClock.system().wall : view?.plantClock
    }

    func state(_ position: Int) -> AssetState {
      let asset = site.assets[position]
      return AssetState.of(
        asset, lastSample: view?.assets[position].lastSample, isConnected: connected.contains(asset.connection),
        isSilent: silent.contains(asset.id), now: now)
    }
  }
}
