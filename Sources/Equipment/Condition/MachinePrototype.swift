import Telemetry
import Templates

/// What machines of one kind have in common before their first reading. Copies share it until they have learnt something.
struct MachinePrototype: Sendable {
  /// What it follows from.
  struct Key: Hashable, Sendable {
    var signals: [Signal]
    var faults: FaultModel?
  }

  /// Positions of the gauges in `Asset.signals`.
  let gauges: [Int]
  /// Longest expected interval of the gauges.
  let interval: Span64
  let faults: FaultModel
  let gatherer: FrameGatherer
  let assessor: Assessor

  /// - Parameter asset: any of the kind; the profile knows neither its id nor its plate.
  init(_ asset: Asset, _ faults: FaultModel?) {
    gauges = MachineProfile.gauges(of: asset)
    interval = gauges.map { asset.signals[$0].expectedInterval }.max() ?? .minutes(1)
    self.faults = faults ?? FaultModel(name: "none", title: FaultModel.Words("Unknown", "未知"), faults: [])
    gatherer = FrameGatherer(signals: gauges.count, interval: interval)
    var profile = MachineProfile(asset: asset)
    profile.asset = ""
    profile.nameplate = Nameplate()
    assessor = Assessor(profile: profile, faults: self.faults, interval: max(interval, gatherer.length))
  }
}
