import Plant
import Telemetry
import Templates

/// What a person should know of a station now, each with its evidence.
extension StationWatch {
  /// Where a comparison of two versions is told, and for how long after the change.
  private static let compared = Span64.days(7)
  /// Evidence of a rise: what goes with it.
  public static let associated = "associated"

  /// - Parameters:
  ///   - asset: the station.
  ///   - causes: what was measured and found there.
  ///   - windows: starts of its windows with results, by time.
  func findings(
    _ asset: Asset, plan: InspectionPlan, zone: PlantZone, causes: CauseTable = CauseTable(), windows: [Timestamp] = []
  ) -> [Finding] {
    guard let phase, let end else { return [] }
    let groups = associations(others: causes.candidates).map(\.text)
    let others = suspectNames
    let teller = Teller(
      asset: asset, plan: plan, zone: zone, phase: phase, end: end,
      associations: { name, since in
        // Windows count the groups' rejects, not their defects.
        let own = name == Self.rejects ? groups : groups.map { "all rejects, whatever their defect: \($0)" }
        return own + causes.associations(windows: windows, since: since, others: others)
      })
    var findings: [Finding] = []
    // What watches over people judges no parts: how it recognises is told, what it sees goes the way of safety.
    let judgesParts = asset.criticality != .safety
    for (name, rate) in rates.sorted(by: { $0.key < $1.key }) where judgesParts {
      if let finding = teller.rate(name, rate) { findings.append(finding) }
    }
    if let inaccurate { findings.append(teller.accuracy(inaccurate, since: inaccurateSince ?? end)) }
    if confidence.isShifted { findings.append(teller.confidence(confidence)) }
    for (name, measure) in measures.sorted(by: { $0.key < $1.key }) where judgesParts {
      if measure.isShifted { findings.append(teller.shift(name, measure)) }
      if let finding = teller.capability(name, measure) { findings.append(finding) }
    }
    for change in changes(windows: plan.settings.windows) where end - change.after.start < Self.compared {
      if let finding = teller.comparison(change) { findings.append(finding) }
    }
    return findings
  }

  private static func capabilityKey(_ id: String, _ value: String) -> String { "capability/\(id)/\(value)" }

  /// Whether a finding is neither confirmed nor over: with other limits (of another product) it begins to count again.
  func isUndecided(_ finding: Finding, _ asset: Asset, plan: InspectionPlan) -> Bool {
    plan.settings.capability != nil
      && measures.contains { finding.key == Self.capabilityKey(asset.id, $0.key) && $0.value.isUndecided }
  }

  private struct Teller {
    var asset: Asset
    var plan: InspectionPlan
    var zone: PlantZone
    var phase: Phase
    var end: Timestamp
    /// What goes with a rise, by the rate's name and its beginning.
    var associations: (String, Timestamp) -> [String]

    var id: String { asset.id }
    var version: String { phase.version.isEmpty ? "" : " (model \(phase.version))" }

    func time(_ time: Timestamp) -> String { zone.rfc3339(time) }
    func percent(_ share: Double?) -> String { share.map { FigureText.percent($0, places: 2) } ?? "unknown" }
    func interval(_ proportion: Proportion) -> String {
      guard let interval = proportion.interval() else { return "unknown" }
      return "\(percent(interval.lowerBound)) to \(percent(interval.upperBound))"
    }

    /// `parts with the defect scratch`, `rejected parts`.
    func subject(_ name: String) -> String {
      switch name {
      case StationWatch.rejects: "rejected parts"
      case StationWatch.manual: "parts that it leaves to a person"
      default: "parts with the defect \(name)"
      }
    }

