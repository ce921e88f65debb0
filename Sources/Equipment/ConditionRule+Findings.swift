import Rules
import Telemetry
import Templates

extension ConditionRule {
  var changeKey: String { "condition-change/\(asset.id)" }
  var lifePrefix: String { "remaining-life/\(asset.id)/" }
  var sensorPrefix: String { "sensor-fault/\(asset.id)/" }

  // MARK: Deviation

  mutating func tell(
    _ assessment: Assessor.Assessment, _ deviation: Deviation, at time: Timestamp, _ context: inout RuleContext
  ) {
    tellLife(at: time, &context)
    guard assessment.isNoticed else {
      guard let was = told.end(changeKey) else { return }
      let fault = faults.faults.first { $0.id == was.mark }.map { " It looked like \(lower($0.name.english))." } ?? ""
      context.emit(over(was, at: time, "\(called) is as usual again.\(fault)"))
      return
    }
    if told[changeKey] == nil, !assessment.isNews { return }
    let now = severity(assessment, deviation)
    // What was once serious stays so until it is over.
    let severity = max(now, told[changeKey]?.severity ?? .info)
    let mark = assessment.isAlarmed ? assessment.faults.first?.id ?? "" : told[changeKey]?.mark ?? ""
    guard let opened = told.tell(changeKey, severity, mark: mark, at: time) else { return }
    context.emit(finding(assessment, deviation, severity, opened: opened))
  }

  private func severity(_ assessment: Assessor.Assessment, _ deviation: Deviation) -> Finding.Severity {
    if assessment.isEarly { return assessment.isFounded ? .warning : .info }
    // A machine that is still being learnt is told of, but does not wake anybody.
    if deviation.evidence.state == .learning { return .info }
    // Where no pattern can be compared, what stands out is all that there is to tell.
    if !assessor.isOfMany(deviation) { return .warning }
    if !assessment.isAlarmed { return .info }
    if assessment.faults.first?.id == RankedFault.loadID { return .info }
    // What looks like nothing that is known, or like a sensor, is a warning only if it is unmistakable and nothing is wrong
    // with the sensor that could be seen.
    let isSeen = assessment.faults.first.map { assessment.isOfSeenSensor($0) || assessment.isExplained($0) } ?? false
    guard assessment.machineFault != nil || deviation.score >= assessor.settings.unmistakable && !isSeen else {
      return .info
    }
    let isVital = asset.criticality == .high || asset.criticality == .safety
    return isVital && assessment.machineFault != nil ? .critical : .warning
  }

  private func finding(
    _ assessment: Assessor.Assessment, _ deviation: Deviation, _ severity: Finding.Severity, opened: Timestamp
  ) -> Finding {
    let shown = deviation.contributions.prefix(5)
    let isEarly = assessment.isEarly
    let first = shown.first.map { isEarly ? earlyText($0) : text($0) } ?? "its signals taken together"
    let evidence = deviation.evidence
    let learnt =
      evidence.state == .learning
      ? " It is still being learnt: \(Self.number(evidence.hours)) of \(Self.number(evidence.needed)) h." : ""
    let fault = assessment.machineFault
    let said =
      fault.map { "\(called) looks like \(lower($0.name.english)) (\(Self.number($0.score)) of 1): \(first)." }
      ?? (isEarly
        ? "\(called) stands out grossly from what it has shown so far: \(first)."
        : "\(called) is not as usual at this operating point: \(first).")
    return Finding(
      key: changeKey, rule: "condition-change", subject: asset.id, severity: severity, opened: opened,
      summary: said + lasting + learnt, advice: advice(assessment),
      evidence: self.evidence(deviation, isEarly: isEarly) + faultEvidence(assessment))
  }

  private var lasting: String {
    guard let outlook else { return "" }
    guard let p10 = outlook.p10, let p50 = outlook.p50, let p90 = outlook.p90 else { return "" }
    return " It may fail from \(zone.rfc3339(p10)) on, most likely about \(zone.rfc3339(p50)), at the latest about "
      + "\(zone.rfc3339(p90))."
  }

  private func advice(_ assessment: Assessor.Assessment) -> String {
    if let fault = assessment.machineFault.flatMap({ $0.fault }) {
      let known = faults.faults[fault]
      return "\(known.checks.first?.english ?? known.cause.english). `weir health \(asset.id)` shows the evidence."
    }
    if let first = assessment.faults.first, first.origin == .sensor, let sign = first.supporting.first {
      let signal = profile.signals[sign.signal]
      if assessment.isExplained(first) {
        return "Check the sensor of \(signal.name) first, and whether it is where it should be: with "
          + "\(Self.number(sign.expected)) \(signal.unit) instead of \(Self.number(sign.value)) the others are as usual."
      }
      return "Check the sensor of \(profile.signals[sign.signal].name) first: it stands out against all others."
    }
    return "Look at the signals in the order of the evidence; `weir health \(asset.id)` shows them. If the sensor is "
      + "sound, inspect the machine before its next planned stop."
  }

