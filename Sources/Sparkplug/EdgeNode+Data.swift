import Telemetry

/// When and how values were sent: what metrics inherit from their message, and members from their instance.
struct Moment {
  /// Milliseconds since 1970.
  var timestamp: UInt64?
  var isHistorical = false
  var isTransient = false
  var isBirth: Bool
  var now: SparkplugTime

  init(_ timestamp: UInt64?, isBirth: Bool, _ now: SparkplugTime) {
    self.timestamp = timestamp
    self.isBirth = isBirth
    self.now = now
  }

  func inside(_ metric: WireMetric) -> Moment {
    var inner = self
    inner.timestamp = metric.timestamp ?? timestamp
    inner.isHistorical = isHistorical || metric.isHistorical
    inner.isTransient = isTransient || metric.isTransient
    return inner
  }
}

/// Values.
extension EdgeNode {
  /// 2000-01-01 and 2200-01-01 in milliseconds: no plant device means a time outside them.
  static let plausible: Range<UInt64> = 946_684_800_000..<7_258_118_400_000

  mutating func data(
    _ kind: SparkplugTopic.Kind, _ device: Int, _ frame: SparkplugPayload, _ payload: Span<UInt8>,
    _ now: SparkplugTime, _ limits: SparkplugLimits, _ output: inout SparkplugOutput
  ) throws(Refusal) {
    guard devices[device].isOnline else {
      wantRebirth(.noBirth, now, limits, &output)
      throw Refusal(.sequence, "\(kind.rawValue) came before the birth of \(source(device))")
    }
    let moment = Moment(frame.timestamp, isBirth: false, now)
    var metrics = SparkplugPayload.Metrics(payload: payload)
    while let metric = try next(&metrics, payload) {
      guard let number = number(device, metric, payload, now, limits, &output) else { continue }
      if case .template(let range) = metric.value {
        guard let name = devices[device].instances[number] else {
          violated(.wrongValue, "a template came for a metric that is none", device, now, &output)
          continue
        }
        try members(device, name, range, moment.inside(metric), payload, limits, depth: 1, &output)
      } else {
        try give(device, number, metric, moment, payload, &output)
      }
    }
  }

  @inline(__always)
  private func next(
    _ metrics: inout SparkplugPayload.Metrics, _ payload: Span<UInt8>
  ) throws(Refusal) -> WireMetric? {
    do throws(WireError) {
      return try metrics.next(payload)
    } catch {
      throw Refusal(error)
    }
  }

  /// The number of the metric that is meant; nil if it cannot be told, which has been noted.
  @inline(__always)
  private mutating func number(
    _ device: Int, _ metric: WireMetric, _ bytes: Span<UInt8>, _ now: SparkplugTime, _ limits: SparkplugLimits,
    _ output: inout SparkplugOutput
  ) -> Int? {
    guard let alias = metric.alias else { return named(device, metric, bytes, now, limits, &output) }
    guard let place = aliases[alias] else {
      violated(.unknownAlias, "alias \(alias) is in no birth", device, now, &output)
      wantRebirth(.unknownMetric, now, limits, &output)
      return nil
    }
    if place == Self.ambiguous { return nil }
    guard place >> 32 == UInt64(device) else {
      let owner = source(Int(place >> 32))
      violated(.foreignAlias, "alias \(alias) belongs to \(owner)", device, now, &output)
      return nil
    }
    let number = Int(place & 0xFFFF_FFFF)
    if let name = metric.name {
      violated(.nameAndAlias, "data has both name and alias \(alias)", device, now, &output)
      // If the two disagree, nobody knows which one is meant.
      if devices[device].names.find(bytes, name) != number { return nil }
    }
    return number
  }

  private mutating func named(
    _ device: Int, _ metric: WireMetric, _ bytes: Span<UInt8>, _ now: SparkplugTime, _ limits: SparkplugLimits,
    _ output: inout SparkplugOutput
  ) -> Int? {
    guard let name = metric.name else {
      violated(.nameless, "a metric has neither name nor alias", device, now, &output)
      return nil
    }
    guard let number = devices[device].names.find(bytes, name) else {
      violated(.unknownMetric, "\"\(String(copying: bytes, name))\" is not in the birth", device, now, &output)
      wantRebirth(.unknownMetric, now, limits, &output)
      return nil
    }
    if devices[device].metrics[number].alias != nil {
      violated(
        .nameInsteadOfAlias, "\"\(String(copying: bytes, name))\" has an alias, which is not used", device, now, &output
      )
    }
    return number
  }

