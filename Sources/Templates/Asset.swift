import Telemetry

/// A machine, meter or station with its place.
///
/// A value in one word: copies share their fields until one of them is changed. The engine, the decoder and every rule
/// keep the assets that they work for, and there are thousands.
public struct Asset: Hashable, Sendable {
  public enum Criticality: String, Sendable, CaseIterable { case low, normal, high, safety }

  private var fields: Fields

  public init(
    id: String, name: String, site: String, area: String, line: String, cell: String, template: String,
    criticality: Criticality, connection: String, topics: [TopicMapping], signals: [Signal],
    ratedPower: ScaledInteger?
  ) {
    fields = Fields(
      AssetFields(
        id: id, name: name, site: site, area: area, line: line, cell: cell, template: template,
        criticality: criticality, connection: connection, topics: topics, signals: signals, ratedPower: ratedPower))
  }

  /// The fields, to be changed: of this asset alone.
  private var own: AssetFields {
    get { fields.value }
    _modify {
      if !isKnownUniquelyReferenced(&fields) { fields = Fields(fields.value) }
      yield &fields.value
    }
  }

  public var id: String {
    get { fields.value.id }
    _modify { yield &own.id }
  }
  public var name: String {
    get { fields.value.name }
    _modify { yield &own.name }
  }
  public var site: String {
    get { fields.value.site }
    _modify { yield &own.site }
  }
  public var area: String {
    get { fields.value.area }
    _modify { yield &own.area }
  }
  public var line: String {
    get { fields.value.line }
    _modify { yield &own.line }
  }
  public var cell: String {
    get { fields.value.cell }
    _modify { yield &own.cell }
  }
  public var template: String {
    get { fields.value.template }
    _modify { yield &own.template }
  }
  public var criticality: Criticality {
    get { fields.value.criticality }
    _modify { yield &own.criticality }
  }
  /// Name of the connection that its topics arrive on.
  public var connection: String {
    get { fields.value.connection }
    _modify { yield &own.connection }
  }
  public var topics: [TopicMapping] {
    get { fields.value.topics }
    _modify { yield &own.topics }
  }
  /// In the order of the template.
  public var signals: [Signal] {
    get { fields.value.signals }
    _modify { yield &own.signals }
  }
  /// Rated active power in kW, the bound of the plausibility test of registers.
  public var ratedPower: ScaledInteger? {
    get { fields.value.ratedPower }
    _modify { yield &own.ratedPower }
  }
  /// Name of the rules that know how this equipment fails; nil = none.
  public var faultModel: String? {
    get { fields.value.faultModel }
    _modify { yield &own.faultModel }
  }
  /// Which time its samples get.
  public var clock: ClockPolicy {
    get { fields.value.clock }
    _modify { yield &own.clock }
  }
  /// The id that it had before: its readings, state and numbers go on under the new one.
  public var formerly: String? {
    get { fields.value.formerly }
    _modify { yield &own.formerly }
  }

  /// Where its meters stand and whose account they are on.
  public var metering: Metering {
    get { fields.value.metering }
    _modify { yield &own.metering }
  }
  /// Which line it belongs to, and what it tells of its production.
  public var production: Production {
    get { fields.value.production }
    _modify { yield &own.production }
  }

  /// What stands on its plate.
  public var nameplate: Nameplate {
    get { fields.value.nameplate }
    _modify { yield &own.nameplate }
  }
  /// Whether what is usual for it is learnt and what deviates is told; nil = as its fault model says. See `Site.watches`.
  public var learning: Bool? {
    get { fields.value.learning }
    _modify { yield &own.learning }
  }

  /// What is done after hours of running, of its own and of its template. See `MaintenanceSettings.services(of:)`.
  public var services: Services {
    get { fields.value.services }
    _modify { yield &own.services }
  }

  public static func == (a: Asset, b: Asset) -> Bool { a.fields === b.fields || a.fields.value == b.fields.value }
  public func hash(into hasher: inout Hasher) { hasher.combine(fields.value) }

  /// Changed only by an asset that holds the one reference to it; so it can be shared between threads.
  private final class Fields: @unchecked Sendable {
    var value: AssetFields
    init(_ value: AssetFields) { self.value = value }
  }
}
