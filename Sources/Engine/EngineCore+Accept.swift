import Journal
import Rules
import Telemetry

extension EngineCore {
  mutating func process(_ batch: Batch) throws {
    guard batch.position > position else {
      throw EngineError.wrongPosition(expectedAfter: position, found: batch.position)
    }
    toldFindings = collector.output.findings.count
    for entry in batch.entries {
      switch entry {
      case .samples(let range):
        counts.samplesDecoded += range.count
        for place in range { try accept(batch.samples[place]) }
      case .event(let event):
        counts.samplesDecoded += 1
        try accept(event)
      case .mark(let time):
        try mark(time)
      case .connection(let id, let change):
        try connection(id, change)
      case .configuration(let hash, _):
        configurationHash = hash
        reportRestarts()
      case .command(let text):
        if text == EngineCommand.start {
          try retryFailedRules()
        } else if let command = SiteCommand(text: text) {
          try tellFindings()
          try heard(command)
        }
      }
    }
    try deliver()
    count(batch)
    settle()
    reportDamage()
    readDeadlines()
    try tellFindings()
    position = batch.position
  }

  private mutating func count(_ batch: Batch) {
    counts.messagesReceived += batch.counts.received
    counts.messagesDecoded += batch.counts.decoded
    counts.messagesRedelivered += batch.counts.redelivered
    counts.messagesRetried += batch.counts.retried
    counts.payloadBytes += batch.counts.payloadBytes
    for message in batch.quarantined { counts.messagesQuarantined[message.reason, default: 0] += 1 }
  }

  /// Moves what the rules reported from one sum to another.
  private mutating func settle() {
    counts.samplesUsed += context.newlyUsed - context.quarantinedUsed
    counts.samplesPending -= context.newlyUsed + context.quarantinedPending
    context.newlyUsed = 0
    context.quarantinedUsed = 0
    context.quarantinedPending = 0
    for reason in collector.quarantinedByRules { counts.samplesQuarantined[reason, default: 0] += 1 }
    collector.quarantinedByRules.removeAll(keepingCapacity: true)
    for reason in collector.readmittedByRules {
      counts.samplesQuarantined[reason, default: 0] -= 1
      counts.samplesPending += 1
    }
    collector.readmittedByRules.removeAll(keepingCapacity: true)
  }

  // MARK: Samples

  @inline(__always)
  private mutating func accept(_ sample: Sample) throws {
    let number = Int(sample.series.rawValue)
    guard number < series.count, series[number].asset >= 0 else {
      // No asset of this configuration: nothing is made of it.
      counts.samplesUsed += 1
      return
    }
    let time = sample.time.nanoseconds
    guard isUsable(sample), time <= latest, time >= oldest[Int(series[number].horizon)] else {
      try setAside(sample, number)
      return
    }
    if time > series[number].last {
      series[number].last = time
      history.insert(sample, asset: Int(series[number].asset))
      try hand(sample, number, inOrder: true)
    } else {
      try acceptOld(sample, number)
    }
  }

  @inline(__always)
  private func isUsable(_ sample: Sample) -> Bool {
    if sample.quality.isBad { return false }
    if case .double(let value) = sample.value { return value.isFinite }
    return true
  }

  /// Not later than the latest of its series: a duplicate, a conflict, or late.
  private mutating func acceptOld(_ sample: Sample, _ number: Int) throws {
    let asset = Int(series[number].asset)
    guard let first = try history.sample(asset: asset, series: sample.series, at: sample.time) else {
      history.insert(sample, asset: asset)
      try hand(sample, number, inOrder: false)
      return
    }
    if first.value == sample.value {
      counts.samplesDuplicate += 1
      try tellRefused(sample, .duplicate, number)
    } else {
      quarantine(
        number, time: sample.time, value: sample.value, .conflict, detail: "the first value was \(text(first.value))")
      try tellRefused(sample, .setAside(.conflict), number)
    }
  }

  /// Gives an accepted sample to the rules that want it.
  @inline(__always)
  private mutating func hand(_ sample: Sample, _ number: Int, inOrder: Bool) throws {
    let state = series[number]
    let asset = Int(state.asset)
    if state.isCounted { counts.samplesPending += 1 } else { counts.samplesUsed += 1 }
    if marked[asset] != Self.touchedBit | Self.dirtyBit { note(asset) }
    guard state.watchers > 0 else { return }
    face(asset)
    for place in Int(state.firstWatcher)..<Int(state.firstWatcher + state.watchers) {
      let rule = Int(watchers[place])
      if hasOutages, isOut[rule] { continue }
      isStale[rule] = true
      do {
        try rules[rule].accepted(sample, signal: Int(state.signal), inOrder: inOrder, context: &context)
      } catch {
        try fail(rule, error)
      }
    }
  }

