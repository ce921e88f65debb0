import Control
import Journal
import Rules
import Store
import Telemetry
import Templates

extension GatewayControl {
  /// Messages of the quarantine that are looked at, the newest.
  private static let messages = 2000

  func sources(limit: Int) async throws -> [SourceLine] {
    var ranking = SourceRanking(site: site)
    if let view = board.view {
      for (asset, seen) in zip(site.assets, view.assets) {
        if let report = seen.source { ranking.add(report, of: asset) }
      }
    }
    for finding in try store.openFindings() { ranking.add(finding) }
    var assetOfTopic: [String: Int] = [:]
    for (position, asset) in site.assets.enumerated() {
      for topic in asset.topics { assetOfTopic[topic.topic] = position }
    }
    var counts: [Int: [QuarantineReason: Int]] = [:]
    for entry in try journal.quarantine(QuarantineFilter(reason: nil), limit: Self.messages) {
      guard let position = assetOfTopic[entry.message.topic] else { continue }
      counts[position, default: [:]][entry.message.reason, default: 0] += 1
    }
    for (position, reasons) in counts {
      for (reason, count) in reasons { ranking.add(messages: count, reason, of: site.assets[position]) }
    }
    return ranking.lines(limit: limit)
  }

  /// What `weir asset` says of the device's clock.
  func clock(of asset: Asset, _ report: SourceReport?) -> DeviceClockDetail {
    DeviceClockDetail(
      policy: asset.clock.description, aheadSeconds: report?.clock?.ahead.seconds,
      deliverySeconds: report?.clock?.delay.seconds)
  }
}
