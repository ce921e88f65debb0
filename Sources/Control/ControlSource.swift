/// What the control API asks of the gateway. Answers come from snapshots; none of them touches the engine's state.
public protocol ControlSource: Sendable {
  func status() async throws -> GatewayStatus
  func assets() async throws -> [AssetLine]
  /// Nil for an unknown asset.
  func asset(_ id: String) async throws -> AssetDetail?
  func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine]
  /// Decodes messages of the quarantine again with the mapping in force; answers how many were decoded.
  func retryQuarantine(ids: [String]) async throws -> Int
  /// Forgets entries of the quarantine (the counts stay); answers how many.
  func dropQuarantine(ids: [String]) async throws -> Int
  /// OpenMetrics text, complete with `# EOF`.
  func metrics() async throws -> String
  /// Configured, recovered, and the broker session is there.
  func isReady() async -> Bool
}
