import Telemetry
import Templates

/// What machines of one kind have in common before their first reading. Copies share it until they have learnt something.
struct MachinePrototype: Sendable {
  /// What it follows from.
  struct Key: Hashable, Sendable {
    var signals: [Signal]
    var faults: FaultModel?
  }

  /// Of the form in which a machine's state is written: another one begins anew.
  private static let version = "3"

  /// Positions of the gauges in `Asset.signals`.
  let gauges: [Int]
  /// Longest expected interval of the gauges.
  let interval: Span64
  let faults: FaultModel
  let gatherer: FrameGatherer
  let assessor: Assessor
  let brief: BriefWatch
  /// Hash of the signals with their units and what they measure: other ones make another model.
  let signalsHash: UInt64
  /// Hash of what is gathered within a frame and in the first hours: another one begins anew.
  let layoutHash: UInt64
  /// Hash of the faults with their criteria: what is followed to a failure.
  let faultsHash: UInt64

  /// - Parameter asset: any of the kind; the profile knows neither its id nor its plate.
  init(_ asset: Asset, _ faults: FaultModel?) {
    gauges = MachineProfile.gauges(of: asset)
    interval = gauges.map { asset.signals[$0].expectedInterval }.max() ?? .minutes(1)
    self.faults = faults ?? FaultModel(name: "none", title: FaultModel.Words("Unknown", "未知"), faults: [])
    gatherer = FrameGatherer(signals: gauges.count, interval: interval)
    var profile = MachineProfile(asset: asset)
    profile.asset = ""
    profile.nameplate = Nameplate()
    assessor = Assessor(
      profile: profile, faults: self.faults, interval: Self.silence(asset, gauges, profile, gatherer.length),
      pace: gauges.map { asset.signals[$0].expectedInterval }.min())
    brief = BriefWatch(profile: profile, isUnknown: !assessor.canDiagnose)
    signalsHash = Self.hash([Self.version] + profile.signals.flatMap { [$0.name, $0.unit, $0.role.word] })
    layoutHash = Self.hash(["\(signalsHash)", "\(gatherer.length.nanoseconds)", brief.layout])
    faultsHash = Self.hash(
      self.faults.faults.flatMap { fault in
        guard let criterion = fault.criterion else { return [fault.id] }
        return [
          fault.id, "\(criterion.role)", criterion.named ?? "", "\(criterion.change)", "\(criterion.isRelative)",
          "\(criterion.spread)",
        ]
      })
  }

  /// How often the machine tells of itself: by what is watched of it, and not more often than its frames end. A battery that
  /// is told of once a day does not make days of silence days of work.
  private static func silence(_ asset: Asset, _ gauges: [Int], _ profile: MachineProfile, _ frame: Span64) -> Span64 {
    let watched = gauges.indices.filter { profile.signals[$0].role.isWatched }
    let most = watched.map { asset.signals[gauges[$0]].expectedInterval }.min() ?? .zero
    return max(most, frame)
  }

  private static func hash(_ texts: [String]) -> UInt64 {
    var hash = Hash64()
    for text in texts { hash.combine(text) }
    return hash.value
  }
}
