/// What kinds of record the gateway forwards. The raw value is the stream name upstream systems subscribe to.
public enum RecordKind: String, Hashable, Sendable, CaseIterable {
  /// Energy of a meter in one 15-minute window, with demand and power factor.
  case energyInterval = "energy-interval"
  /// Energy, maximum demand and power factor of a meter in one plant-local day.
  case energyDay = "energy-day"
  /// The same for one plant-local month.
  case energyMonth = "energy-month"
  /// What a machine used in one plant-local day while it made nothing.
  case energyIdle = "energy-idle"
  /// Energy of a meter in one plant-local day against its baseline.
  case energyPerformance = "energy-performance"
  /// Statistics of the gauges and states of an asset in one minute.
  case signalSummary = "signal-summary"
  /// Verdicts and defects of an inspection station in one window.
  case inspectionCount = "inspection-count"
  /// Emissions of a metered asset in one window, by every method of the site.
  case carbonInterval = "carbon-interval"
  /// The same for one plant-local day.
  case carbonDay = "carbon-day"
  /// The same for one plant-local month.
  case carbonMonth = "carbon-month"
  /// Activity data that a person entered, with its emissions.
  case carbonActivity = "carbon-activity"
  /// Emissions of the site in one plant-local month, by scope and method.
  case carbonInventory = "carbon-inventory"
  /// A production order at a line: when it ran, what it made.
  case productionOrder = "production-order"
  /// A line's plant-local day: its energy, divided among its orders.
  case productionLine = "production-line"
  /// Energy and emissions of what an order made.
  case productFootprint = "product-footprint"
  /// Effectiveness of a machine in one plant-local day or shift, by ISO 22400-2, with its losses.
  case oee
  /// A supplier's footprint that a person imported.
  case supplierFootprint = "supplier-footprint"
  /// Condition of a machine in one plant-local day.
  case equipmentHealth = "equipment-health"
  /// Everything that is known of one unit with a serial number.
  case unitFile = "unit-file"
  /// A lot that its sample has accepted or refused, by a sampling plan.
  case inspectionLot = "inspection-lot"
  /// Work on a machine that a person recorded.
  case maintenance = "maintenance"
  /// A rule's result with its evidence, opened or closed.
  case finding = "finding"
  /// An occurrence of an alarm: raised, acknowledged, returned, with its priority and evidence.
  case alarm = "alarm"
  /// Alarms with one cause: what a person gets up for.
  case incident = "incident"
  /// Work that one cause makes necessary, and how far it is.
  case workOrder = "work-order"
  /// Something that people were told through one destination; it goes to that one alone.
  case notification = "notification"
  /// A signed head of the ledger: of a plant-local day, or on request.
  case ledgerHead = "ledger-head"

  /// Energy and carbon records carry the hash chain of the ledger.
  public var isLedger: Bool {
    switch self {
    case .energyInterval, .energyDay, .energyMonth, .carbonInterval, .carbonDay, .carbonMonth, .carbonActivity,
      .carbonInventory, .productionLine, .productFootprint, .supplierFootprint:
      true
    case .energyIdle, .energyPerformance, .signalSummary, .inspectionCount, .productionOrder, .oee, .equipmentHealth,
      .maintenance, .unitFile, .inspectionLot, .finding, .alarm, .incident, .workOrder, .notification, .ledgerHead:
      false
    }
  }
}

/// A record as a rule makes it. The Store turns it into an issued record with its envelope
/// (id, issue time, hash, chain).
public struct RecordDraft: Hashable, Sendable {
  public var kind: RecordKind
  /// Unique within the kind: asset and window start, for example `press-3/2026-11-21T08:15:00Z`.
  public var key: String
  /// 0 for the first issue; n + 1 supersedes n.
  public var revision: Int
  /// Asset id, for allow-lists and queries.
  public var asset: String
  /// The interval that the record speaks of, half-open.
  public var start: Timestamp
  public var end: Timestamp
  /// The canonical JSON (RFC 8785) of the body: without revision, supersedes, issue time and chain.
  public var body: [UInt8]
  /// Why this revision exists; nil for revision 0.
  public var cause: RevisionCause?
  /// Ids that the asset had before, under which (and with which in its key) an earlier revision may have been issued.
  public var formerAssets: [String] = []

  public init(
    kind: RecordKind, key: String, revision: Int, asset: String, start: Timestamp, end: Timestamp, body: [UInt8],
    cause: RevisionCause? = nil
  ) {
    self.kind = kind
    self.key = key
    self.revision = revision
    self.asset = asset
    self.start = start
    self.end = end
    self.body = body
    self.cause = cause
  }

  /// The key under which the same window stands for another id of the asset; nil if keys do not begin with the id.
  public func key(for asset: String) -> String? {
    key.hasPrefix(self.asset + "/") ? asset + key.dropFirst(self.asset.count) : nil
  }
}

/// The sample that made a closed window be issued again.
public struct RevisionCause: Hashable, Sendable {
  public var asset: String
  public var signal: String
  public var time: Timestamp
  /// `late`: arrived after the window's lateness. `gap-closed`: the first reading after a silence. `entered`: a person
  /// entered or corrected activity data (`signal` is its id). `recalculated`: a person had it counted again (`signal` is
  /// the recalculation's id, `note` says who, why and with which factors).
  public var reason: Reason
  /// For people; nil = nothing to add.
  public var note: String?

  public enum Reason: String, Hashable, Sendable {
    case late
    case gapClosed = "gap-closed"
    case entered
    case recalculated
  }

  public init(asset: String, signal: String, time: Timestamp, reason: Reason, note: String? = nil) {
    self.asset = asset
    self.signal = signal
    self.time = time
    self.reason = reason
    self.note = note
  }
}
