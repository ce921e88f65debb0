import Control

/// What scenarios wait for.
extension GatewayStatus {
  /// Every destination has what was issued for it.
  var isDelivered: Bool { destinations.allSatisfy { $0.pending == 0 } }

  /// And the engine has processed everything that the journal has.
  var isSettled: Bool { isDelivered && stages.engineLagBatches == 0 }
}