    func rate(_ name: String, _ rate: RateWatch) -> Finding? {
      guard let baseline = rate.baseline, rate.isChanged || !rate.signals.isEmpty else { return nil }
      let usual = baseline.chart.rate
      var evidence = [
        Event.Attribute("usual", percent(usual)),
        Event.Attribute("usual_from", "\(baseline.chart.units) parts since \(time(phase.start))"),
        Event.Attribute(
          "cusum", "\(FigureText.text(rate.sum, places: 2)) of \(FigureText.text(baseline.threshold, places: 2))"),
        Event.Attribute("false_alarm", "once in \(plan.settings.runLength) windows"),
      ]
      if let last = rate.subgroups.last {
        evidence += [
          Event.Attribute(
            "chart", last.signals.isEmpty ? "no signal" : last.signals.map(\.text).joined(separator: ", ")),
          Event.Attribute("z_p_prime", FigureText.text(last.z, places: 2)),
          Event.Attribute("z_p", FigureText.text(last.plainZ, places: 2)),
          Event.Attribute("dispersion", FigureText.text(baseline.chart.dispersion, places: 2)),
        ]
      }
      if !phase.version.isEmpty { evidence.append(Event.Attribute("model", phase.version)) }
      if rate.isChanged {
        let now = Proportion(rate.recent.count, of: rate.recent.size)
        let since = rate.since ?? end
        return Finding(
          key: "defect-rate/\(id)/\(name)", rule: "defect-rate", subject: id, severity: .warning, opened: since,
          summary: "\(id)\(version) has more \(subject(name)): \(percent(now.share)) since \(time(since)) "
            + "(\(now.count) of \(now.total)); usual is \(percent(usual)).",
          advice: name == StationWatch.manual
            ? "See which images it is unsure of: light, lens and model first. `weir inspection \(id)` shows the chart."
            : "See what has changed since then: material, supplier, recipe, tool, light. `weir inspection \(id)` shows the "
              + "chart.",
          evidence: [
            Event.Attribute("now", "\(now.count) of \(now.total)"), Event.Attribute("interval_95", interval(now)),
          ] + evidence + associated(since, name))
      }
      guard let last = rate.subgroups.last else { return nil }
      let isFewer = last.z < 0
      let share = baseline.chart.value(last.point)
      return Finding(
        key: "defect-rate/\(id)/\(name)", rule: "defect-rate", subject: id, severity: .info, opened: last.start,
        summary: "\(id)\(version) had \(isFewer ? "fewer" : "more") \(subject(name)) than usual: \(percent(share)) of "
          + "\(last.point.size) from \(time(last.start)) to \(time(last.end)), usual is \(percent(usual)): "
          + "\(last.signals.map(\.text).joined(separator: ", ")).",
        advice: isFewer
          ? "If nothing was improved, check with a known bad part that the station still sees the defect."
          : "Look at the newest of these parts. `weir inspection \(id)` shows the chart.", evidence: evidence)
    }

    /// What the rejected parts have in common, and what was otherwise in the same time.
    private func associated(_ since: Timestamp, _ name: String) -> [Event.Attribute] {
      let found = associations(name, since)
      return found.isEmpty
        ? []
        : [
          Event.Attribute(
            StationWatch.associated, found.joined(separator: "; ") + " (an association is no cause)")
        ]
    }