  /// The members of a template instance, by their names.
  private mutating func members(
    _ device: Int, _ instance: [UInt8], _ range: Range<Int>, _ moment: Moment, _ bytes: Span<UInt8>,
    _ limits: SparkplugLimits, depth: Int, _ output: inout SparkplugOutput
  ) throws(Refusal) {
    guard depth <= limits.templateDepth else {
      throw Refusal(WireError(problem: .tooDeep, offset: range.lowerBound))
    }
    var metrics = SparkplugPayload.Metrics(template: range)
    while let member = try next(&metrics, bytes) {
      guard let memberName = member.name else {
        violated(.nameless, "a member of a template has no name", device, moment.now, &output)
        continue
      }
      let name = instance + [UInt8(ascii: "/")] + Array(copying: bytes.extracting(memberName))
      if case .template(let inner) = member.value {
        try members(device, name, inner, moment.inside(member), bytes, limits, depth: depth + 1, &output)
      } else if let number = devices[device].names.find(name.span, 0..<name.count) {
        try give(device, number, member, moment, bytes, &output)
      } else {
        violated(
          .unknownMetric, "\"\(String(decoding: name, as: UTF8.self))\" is not in the birth", device, moment.now,
          &output)
        wantRebirth(.unknownMetric, moment.now, limits, &output)
      }
    }
  }

  /// Gives out one value, if somebody wants it.
  @inline(__always)
  mutating func give(
    _ device: Int, _ number: Int, _ metric: WireMetric, _ moment: Moment, _ bytes: Span<UInt8>,
    _ output: inout SparkplugOutput
  ) throws(Refusal) {
    let tag = devices[device].metrics[number].tag
    guard tag >= 0 else { return }
    let datatype = devices[device].metrics[number].datatype
    let scalar: SparkplugScalar =
      metric.isNull ? .null : SparkplugScalar(metric.value, datatype: datatype, bytes)
    if scalar == .unusable {
      violated(
        .wrongValue, "a value does not fit its datatype, \(SparkplugDatatype.words(datatype))", device, moment.now,
        &output)
    }
    let isHistorical = moment.isHistorical || metric.isHistorical
    var time = moment.now.wall
    let milliseconds = metric.timestamp ?? moment.timestamp
    if let milliseconds {
      guard Self.plausible.contains(milliseconds) else {
        throw Refusal(
          .badTimestamp,
          "a metric's timestamp \(milliseconds) is no time between the years 2000 and 2200 in milliseconds")
      }
      time = Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
      if !isHistorical {
        let last = devices[device].metrics[number].lastLive
        if milliseconds < last {
          violated(
            .order, "a live value is \(last - milliseconds) ms older than the one before", device, moment.now, &output)
        } else {
          devices[device].metrics[number].lastLive = milliseconds
        }
      }
    } else {
      violated(.noTimestamp, "neither metric nor message has a timestamp", device, moment.now, &output)
    }
    output.values.append(
      SparkplugOutput.Value(
        tag: tag, scalar: scalar, time: time, isUndated: milliseconds == nil,
        quality: try quality(metric.properties, bytes), isHistorical: isHistorical,
        isTransient: moment.isTransient || metric.isTransient, isBirth: moment.isBirth))
  }

  /// 192 is good, 0 bad, 500 stale; other codes are those of OPC: the upper two of eight bits say the same.
  @inline(__always)
  private func quality(_ properties: Range<Int>?, _ bytes: Span<UInt8>) throws(Refusal) -> SparkplugOutput.Quality {
    guard let properties else { return .good }
    do throws(WireError) {
      guard let code = try WireQuality.read(bytes, properties) else { return .good }
      if code == 192 { return .good }
      if code > 255 { return .bad }
      return code >= 192 ? .good : code >= 64 && code < 128 ? .uncertain : .bad
    } catch {
      throw Refusal(error)
    }
  }
}
