import Journal
import Logging
import Store
import Telemetry
import Templates

/// Keeps journal and Store within their bounds, and gives back the reserve when the disk is full.
struct FileUpkeep: Sendable {
  let site: Site
  let store: Store
  let journal: Journal
  let writer: JournalWriter
  let findings: GatewayFindings
  let logger: Logger

  /// - Parameter checkpointed: the journal is needed from here on.
  func run(checkpointed: Int64) {
    makeRoom(checkpointed)
    lookAtEvictions()
  }

  private func makeRoom(_ checkpointed: Int64) {
    do {
      let free = journal.freeBytes ?? .max
      if free < site.storage.freeSpaceFloor, journal.holdsReserve { try journal.releaseReserve() }
      if free < site.storage.freeSpaceFloor {
        try store.makeRoom(
          bytes: site.storage.freeSpaceFloor - free, now: PlantClock.system().wall, sparingUndelivered: true)
      }
      if let now = writer.ageClock() { try journal.trim(before: checkpointed, now: now) }
      if free > site.storage.freeSpaceFloor + site.storage.reserveBytes, !journal.holdsReserve {
        try journal.restoreReserve()
      }
    } catch {
      logger.warning("could not make room", metadata: ["error": "\(error)"])
    }
  }

  /// Tells of what had to go although somebody still wanted it.
  private func lookAtEvictions() {
    let report = store.takeEvictions()
    if report.undeliveredRecords > 0 {
      findings.open(
        "records-evicted", severity: .critical,
        summary:
          "\(report.undeliveredRecords) records were given up before their destination had them: the store is full.",
        advice: "Bring the destination back (weir status), or give the store more room (storage: store: size).")
    } else {
      findings.close("records-evicted")
    }
  }
}
