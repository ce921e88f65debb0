/// What the control API asks of the gateway: of the plant, and of the configuration and its keeper.
///
/// No question has a default answer: what stands before another source must pass on every one.
public protocol ControlSource: PlantSource {
  /// Loads the configuration's file again and brings it into force; answers when it is. A file with mistakes is
  /// refused with all of them, and nothing changes.
  func reload() async throws -> ReloadReport
  /// What `reload` would change.
  func pendingChanges() async throws -> ReloadReport
  /// The configuration in force.
  func configuration() async throws -> ConfigurationReport
}

/// What is asked of the stages of one configuration. Answers come from snapshots; none of them touches the engine's state.
///
/// A question that cannot be answered as it was put throws `ControlRefusal`.
public protocol PlantSource: Sendable {
  func status() async throws -> GatewayStatus
  func assets() async throws -> [AssetLine]
  func asset(_ id: String) async throws -> AssetDetail
  /// The worst sources of data, the worst first.
  func sources(limit: Int) async throws -> [SourceLine]
  /// Machines, the least healthy first, and what they make of lines and areas; nil = all.
  func health(of id: String?) async throws -> HealthReport
  func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine]
  /// Decodes messages of the quarantine again with the mapping in force.
  func retryQuarantine(ids: [String]) async throws -> QuarantineOutcome
  /// Forgets entries of the quarantine (the counts stay).
  func dropQuarantine(ids: [String]) async throws -> QuarantineOutcome
  /// Takes a person's command (canonical JSON with `command` and its members) into the journal; answers when it is
  /// durable.
  func command(_ text: String) async throws -> CommandReceipt
  /// Whether somebody may do something; throws if not.
  func authorize(_ caller: ControlCaller, _ act: ControlAct) async throws
  /// Alarms and open incidents. `language`: `en` or `zh`; nil = that of the site.
  func alarms(language: String?) async throws -> AlarmReport
  /// An incident with its alarms and what happened, open or closed.
  func incident(_ number: Int, language: String?) async throws -> IncidentLine
  /// Work orders, the newest first; those that are over only if all are wanted.
  func workOrders(all: Bool, language: String?) async throws -> [WorkOrderLine]
  /// What a maintenance system says of a work order (JSON), with the token that the site has for it.
  func workOrderState(_ text: String, number: Int?, token: String?) async throws -> CommandReceipt
  /// What people were told of late, the newest first, and what became of it.
  func notifications(limit: Int) async throws -> [NotificationLine]
  /// What people did to the gateway and what they were refused, the newest first.
  func audit(_ query: AuditQuery) async throws -> AuditReport
  /// An issued record by its id, as it is forwarded: JSON.
  func record(_ id: String) async throws -> String
  /// Figures for a period, from the records.
  func report(_ query: ReportQuery) async throws -> ReportTable
  /// Footprints of the orders that began in a period: all, those of a product or batch, or one order's composition.
  func products(name: String?, period: String) async throws -> ReportTable
  /// A product's footprint as a document for people outside.
  func productDocument(_ query: ProductDocumentQuery) async throws -> ProductDocument
  /// What to do with flexible loads in the time ahead; nil = what the configuration says, and a day.
  func advice(policy: String?, hours: Int?) async throws -> AdviceReport
  /// Everything that is known of a finding, by its key or what is enough of it.
  func explain(_ finding: String, language: String?) async throws -> ProductDocument
  /// What was recorded of maintenance, of all machines or of one, and how good the predictions were.
  func maintenance(asset: String?) async throws -> MaintenanceReport
  /// What maintenance is proposed now.
  func maintenancePlan() async throws -> MaintenancePlan
  /// A page on a period; nil = the last complete one.
  func plantReport(_ span: PlantReport.Span, period: String?) async throws -> PlantReport
  /// The footprint of one unit.
  func productUnit(_ query: UnitQuery) async throws -> ProductDocument
  /// Everything that is known of a unit, or the units that a part or lot is in.
  func unitFile(_ serial: String) async throws -> ProductDocument
  /// A proof for a partner, without the data behind it.
  func prove(_ query: ProofQuery) async throws -> ProductDocument
  /// The suppliers' footprints that were imported.
  func supplierFootprints() async throws -> ReportTable
  /// The keys that signed or sign heads of the ledger, the oldest first.
  func ledgerKeys() async throws -> [LedgerKeyLine]
  /// Makes a new key, to which the one in use hands over.
  func rotateLedgerKey() async throws -> [LedgerKeyLine]
  /// Makes a signed head of the ledger now: its record as canonical JSON.
  func sealLedger() async throws -> String
  /// OpenMetrics text, complete with `# EOF`.
  func metrics() async throws -> String
  /// Configured, recovered, and the broker session is there.
  func isReady() async -> Bool
  /// The metrics port cannot be served (with the reason), or can again (nil).
  func metricsPort(trouble: String?) async
}

/// The question was wrong: what is wrong with it, and what would be right.
public struct ControlRefusal: Error, Hashable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable { case badRequest, notFound, forbidden }
  public var kind: Kind
  public var description: String

  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
