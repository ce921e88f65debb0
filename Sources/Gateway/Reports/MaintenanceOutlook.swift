import Equipment
import Plant
import Rules
import Telemetry
import Templates

/// What is predicted for the machines of a site, as jobs for the planner: by the course of an indicator, else by age.
struct MaintenanceOutlook {
  /// A job with what stands behind it.
  struct Entry {
    var asset: Asset
    var fault: FaultModel.Fault?
    var job: MaintenancePlanner.Job
    /// nil = by age alone.
    var prediction: Prediction?
    var method: LifeEstimate.Method?
    /// Service after hours of running, not a fault.
    var service: ServiceLife?
  }

  let site: Site
  let history: MaintenanceHistory
  let now: Timestamp
  private let records: [MaintenanceRecord]

  init(site: Site, history: MaintenanceHistory, now: Timestamp) {
    self.site = site
    self.history = history
    self.now = now
    records = history.inForce
  }

  /// How far stops are looked for: behind the last thing that is due, at least half a year and at most two.
  static func end(_ entries: [Entry], now: Timestamp) -> Timestamp {
    let last = entries.compactMap { entry -> Timestamp? in
      switch entry.job.time {
      case .window(let curve): curve.p10
      case .due(let time): time
      case .unknown: nil
      }
    }.max()
    return max(now + .days(180), min((last ?? now) + .days(1), now + .days(731)))
  }

  /// By asset, in the order of the configuration.
  func entries() -> [Entry] {
    site.assets.flatMap { asset -> [Entry] in
      guard let machine = history.machine(asset.machineName) else { return [] }
      return predicted(asset, machine) + byAge(asset, machine) + serviced(asset, machine)
    }
  }

  /// The fault that is likeliest, and others that have a time of their own.
  private func predicted(_ asset: Asset, _ machine: MaintenanceHistory.Machine) -> [Entry] {
    let current = machine.current.filter { $0.fault != RankedFault.loadID }
    return current.enumerated().compactMap { place, prediction in
      let last = prediction.last
      guard place == 0 || last.p10 != nil else { return nil }
      var time = MaintenancePlanner.Job.Time.unknown(prediction.refusal ?? "its course says no time yet")
      var method: LifeEstimate.Method?
      if let p10 = last.p10, let p50 = last.p50, let p90 = last.p90,
        let curve = FailureCurve(said: last.time, p10: p10, p50: p50, p90: p90)
      {
        (time, method) = (.window(curve), .trend)
      } else {
        switch age(asset, machine, fault: prediction.fault) {
        case .success(let curve): (time, method) = (.window(curve), .age)
        case .failure(let missing):
          time = .unknown("\(prediction.refusal ?? "its course says no time yet"); \(missing.text)")
        }
      }
      return entry(asset, prediction.fault, time, method, prediction)
    }
  }

  /// Faults that nothing tells yet, and that machines of this age have.
  private func byAge(_ asset: Asset, _ machine: MaintenanceHistory.Machine) -> [Entry] {
    let told = Set(machine.current.map(\.fault))
    let horizon = site.maintenance.horizons.last ?? .days(90)
    let faults = Set(records.compactMap(\.fault)).subtracting(told).sorted()
    return faults.compactMap { fault in
      guard case .success(let curve) = age(asset, machine, fault: fault), curve.p10 <= now + horizon else { return nil }
      return entry(asset, fault, .window(curve), .age, nil)
    }
  }

  /// Services that are due within the longest horizon.
  private func serviced(_ asset: Asset, _ machine: MaintenanceHistory.Machine) -> [Entry] {
    let horizon = site.maintenance.horizons.last ?? .days(90)
    return site.maintenance.services(of: asset).compactMap { service in
      let life = ServiceLife(service, machine, records: records)
      guard let due = life.due(machine, now: now), due <= now + horizon else { return nil }
      var entry = entry(asset, service.service, .due(due), nil, nil)
      entry.service = life
      return entry
    }
  }

  struct Missing: Error { var text: String }

  /// When machines of this kind fail, for one of this age.
  private func age(
    _ asset: Asset, _ machine: MaintenanceHistory.Machine, fault: String
  ) -> Result<FailureCurve, Missing> {
    let kind = Set(site.assets.filter { $0.template == asset.template }.map(\.machineName))
    let life = AgeLife(history.machines.filter { kind.contains($0.name) }, records: records, fault: fault)
    switch life.remaining(age: AgeLife.age(machine, records: records, fault: fault)) {
    case .refused(let reasons):
      return .failure(Missing(text: reasons.map(\.text).joined(separator: "; ")))
    case .estimate(let hours, _):
      guard let duty = machine.usage.duty, duty > 0.01 else {
        return .failure(Missing(text: "it hardly runs, so hours of running are no date"))
      }
      func time(_ running: Double) -> Timestamp { now + .minutes(Int64(min(running / duty, 1e6) * 60)) }
      guard
        let curve = FailureCurve(said: now, p10: time(hours.p10), p50: time(hours.p50), p90: time(hours.p90))
      else { return .failure(Missing(text: "recorded lives say no time")) }
      return .success(curve)
    }
  }

  private func entry(
    _ asset: Asset, _ fault: String, _ time: MaintenancePlanner.Job.Time, _ method: LifeEstimate.Method?,
    _ prediction: Prediction?
  ) -> Entry {
    let model = asset.faultModel.flatMap { name in site.faultModels.first { $0.name == name } }
    let known = model?.faults.first { $0.id == fault }
    let job = MaintenancePlanner.Job(
      asset: asset.id,
      line: asset.line.isEmpty
        ? "" : [asset.site, asset.area, asset.line].filter { !$0.isEmpty }.joined(separator: "/"),
      fault: fault, time: time, leadTime: known?.leadTime,
      hourlyCost: site.maintenance.planning.cost(of: asset)?.hourly.doubleValue)
    return Entry(asset: asset, fault: known, job: job, prediction: prediction, method: method)
  }
}