  private func evidence(_ deviation: Deviation, isEarly: Bool) -> [Event.Attribute] {
    let evidence = deviation.evidence
    var attributes = isEarly ? [Event.Attribute("provisional", "yes: wide limits around what was seen so far")] : []
    attributes += [
      Event.Attribute("score", Self.number(deviation.score)), Event.Attribute("joint", Self.number(deviation.joint)),
      Event.Attribute("learning", evidence.state.word), Event.Attribute("hours_learnt", Self.number(evidence.hours)),
      Event.Attribute("regimes", "\(evidence.regimes)"),
    ]
    for entry in deviation.contributions.prefix(5) {
      attributes.append(
        Event.Attribute(profile.signals[entry.signal].name, isEarly ? earlyText(entry) : text(entry)))
    }
    return attributes
  }

  /// The ranked faults, and of the first one what to do.
  private func faultEvidence(_ assessment: Assessor.Assessment) -> [Event.Attribute] {
    var attributes: [Event.Attribute] = []
    for (index, ranked) in assessment.faults.prefix(3).enumerated() {
      let number = index + 1
      attributes.append(Event.Attribute("fault_\(number)", "\(ranked.name.english): \(Self.number(ranked.score))"))
      attributes.append(Event.Attribute("fault_\(number)_zh", ranked.name.chinese))
      attributes.append(Event.Attribute("fault_\(number)_id", ranked.id))
      let isEarly = assessment.isEarly
      attributes.append(Event.Attribute("fault_\(number)_for", signs(ranked.supporting, isEarly: isEarly)))
      if !ranked.opposing.isEmpty {
        attributes.append(Event.Attribute("fault_\(number)_against", signs(ranked.opposing, isEarly: isEarly)))
      }
    }
    guard let fault = assessment.machineFault?.fault else { return attributes }
    if let outlook {
      if let refusal = outlook.refusal { attributes.append(Event.Attribute("remaining_life", "unknown: \(refusal)")) }
    }
    return attributes + guidance(faults.faults[fault])
  }

  func guidance(_ fault: FaultModel.Fault) -> [Event.Attribute] {
    var attributes = [
      Event.Attribute("cause", fault.cause.english), Event.Attribute("cause_zh", fault.cause.chinese),
    ]
    for (index, check) in fault.checks.enumerated() {
      attributes.append(Event.Attribute("check_\(index + 1)", check.english))
      attributes.append(Event.Attribute("check_\(index + 1)_zh", check.chinese))
    }
    for part in fault.parts {
      attributes.append(Event.Attribute("part", part.english))
      attributes.append(Event.Attribute("part_zh", part.chinese))
    }
    if let lead = fault.leadTime {
      attributes.append(Event.Attribute("lead_time", "\(Self.number(lead.seconds / 86_400)) d"))
    }
    attributes.append(Event.Attribute("origin", fault.origin.rawValue))
    attributes.append(Event.Attribute("provenance", fault.provenance))
    return attributes
  }

  /// - Parameter isEarly: nothing is known of how far the signals usually stray.
  func signs(_ list: [Deviation.Contribution], isEarly: Bool = false) -> String {
    list.prefix(4).map { sign in
      let name = profile.signals[sign.signal].name
      if isEarly { return abs(sign.z) < 4 ? "\(name) unchanged" : "\(name) \(sign.z > 0 ? "up" : "down")" }
      return abs(sign.z) < 1
        ? "\(name) unchanged" : "\(name) \(Self.number(abs(sign.z))) σ \(sign.z > 0 ? "up" : "down")"
    }.joined(separator: ", ")
  }

  func text(_ entry: Deviation.Contribution) -> String {
    let signal = profile.signals[entry.signal]
    return "\(signal.name) \(Self.number(entry.value)) \(signal.unit), expected \(Self.number(entry.expected)), "
      + "\(Self.number(abs(entry.z))) σ \(entry.z > 0 ? "above" : "below")"
  }

  private func earlyText(_ entry: Deviation.Contribution) -> String {
    let signal = profile.signals[entry.signal]
    return "\(signal.name) \(Self.number(entry.value)) \(signal.unit), so far at \(entry.z > 0 ? "most" : "least") "
      + "\(Self.number(entry.expected))"
  }

