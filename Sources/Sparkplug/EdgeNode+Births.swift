import Telemetry

/// Births and deaths.
extension EdgeNode {
  mutating func nodeBirth(
    _ frame: SparkplugPayload, _ payload: Span<UInt8>, _ now: SparkplugTime, _ limits: SparkplugLimits,
    _ output: inout SparkplugOutput
  ) throws(Refusal) {
    // The whole payload is checked before anything of the old birth is forgotten.
    let bdSeq = try birthSequence(payload)
    forget()
    if frame.seq == nil { violated(.noSequence, "NBIRTH has no seq", 0, now, &output) }
    // The chapters of the specification differ on whether it must be 0, so any is taken.
    if let seq = frame.seq, seq != 0 { violated(.birthSequence, "NBIRTH has seq \(seq)", 0, now, &output) }
    if bdSeq == nil { violated(.noBirthSequence, "NBIRTH has no bdSeq", 0, now, &output) }
    self.bdSeq = bdSeq
    expected = UInt8(truncatingIfNeeded: frame.seq ?? 0) &+ 1
    phase = .online
    wish = nil
    devices[0].isOnline = true
    output.notes.append(SparkplugNote(source: source, at: now.wall, event: .online(since: staleSince)))
    staleSince = nil
    try define(0, frame, payload, now, limits, &output)
  }

  mutating func deviceBirth(
    _ device: Int, _ frame: SparkplugPayload, _ payload: Span<UInt8>, _ now: SparkplugTime, _ limits: SparkplugLimits,
    _ output: inout SparkplugOutput
  ) throws(Refusal) {
    try check(payload)
    for metric in devices[device].metrics {
      guard let alias = metric.alias, let place = aliases[alias], place != Self.ambiguous, place >> 32 == UInt64(device)
      else { continue }
      aliases[alias] = nil
    }
    metricCount -= devices[device].metrics.count
    devices[device].forget()
    devices[device].isOnline = true
    if let since = devices[device].staleSince {
      output.notes.append(SparkplugNote(source: source(device), at: now.wall, event: .online(since: since)))
      devices[device].staleSince = nil
    }
    try define(device, frame, payload, now, limits, &output)
  }

  mutating func deviceDeath(
    _ device: Int, _ frame: SparkplugPayload, _ now: SparkplugTime, _ output: inout SparkplugOutput
  ) {
    guard devices[device].isOnline else { return }
    devices[device].isOnline = false
    devices[device].staleSince = now.wall
    output.notes.append(SparkplugNote(source: source(device), at: now.wall, event: .offline(.death)))
  }

  /// The will of an edge node, which counts only if it is that of the birth in force: the will of an older connection
  /// can arrive after the birth of the next one.
  mutating func nodeDeath(
    _ frame: SparkplugPayload, _ payload: Span<UInt8>, _ now: SparkplugTime, _ output: inout SparkplugOutput
  ) throws(Refusal) {
    let sequence = try birthSequence(payload)
    if frame.seq != nil { violated(.deathWithSequence, "NDEATH has a seq", 0, now, &output) }
    if frame.metricCount > 1 {
      violated(.deathWithMetrics, "NDEATH has \(frame.metricCount) metrics", 0, now, &output)
    }
    if sequence == nil { violated(.noBirthSequence, "NDEATH has no bdSeq", 0, now, &output) }
    guard phase == .online || phase == .suspect, bdSeq == nil || sequence == bdSeq else { return }
    drop("the edge node died before the missing message came", &output)
    if phase == .online {
      staleSince = now.wall
      output.notes.append(SparkplugNote(source: source, at: now.wall, event: .offline(.death)))
    }
    phase = .offline
    wish = nil
    bdSeq = nil
    forget()
  }

  // MARK: Reading

  /// Reads everything once and throws at what is malformed.
  private func check(_ payload: Span<UInt8>) throws(Refusal) { _ = try birthSequence(payload) }

  /// The metric `bdSeq`.
  private func birthSequence(_ payload: Span<UInt8>) throws(Refusal) -> UInt64? {
    do throws(WireError) {
      var found: UInt64?
      var metrics = SparkplugPayload.Metrics(payload: payload)
      while let metric = try metrics.next(payload) {
        try checkMembers(payload, metric, depth: 0)
        guard let name = metric.name, Self.isBirthSequence(payload, name) else { continue }
        switch metric.value {
        case .long(let value): found = value
        case .int(let value): found = UInt64(value)
        case .none, .float, .double, .boolean, .string, .opaque, .template: break
        }
      }
      return found
    } catch {
      throw Refusal(error)
    }
  }

