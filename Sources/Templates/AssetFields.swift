import Telemetry

/// What an `Asset` holds.
struct AssetFields: Hashable, Sendable {
  var id: String
  var name: String
  var site: String
  var area: String
  var line: String
  var cell: String
  var template: String
  var criticality: Asset.Criticality
  var connection: String
  var topics: [TopicMapping]
  var signals: [Signal]
  var ratedPower: ScaledInteger?
  var faultModel: String?
  var clock = ClockPolicy.trustDevice
  var formerly: String?
  var metering = Asset.Metering()
  var production = Asset.Production()
  var nameplate = Asset.Nameplate()
  var learning: Bool?
  var services = Asset.Services()
}
