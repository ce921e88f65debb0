import Telemetry
import Templates

extension AlarmTopology {
  /// Of a site: its segments and supplies as configured, and what feeds its meters. An asset of no segment belongs to
  /// that of its place without the last level (the line that its cell is in).
  public init(_ site: Site, _ settings: AlarmSettings) {
    var segments: [Segment] = []
    var positions: [String: Int] = [:]
    func segment(_ name: String) -> Int {
      if let position = positions[name] { return position }
      positions[name] = segments.count
      segments.append(Segment(name: name, devices: 0))
      return segments.count - 1
    }
    var direct: [String: [String]] = [:]
    for asset in site.assets {
      let configured = settings.supplies.filter { supply in
        supply.asset != asset.id && supply.dependants.contains { Wildcard.matches(asset.id, $0) }
      }.map(\.asset)
      direct[asset.id] = Set(configured + [asset.metering.fedBy].compactMap(\.self)).sorted()
    }
    var nodes: [String: Node] = [:]
    for asset in site.assets {
      let configured = settings.segments.first { segment in
        segment.assets.contains { Wildcard.matches(asset.id, $0) }
      }
      let position = segment(configured?.name ?? Self.neighbourhood(asset))
      segments[position].devices += 1
      nodes[asset.id] = Node(
        criticality: asset.criticality, place: asset.place, segment: position,
        supplies: Self.behind(asset.id, direct))
    }
    self.init(nodes: nodes, segments: segments)
  }

  private static func neighbourhood(_ asset: Asset) -> String {
    let parts = [asset.site, asset.area, asset.line].filter { !$0.isEmpty }
    return parts.isEmpty ? asset.site : parts.joined(separator: "/")
  }

  /// The supplies of an asset, then those of its supplies, and so on; a circle ends where it began.
  private static func behind(_ id: String, _ direct: [String: [String]]) -> [String] {
    var found: [String] = []
    var front = direct[id] ?? []
    while !front.isEmpty {
      let fresh = front.filter { $0 != id && !found.contains($0) }
      found += fresh
      front = Set(fresh.flatMap { direct[$0] ?? [] }).sorted()
    }
    return found
  }
}