    func accuracy(_ proof: AccuracyTest, since: Timestamp) -> Finding {
      let limit = plan.accuracy.limit
      let right = Proportion(proof.reviews - proof.wrong, of: proof.reviews)
      let all = RecognitionEstimate(
        phase.recognition, rejected: phase.rejected, passed: phase.inspected - phase.rejected - phase.unsure)
      return Finding(
        key: "recognition-accuracy/\(id)", rule: "recognition-accuracy", subject: id, severity: .warning, opened: since,
        summary: "Recognition accuracy of \(id)\(version) is below \(percent(limit)): \(percent(right.share)) of "
          + "\(proof.reviews) reviewed verdicts were right (\(proof.wrong) wrong, "
          + "\(FigureText.text(proof.surplus(plan.accuracy))) more than the limit allows).",
        advice:
          "Look at the reviewed parts that it judged wrongly, then retrain the model or go back to the one before; "
          + "let a person look at more of its parts until then. `weir inspection \(id)` shows false calls and escapes.",
        evidence: [
          Event.Attribute("reviews", "\(proof.reviews)"), Event.Attribute("wrong", "\(proof.wrong)"),
          Event.Attribute("interval_95", interval(right)),
          Event.Attribute(
            "test",
            "sequential; at \(percent(limit)) a false alarm within \(plan.accuracy.horizon) reviews has "
              + "\(percent(plan.accuracy.significance))"),
          Event.Attribute("false_calls", percent(all.falseCalls)),
          Event.Attribute(
            "escapes", phase.recognition.hasAudit ? percent(all.escapes) : "unknown: no passed part was reviewed"),
          Event.Attribute("model", phase.version),
        ])
    }

    func confidence(_ drift: LevelWatch) -> Finding {
      let isLower = !drift.isHigher
      return Finding(
        key: "confidence-drift/\(id)", rule: "confidence-drift", subject: id, severity: .info,
        opened: drift.since ?? end,
        summary: "Mean confidence of \(id)\(version) is \(isLower ? "lower" : "higher") than usual: "
          + "\(drift.last.map { FigureText.text($0, places: 3) } ?? "unknown"), usual is "
          + "\(drift.mean.map { FigureText.text($0, places: 3) } ?? "unknown").",
        advice: "Check light, focus and position of the parts: the images may have changed before the verdicts do.",
        evidence: [
          Event.Attribute("cusum", cusum(drift)), Event.Attribute("sigma", FigureText.text(drift.sigma, places: 4)),
          Event.Attribute("usual_from", "\(drift.windows) windows"),
          Event.Attribute("false_alarm", "once in \(plan.settings.runLength) windows"),
        ])
    }

    func shift(_ name: String, _ measure: MeasureWatch) -> Finding {
      let isHigher = measure.level.isHigher
      return Finding(
        key: "measurement-shift/\(id)/\(name)", rule: "measurement-shift", subject: id, severity: .warning,
        opened: measure.since ?? end,
        summary: "\(name) of \(id) is \(isHigher ? "higher" : "lower") than usual since \(time(measure.since ?? end)): "
          + "usual is \(FigureText.text(measure.mean ?? 0, places: 3)) with a scatter of "
          + "\(FigureText.text(measure.sigma, places: 3)).",
        advice:
          "Check tool, fixture and calibration before parts leave their limits. `weir inspection \(id)` shows it.",
        evidence: [
          Event.Attribute("cusum", cusum(measure.level)),
          Event.Attribute("usual_from", "\(measure.level.windows) windows"),
          Event.Attribute("false_alarm", "once in \(plan.settings.runLength) windows"),
          Event.Attribute("values", "\(measure.total.count)"),
          Event.Attribute("outside_limits", "\(measure.total.outside)"),
        ])
    }

    func cusum(_ level: LevelWatch) -> String {
      "\(FigureText.text(max(level.high, level.low), places: 2)) of \(FigureText.text(plan.levelThreshold, places: 2))"
    }

    func capability(_ name: String, _ measure: MeasureWatch) -> Finding? {
      guard let limit = plan.settings.capability?.doubleValue, let found = measure.capability,
        // What a sample this small cannot disprove is not told.
        found.cpk + (found.cpk - found.provenCpk) < limit
      else { return nil }
      return Finding(
        key: StationWatch.capabilityKey(id, name), rule: "capability", subject: id, severity: .info,
        opened: phase.start,
        summary: "\(name) of \(id) has a Cpk of \(FigureText.text(found.cpk, places: 2)), and must have "
          + "\(FigureText.text(limit, places: 2)).",
        advice: "Centre the process, or lower its scatter; the limits came with the results.",
        evidence: [
          Event.Attribute("cpk", FigureText.text(found.cpk, places: 3)),
          Event.Attribute("ppk", FigureText.text(found.ppk, places: 3)),
          Event.Attribute("proven_cpk_95", FigureText.text(found.provenCpk, places: 3)),
          Event.Attribute("values", "\(measure.total.count)"),
          Event.Attribute("limits", limits(measure.total)),
        ])
    }

