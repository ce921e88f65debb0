import Telemetry
import Templates

/// A machine whose effectiveness is judged: it tells whether it runs, and counts pieces or is named by `oee:` or `group:`.
struct OEEMachine: Hashable, Sendable {
  var countsPieces: Bool
  var settings: Asset.OEE

  /// Nil for an asset that is none.
  init?(_ asset: Asset) {
    guard asset.runSource != nil, asset.production.oee?.isOff != true else { return nil }
    countsPieces = asset.hasPieceCounter || asset.eventSignal(carrying: ["verdict"]) != nil
    guard countsPieces || asset.production.oee != nil || asset.production.group != nil else { return nil }
    settings = asset.production.oee ?? Asset.OEE()
  }

  /// PRI of a product, s.
  func cycle(_ product: String?) throws(DecimalError) -> ExactDecimal? {
    try (product.flatMap { settings.cycles[$0] } ?? settings.cycle).map { span throws(DecimalError) in
      try ExactDecimal(ScaledInteger(span.nanoseconds, exponent: -9))
    }
  }
}