  /// Turns the context to an asset.
  @inline(__always)
  mutating func face(_ asset: Int) {
    let connection = connectionOfAsset[asset]
    services.asset = asset
    context.clock = clocks[connection].time
    context.connectedSince = clocks[connection].connectedSince
  }

  /// Notes that the deadlines of the asset's rules must be read and its state saved.
  mutating func touch(_ asset: Int) {
    for rule in rulesOfAsset[asset] { isStale[rule] = true }
    note(asset)
  }

  /// As `touch`, but only of the rules that are stale.
  mutating func note(_ asset: Int) {
    if marked[asset] & Self.touchedBit == 0 { touched.append(asset) }
    if marked[asset] & Self.dirtyBit == 0 { dirty.append(asset) }
    marked[asset] = Self.touchedBit | Self.dirtyBit
  }

  // MARK: Events

  private mutating func accept(_ event: Event) throws {
    let number = Int(event.series.rawValue)
    guard number < series.count, series[number].asset >= 0 else {
      counts.samplesUsed += 1
      return
    }
    let time = event.time.nanoseconds
    guard time <= latest, time >= oldest[Int(series[number].horizon)] else {
      let reason: QuarantineReason = time > latest ? .futureTimestamp : .tooOld
      setAside(event, number, reason, detail: timeDetail(reason))
      return
    }
    let state = series[number]
    let asset = Int(state.asset)
    if let first = try history.event(like: event, asset: asset) {
      if first.attributes == event.attributes, first.series == event.series {
        counts.samplesDuplicate += 1
      } else {
        let values = first.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        setAside(event, number, .conflict, detail: "the first event of this identity was \(values)")
      }
      return
    }
    let inOrder = time > state.last
    if inOrder { series[number].last = time }
    history.insert(event, asset: asset)
    if state.isCounted { counts.samplesPending += 1 } else { counts.samplesUsed += 1 }
    touch(asset)
    face(asset)
    for place in Int(state.firstWatcher)..<Int(state.firstWatcher + state.watchers) {
      let rule = Int(watchers[place])
      if hasOutages, isOut[rule] { continue }
      do {
        try rules[rule].accepted(event, signal: Int(state.signal), inOrder: inOrder, context: &context)
      } catch {
        try fail(rule, error)
      }
    }
  }

  // MARK: Quarantine

  /// Tells the rule that watches what is not accepted.
  @inline(never)
  private mutating func tellRefused(_ sample: Sample, _ why: Refusal, _ number: Int) throws {
    let asset = Int(series[number].asset)
    let rule = Int(refusalRule[asset])
    guard rule >= 0, !isOut[rule] else { return }
    touch(asset)
    face(asset)
    do {
      try rules[rule].refused(sample, why, signal: Int(series[number].signal), context: &context)
    } catch {
      try fail(rule, error)
    }
  }

  private mutating func setAside(_ sample: Sample, _ number: Int) throws {
    let time = sample.time.nanoseconds
    let reason: QuarantineReason
    if case .double(let value) = sample.value, !value.isFinite {
      reason = .notANumber
    } else if sample.quality == .badOutOfRange {
      reason = .outOfRange
    } else if sample.quality.isBad {
      reason = .badQuality
    } else {
      reason = time > latest ? .futureTimestamp : .tooOld
    }
    quarantine(number, time: sample.time, value: sample.value, reason, detail: timeDetail(reason))
    try tellRefused(sample, .setAside(reason), number)
  }

  private mutating func setAside(_ event: Event, _ number: Int, _ reason: QuarantineReason, detail: String) {
    quarantine(number, time: event.time, value: .double(0), reason, detail: detail)
  }

  private func timeDetail(_ reason: QuarantineReason) -> String {
    guard reason == .futureTimestamp || reason == .tooOld else { return "" }
    return plant == .distantPast ? "outside 2000 … 2116" : "the plant clock was \(plant.rfc3339UTC)"
  }

  private mutating func quarantine(
    _ number: Int, time: Timestamp, value: Value, _ reason: QuarantineReason, detail: String
  ) {
    let asset = site.assets[Int(series[number].asset)]
    let signal = asset.signals[Int(series[number].signal)].name
    counts.samplesQuarantined[reason, default: 0] += 1
    collector.output.quarantined.append(
      QuarantinedSample(
        asset: asset.id, signal: signal, time: time, value: value, reason: reason, detail: detail, noticed: plant))
    guard reason == .futureTimestamp, plant != .distantPast else { return }
    if let finding = clockFindings.noteFuture(asset: asset.id, signal: signal, time: time, plant: plant) {
      collector.output.findings.append(finding)
    }
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .double(let number): "\(number)"
    case .scaled(let number): number.description
    }
  }
}
