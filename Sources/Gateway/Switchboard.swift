import Control

/// Connects questions with the stages that answer them, also while the stages change: then a question waits.
actor Switchboard {
  private var control: GatewayControl?
  private var isClosed = false
  private var calls = 0
  private var arrivals: [CheckedContinuation<Void, Never>] = []
  private var departures: [CheckedContinuation<Void, Never>] = []

  /// Questions are answered from these stages.
  func place(_ control: GatewayControl) {
    self.control = control
    wake(&arrivals)
  }

  /// No new question; returns when those under way are answered.
  func withdraw() async {
    control = nil
    while calls > 0 { await withCheckedContinuation { departures.append($0) } }
  }

  /// There will be no answers any more.
  func close() {
    isClosed = true
    control = nil
    wake(&arrivals)
  }

  var isPlaced: Bool { control != nil }

  /// Asks the stages; waits for them if they are just being changed.
  func use<Answer: Sendable>(_ ask: @Sendable (GatewayControl) async throws -> Answer) async throws -> Answer {
    while true {
      if isClosed { throw ControlRefusal(.badRequest, "The gateway is stopping.") }
      if let control {
        calls += 1
        defer {
          calls -= 1
          if calls == 0 { wake(&departures) }
        }
        return try await ask(control)
      }
      await withCheckedContinuation { arrivals.append($0) }
    }
  }

  private func wake(_ waiting: inout [CheckedContinuation<Void, Never>]) {
    let continuations = waiting
    waiting = []
    for continuation in continuations { continuation.resume() }
  }
}

/// The control API's source: the stages of the configuration in force, and the reloader, which is always there.
struct SwitchedControl: ControlSource {
  let switchboard: Switchboard
  let reloader: Reloader

  func status() async throws -> GatewayStatus { try await switchboard.use { try await $0.status() } }
  func assets() async throws -> [AssetLine] { try await switchboard.use { try await $0.assets() } }
  func asset(_ id: String) async throws -> AssetDetail { try await switchboard.use { try await $0.asset(id) } }
  func sources(limit: Int) async throws -> [SourceLine] {
    try await switchboard.use { try await $0.sources(limit: limit) }
  }

  func health(of id: String?) async throws -> HealthReport {
    try await switchboard.use { try await $0.health(of: id) }
  }
  func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine] {
    try await switchboard.use { try await $0.quarantine(reason: reason, limit: limit) }
  }
  func retryQuarantine(ids: [String]) async throws -> QuarantineOutcome {
    try await switchboard.use { try await $0.retryQuarantine(ids: ids) }
  }
  func dropQuarantine(ids: [String]) async throws -> QuarantineOutcome {
    try await switchboard.use { try await $0.dropQuarantine(ids: ids) }
  }
  func command(_ text: String) async throws -> CommandReceipt {
    try await switchboard.use { try await $0.command(text) }
  }
  func authorize(_ caller: ControlCaller, _ act: ControlAct) async throws {
    try await switchboard.use { try await $0.authorize(caller, act) }
  }
  func alarms(language: String?) async throws -> AlarmReport {
    try await switchboard.use { try await $0.alarms(language: language) }
  }
  func incident(_ number: Int, language: String?) async throws -> IncidentLine {
    try await switchboard.use { try await $0.incident(number, language: language) }
  }
  func explain(_ finding: String, language: String?) async throws -> ProductDocument {
    try await switchboard.use { try await $0.explain(finding, language: language) }
  }
  func workOrders(all: Bool, language: String?) async throws -> [WorkOrderLine] {
    try await switchboard.use { try await $0.workOrders(all: all, language: language) }
  }
  func workOrderState(_ text: String, number: Int?, token: String?) async throws -> CommandReceipt {
    try await switchboard.use { try await $0.workOrderState(text, number: number, token: token) }
  }
  func notifications(limit: Int) async throws -> [NotificationLine] {
    try await switchboard.use { try await $0.notifications(limit: limit) }
  }
  func audit(_ query: AuditQuery) async throws -> AuditReport {
    try await switchboard.use { try await $0.audit(query) }
  }
  func record(_ id: String) async throws -> String { try await switchboard.use { try await $0.record(id) } }
  func report(_ query: ReportQuery) async throws -> ReportTable {
    try await switchboard.use { try await $0.report(query) }
  }
  func products(name: String?, period: String) async throws -> ReportTable {
    try await switchboard.use { try await $0.products(name: name, period: period) }
  }
  func advice(policy: String?, hours: Int?) async throws -> AdviceReport {
    try await switchboard.use { try await $0.advice(policy: policy, hours: hours) }
  }
  func maintenance(asset: String?) async throws -> MaintenanceReport {
    try await switchboard.use { try await $0.maintenance(asset: asset) }
  }
  func maintenancePlan() async throws -> MaintenancePlan {
    try await switchboard.use { try await $0.maintenancePlan() }
  }
  func plantReport(_ span: PlantReport.Span, period: String?) async throws -> PlantReport {
    try await switchboard.use { try await $0.plantReport(span, period: period) }
  }
  func productDocument(_ query: ProductDocumentQuery) async throws -> ProductDocument {
    try await switchboard.use { try await $0.productDocument(query) }
  }
  func productUnit(_ query: UnitQuery) async throws -> ProductDocument {
    try await switchboard.use { try await $0.productUnit(query) }
  }
  func unitFile(_ serial: String) async throws -> ProductDocument {
    try await switchboard.use { try await $0.unitFile(serial) }
  }
  func prove(_ query: ProofQuery) async throws -> ProductDocument {
    try await switchboard.use { try await $0.prove(query) }
  }
  func supplierFootprints() async throws -> ReportTable {
    try await switchboard.use { try await $0.supplierFootprints() }
  }
  func ledgerKeys() async throws -> [LedgerKeyLine] { try await switchboard.use { try await $0.ledgerKeys() } }
  func rotateLedgerKey() async throws -> [LedgerKeyLine] {
    try await switchboard.use { try await $0.rotateLedgerKey() }
  }
  func sealLedger() async throws -> String { try await switchboard.use { try await $0.sealLedger() } }
  func metrics() async throws -> String { try await switchboard.use { try await $0.metrics() } }

  /// A gateway between two configurations says so instead of waiting.
  func isReady() async -> Bool {
    guard await switchboard.isPlaced else { return false }
    do {
      return try await switchboard.use { await $0.isReady() }
    } catch {
      return false
    }
  }

  func metricsPort(trouble: String?) async {
    do {
      try await switchboard.use { await $0.metricsPort(trouble: trouble) }
    } catch {
      // The gateway stops, and its findings with it.
      return
    }
  }

  func reload() async throws -> ReloadReport { try await reloader.reload() }
  func pendingChanges() async throws -> ReloadReport { try await reloader.pendingChanges() }
  func configuration() async throws -> ConfigurationReport { await reloader.configuration }
}
