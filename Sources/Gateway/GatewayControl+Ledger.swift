import Control
import Ledger
import Store
import Telemetry

extension GatewayControl {
  func ledgerKeys() async throws -> [LedgerKeyLine] { LedgerArchive.lines(try store.ledgerKeys()) { text($0) } }

  func rotateLedgerKey() async throws -> [LedgerKeyLine] {
    _ = try keeper.rotate()
    return try await ledgerKeys()
  }

  func sealLedger() async throws -> String {
    let now = PlantClock.system().wall
    let period = DayWatch.today(at: board.view?.plantClock ?? now, zone: zone)
    guard let head = try store.seal(period, issued: now) else {
      throw ControlRefusal(
        .notFound, "The ledger is empty: there is nothing to sign before the first energy or carbon record.")
    }
    forwarder.notify()
    return String(decoding: head.json, as: UTF8.self)
  }
}
