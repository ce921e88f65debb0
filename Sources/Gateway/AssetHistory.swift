import Control
import Engine
import Journal
import Plant
import Store
import Telemetry
import Templates

/// The last hour of an asset's signals, from the history in the Store (as of the last checkpoint).
struct AssetHistory {
  static let parts = 60

  let store: Store
  let catalog: SeriesCatalog
  let site: Site
  /// Position in `site.assets`.
  let asset: Int

  func lastHour(until end: Timestamp, zone: PlantZone) throws -> [AssetDetail.SignalDetail] {
    let signals = site.assets[asset].signals
    let from = end - .hours(1)
    let samples =
      end == .distantPast
      ? [:]
      : try HistorySamples.read(
        store.historyChunks(
          asset: catalog.assetNumber(asset), fromBlock: HistorySamples.block(of: from),
          toBlock: HistorySamples.block(of: end)))
    return signals.enumerated().compactMap { position, signal in
      guard signal.kind != .event else { return nil }
      let series = catalog.series(asset: asset, signal: position)
      let own = (samples[series] ?? []).filter { $0.time > from && $0.time <= end }
      return detail(signal, own, from: from, zone: zone)
    }
  }

  private func detail(
    _ signal: Signal, _ samples: [Sample], from: Timestamp, zone: PlantZone
  ) -> AssetDetail.SignalDetail {
    let length = Span64(nanoseconds: Span64.hours(1).nanoseconds / Int64(Self.parts))
    var groups = Array(repeating: [Double](), count: Self.parts)
    for sample in samples {
      let part = Int((sample.time - from).nanoseconds / length.nanoseconds)
      groups[min(max(part, 0), Self.parts - 1)].append(Self.number(sample))
    }
    var line: [Double?]
    var kind = "gauge"
    switch signal.kind {
    case .gauge, .event, .state:
      if case .state = signal.kind { kind = "state" }
      line = groups.map { $0.isEmpty ? nil : $0.reduce(0, +) / Double($0.count) }
    case .delta:
      kind = "delta"
      line = groups.map { $0.isEmpty ? nil : $0.reduce(0, +) }
    case .register:
      kind = "register"
      var last: Double?
      line = groups.map { group in
        guard let end = group.last else { return nil }
        defer { last = end }
        return last.map { max(0, end - $0) }
      }
    }
    let known = line.compactMap { $0 }
    var detail = AssetDetail.SignalDetail(
      name: signal.name, kind: kind, unit: signal.unit, lastValue: samples.last.map { Self.text($0, signal) },
      lastTime: samples.last.map { zone.rfc3339($0.time) }, lastHour: line, minimum: known.min(), maximum: known.max())
    detail.low = signal.alarm.low
    detail.high = signal.alarm.high
    return detail
  }

  private static func number(_ sample: Sample) -> Double {
    switch sample.value {
    case .double(let value): value
    case .scaled(let value): value.doubleValue
    }
  }

  private static func text(_ sample: Sample, _ signal: Signal) -> String {
    switch (sample.value, signal.kind) {
    case (.scaled(let value), _): value.description
    case (.double(let value), .state(let names)) where names.indices.contains(Int(value)): names[Int(value)]
    case (.double(let value), _): JSONValue.number(value).canonicalText
    }
  }
}
