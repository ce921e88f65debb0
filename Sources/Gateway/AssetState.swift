import Telemetry
import Templates

/// Whether an asset reports: the words of `AssetLine.state`.
enum AssetState: String, CaseIterable {
  case reporting, quiet, silent, waiting, never

  /// Shorter silence than this is ordinary for an asset that sends events only.
  static let patience = Span64.hours(1)

  /// - Parameters:
  ///   - isConnected: its broker connection is up and the broker's backlog has arrived.
  ///   - isSilent: a finding says that it sends nothing.
  ///   - now: the plant clock; nil before the first mark.
  static func of(
    _ asset: Asset, lastSample: Timestamp?, isConnected: Bool, isSilent: Bool, now: Timestamp?
  ) -> AssetState {
    if !isConnected { return .waiting }
    if isSilent { return .silent }
    guard let lastSample else { return .never }
    let interval = asset.signals.map(\.expectedInterval).min() ?? .zero
    let (triple, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: 3)
    let longest = max(patience, Span64(nanoseconds: overflow ? .max : triple))
    return now.map { $0 - lastSample > longest } ?? false ? .quiet : .reporting
  }
}
