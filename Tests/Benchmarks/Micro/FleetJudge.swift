import Equipment
import Simulation
import Telemetry
import Templates

/// What a planner would have seen of one machine of the fleet.
struct FleetVerdict {
  var machine: FleetMachine
  var failure: Timestamp?
  /// What was seen of it: frames, and their time.
  var frames = 0
  var years = 0.0
  /// Times at which a fault of the machine was told, with its id.
  var warnings: [(time: Timestamp, fault: String)] = []
  /// Hours from the warning to the failure.
  var lead: Double?
  /// The fault that was first most of the time from the warning to the failure; when the warning came.
  var usual: String?
  var first: String?
  /// Of the predictions after the warning, one a day.
  var predictions: [(p10: Double, p50: Double, p90: Double, truth: Double)] = []
  var refused = 0
  /// While its sensor was failing, or soon after it, a fault of the machine was told.
  var isSensorBlamedOnMachine = false
}

/// Lets the rules of machine health see one machine, frame by frame.
struct FleetJudge {
  private let models: [String: FaultModel]

  /// - Parameter devices: folder of the templates.
  init(devices: String) throws {
    var models: [String: FaultModel] = [:]
    let templates = try SiteLoader.templates(text: "", file: "none", devices: [devices])
    for kind in FleetKind.allCases {
      guard let name = templates.first(where: { $0.name == kind.template })?.faultModel,
        let model = try FaultModelLibrary.load(name, devices: [devices])
      else { continue }
      models[kind.template] = model
    }
    self.models = models
  }

  func judge(_ machine: FleetMachine) -> FleetVerdict {
    var verdict = FleetVerdict(machine: machine)
    guard let model = models[machine.kind.template] else { return verdict }
    let profile = MachineProfile(
      asset: machine.id, template: machine.kind.template,
      signals: machine.signals.map { MachineProfile.Measured(name: $0.name, unit: $0.unit) },
      nameplate: Nameplate(power: machine.ratedPower, speed: machine.ratedSpeed))
    var assessor = Assessor(profile: profile, faults: model)
    var stream = machine.frames()
    var frame = FleetFrame()
    var told = false
    var tally: [String: Int] = [:]
    var order: [String] = []
    var nextDay = Timestamp.distantPast
    var asked: [(time: Timestamp, estimate: LifeEstimate)] = []
    var warned: Timestamp?
    while stream.next(&frame) {
      let state: MachineState =
        switch frame.state {
        case .stopped: .stopped
        case .starting: .starting
        case .running: .running
        }
      let assessment = assessor.add(
        ConditionFrame(start: frame.start, end: frame.end, run: state, values: frame.values, spreads: frame.spreads))
      verdict.frames += 1
      verdict.years += (frame.end - frame.start).seconds / 31_557_600
      if !assessment.isAlarmed { told = false }
      guard let fault = assessment.machineFault else { continue }
      if !told {
        told = true
        verdict.warnings.append((frame.end, fault.id))
        if let trouble = machine.trouble, frame.end >= trouble.start, frame.end <= trouble.end + .days(1) {
          verdict.isSensorBlamedOnMachine = true
        }
      }
      guard let onset = machine.onset, frame.end >= onset else { continue }
      if warned == nil {
        warned = frame.end
        verdict.first = fault.id
      }
      if tally.updateValue((tally[fault.id] ?? 0) + 1, forKey: fault.id) == nil { order.append(fault.id) }
      if frame.end >= nextDay {
        nextDay = frame.end + .days(1)
        asked.append((frame.end, assessor.prognosis.remaining(fault: fault.id)))
      }
    }
    verdict.failure = stream.failure
    guard let failure = stream.failure, let warned else { return verdict }
    verdict.lead = (failure - warned).seconds / 3600
    verdict.usual = order.max { (tally[$0] ?? 0) < (tally[$1] ?? 0) }
    for (time, estimate) in asked {
      guard case .estimate(let left, _) = estimate else {
        verdict.refused += 1
        continue
      }
      verdict.predictions.append((left.p10, left.p50, left.p90, (failure - time).seconds / 3600))
    }
    return verdict
  }
}