  private func checkMembers(_ bytes: Span<UInt8>, _ metric: WireMetric, depth: Int) throws(WireError) {
    guard case .template(let range) = metric.value else { return }
    guard depth < 8 else { throw WireError(problem: .tooDeep, offset: range.lowerBound) }
    _ = try WireTemplate(bytes, range)
    var members = SparkplugPayload.Metrics(template: range)
    while let member = try members.next(bytes) { try checkMembers(bytes, member, depth: depth + 1) }
  }

  private static func isBirthSequence(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let word: StaticString = "bdSeq"
    guard range.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { expected in
      for offset in 0..<expected.count where bytes[range.lowerBound + offset] != expected[offset] { return false }
      return true
    }
  }

  // MARK: Definitions

  /// Takes the metrics of a birth, and gives out their values. The payload is known to be well-formed.
  private mutating func define(
    _ device: Int, _ frame: SparkplugPayload, _ payload: Span<UInt8>, _ now: SparkplugTime, _ limits: SparkplugLimits,
    _ output: inout SparkplugOutput
  ) throws(Refusal) {
    do throws(WireError) {
      var metrics = SparkplugPayload.Metrics(payload: payload)
      let moment = Moment(frame.timestamp, isBirth: true, now)
      while let metric = try metrics.next(payload) {
        guard let name = metric.name else {
          violated(
            metric.alias == nil ? .nameless : .aliasWithoutName, "a metric of the birth has no name", device, now,
            &output)
          continue
        }
        try define(
          device, metric, Array(copying: payload.extracting(name)), moment, payload, limits, &output)
      }
    } catch {
      throw Refusal(error)
    }
  }

  private mutating func define(
    _ device: Int, _ metric: WireMetric, _ name: [UInt8], _ moment: Moment, _ bytes: Span<UInt8>,
    _ limits: SparkplugLimits, _ output: inout SparkplugOutput
  ) throws(WireError) {
    if case .template(let range) = metric.value {
      let template = try WireTemplate(bytes, range)
      // Definitions describe instances and have no values.
      if template.isDefinition { return }
    }
    guard metricCount < limits.metricsPerNode else {
      violated(.tooMany, "more than \(limits.metricsPerNode) metrics", device, moment.now, &output)
      return
    }
    let number = number(device, name, metric, moment, &output)
    if case .template(let range) = metric.value {
      devices[device].instances[number] = name
      let inner = moment.inside(metric)
      var members = SparkplugPayload.Metrics(template: range)
      while let member = try members.next(bytes) {
        guard let memberName = member.name else { continue }
        try define(
          device, member, name + [UInt8(ascii: "/")] + Array(copying: bytes.extracting(memberName)), inner, bytes,
          limits, &output)
      }
    } else {
      // In a birth a value without a usable time is no reason to refuse the rest.
      do throws(Refusal) {
        try give(device, number, metric, moment, bytes, &output)
      } catch {
        if error.reason == .badTimestamp {
          violated(.badTimestamp, error.detail, device, moment.now, &output)
        } else {
          violated(.wrongValue, error.detail, device, moment.now, &output)
        }
      }
    }
  }

  /// The number of a metric of the birth; a name that comes twice keeps its first one.
  private mutating func number(
    _ device: Int, _ name: [UInt8], _ metric: WireMetric, _ moment: Moment, _ output: inout SparkplugOutput
  ) -> Int {
    if metric.datatype == 0 {
      violated(
        .noDatatype, "\(String(decoding: name, as: UTF8.self)) has no datatype in its birth", device, moment.now,
        &output)
    }
    if let known = devices[device].names.find(name.span, 0..<name.count) { return known }
    let number = devices[device].metrics.count
    let tag = devices[device].tags.find(name.span, 0..<name.count) ?? -1
    devices[device].names.insert(name.span, 0..<name.count, number)
    devices[device].metrics.append(
      EdgeDevice.Metric(tag: Int32(clamping: tag), datatype: metric.datatype, alias: metric.alias))
    metricCount += 1
    if let alias = metric.alias {
      if aliases[alias] == nil {
        aliases[alias] = UInt64(device) << 32 | UInt64(number)
      } else {
        // Neither of the two can be believed.
        aliases[alias] = Self.ambiguous
        violated(
          .duplicateAlias, "alias \(alias) is given to two metrics, one is \(String(decoding: name, as: UTF8.self))",
          device, moment.now, &output)
      }
    }
    return number
  }
}