  private func lower(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

  // MARK: Remaining life

  private mutating func tellLife(at time: Timestamp, _ context: inout RuleContext) {
    let wanted = outlook.flatMap { $0.p10 == nil ? nil : lifePrefix + $0.fault }
    for key in told.keys(lifePrefix) where key != wanted {
      guard let was = told.end(key) else { continue }
      let why = outlook.flatMap { lifePrefix + $0.fault == key ? $0.refusal : nil }
      context.emit(
        over(
          was, at: time,
          why.map { "\(called): when this failure comes is not known now: \($0)." }
            ?? "\(called): this failure is not predicted any more."))
    }
    guard let outlook, let wanted, let p10 = outlook.p10, let p50 = outlook.p50, let p90 = outlook.p90,
      let fault = faults.faults.first(where: { $0.id == outlook.fault })
    else { return }
    let step = horizons.step(p10 - time)
    let day = zone.rfc3339(zone.startOfDay(containing: time)).prefix(10)
    // Once a day, and when it comes nearer than the next step of the ladder.
    guard let opened = told.tell(wanted, step.severity, mark: "\(step.name) \(day)", at: time) else { return }
    var evidence = [
      Event.Attribute("p10", zone.rfc3339(p10)), Event.Attribute("p50", zone.rfc3339(p50)),
      Event.Attribute("p90", zone.rfc3339(p90)), Event.Attribute("score", Self.number(outlook.score)),
      Event.Attribute("method", "trend of the indicator since it began to change"),
      Event.Attribute("name_zh", fault.name.chinese),
    ]
    if let criterion = fault.criterion {
      let limit =
        criterion.isRelative
        ? "\(Self.number(100 * criterion.change)) % of what is usual"
        : "\(Self.number(criterion.change)) from the usual"
      evidence.append(
        Event.Attribute("criterion", "\(criterion.named.map { "\($0) " } ?? "")\(criterion.role) \(limit)"))
    }
    context.emit(
      Finding(
        key: wanted, rule: "remaining-life", subject: asset.id, severity: step.severity, opened: opened,
        summary: "\(called) is likely to fail by \(lower(fault.name.english)) about \(zone.rfc3339(p50)); with 10 % "
          + "before \(zone.rfc3339(p10)), with 90 % before \(zone.rfc3339(p90)).",
        advice: step.advice + (fault.checks.first.map { " Then: \($0.english)." } ?? ""),
        evidence: evidence + guidance(fault)))
  }

  // MARK: Sensors

  mutating func tellSensors(_ assessment: Assessor.Assessment, at time: Timestamp, _ context: inout RuleContext) {
    for (place, trouble) in assessment.sensors.enumerated() {
      let signal = profile.signals[place]
      let key = sensorPrefix + signal.name
      // One that comes less often than frames is missing in most of them.
      let isSlow = asset.signals[gauges[place]].expectedInterval > gatherer.length
      guard let trouble, assessor.isUseless(trouble, place), !(isSlow && trouble == .missing) else {
        failing[place] = 0
        if let was = told.end(key) {
          context.emit(over(was, at: time, "The sensor of \(signal.name) at \(called) shows changing values again."))
        }
        continue
      }
      failing[place] += 1
      guard failing[place] >= Self.failing, assessor.model.evidence.state == .watching,
        let opened = told.tell(key, .warning, mark: trouble.word, at: time)
      else { continue }
      context.emit(
        Finding(
          key: key, rule: "sensor-fault", subject: asset.id, severity: .warning, opened: opened,
          summary: "The sensor of \(signal.name) at \(called) fails: \(Self.words(trouble)), while the machine's other "
            + "signals go on.",
          advice: "Check the sensor, its cable and its supply; the machine is judged without it meanwhile.",
          evidence: [Event.Attribute("trouble", trouble.word), Event.Attribute("signal", signal.name)]))
    }
  }

  private static func words(_ trouble: SensorWatch.Trouble) -> String {
    switch trouble {
    case .stuck: "its value stands still"
    case .missing: "nothing comes of it"
    case .spikes: "its value leaps and comes back"
    case .jump: "its value has leapt, and nothing followed"
    }
  }

  // MARK: Ends

  private func over(_ was: ToldFindings.Told, at time: Timestamp, _ summary: String) -> Finding {
    Finding(
      key: was.key, rule: String(was.key.prefix { $0 != "/" }), subject: asset.id, severity: was.severity,
      opened: was.opened, closed: time, summary: summary, advice: "Nothing is to be done.")
  }

  /// What was found is over.
  ///
  /// - Parameter why: of what the machine is called, what is said.
  mutating func endAll(at time: Timestamp, _ context: inout RuleContext, why: (String) -> String) {
    for key in told.all.map(\.key) {
      guard let was = told.end(key) else { continue }
      context.emit(over(was, at: max(was.opened, time), why(called)))
    }
  }
}