    private func limits(_ measure: InspectionTally.Measure) -> String {
      [measure.lower, measure.upper].map { $0.map { FigureText.text($0, places: 3) } ?? "open" }.joined(
        separator: " to ")
    }

    /// While the new one is learnt, and afterwards if it is worse than chance explains.
    func comparison(_ change: Change) -> Finding? {
      let (before, after) = (change.before, change.after)
      let (what, rule) = change.kind == .model ? ("recognition model", "model-change") : ("recipe", "recipe-change")
      let rejected = (
        Proportion(before.rejected, of: before.inspected), Proportion(after.rejected, of: after.inspected)
      )
      let right = (before.recognition.accuracy, after.recognition.accuracy)
      let manual = (Proportion(before.unsure, of: before.inspected), Proportion(after.unsure, of: after.inspected))
      let differences = (
        rejected: rejected.0.difference(to: rejected.1), right: right.0.difference(to: right.1),
        manual: manual.0.difference(to: manual.1)
      )
      func name(_ phase: Phase) -> String { phase.version.isEmpty ? "one without a name" : phase.version }
      func points(_ interval: ClosedRange<Double>?) -> String {
        guard let interval else { return "unknown" }
        return "\(percent(interval.lowerBound)) to \(percent(interval.upperBound))"
      }
      func finding(_ severity: Finding.Severity, _ summary: String, _ advice: String) -> Finding {
        Finding(
          key: "\(rule)/\(id)", rule: rule, subject: id, severity: severity, opened: after.start, summary: summary,
          advice: advice,
          evidence: [
            Event.Attribute("from", before.version), Event.Attribute("to", after.version),
            Event.Attribute("rejected_before", percent(rejected.0.share)),
            Event.Attribute("rejected_after", percent(rejected.1.share)),
            Event.Attribute("rejected_difference_95", points(differences.rejected)),
            Event.Attribute("accuracy_difference_95", points(differences.right)),
            Event.Attribute("unsure_difference_95", points(differences.manual)),
          ])
      }
      guard change.isLearnt else {
        return finding(
          .info,
          "The \(what) of \(id) changed from \(name(before)) to \(name(after)): "
            + (change.kind == .model
              ? "what is usual is learnt again." : "it is compared with the one before when enough is seen of it."),
          "Review a sample of passed and rejected parts of the new \(change.kind == .model ? "version" : "recipe"); "
            + "`weir inspection \(id)\(change.kind == .model ? "" : " --by recipe")` compares them.")
      }
      var worse: [String] = []
      if let difference = differences.rejected, difference.lowerBound > 0 {
        worse.append("\(percent(rejected.1.share)) rejected instead of \(percent(rejected.0.share))")
      }
      if let difference = differences.right, difference.upperBound < 0 {
        worse.append(
          "\(percent(right.1.share)) of its reviewed verdicts right instead of \(percent(right.0.share))")
      }
      if let difference = differences.manual, difference.lowerBound > 0 {
        worse.append("\(percent(manual.1.share)) left to people instead of \(percent(manual.0.share))")
      }
      guard !worse.isEmpty else { return nil }
      return finding(
        .warning,
        "Since the \(what) of \(id) changed from \(name(before)) to \(name(after)): "
          + worse.joined(separator: ", ") + ". Chance does not explain it (95 %); the parts may have changed, too.",
        "Compare reviewed parts of both \(change.kind == .model ? "versions" : "recipes"), and go back to "
          + "\(name(before)) if the \(change.kind == .model ? "model" : "recipe") is the cause.")
    }
  }
}
