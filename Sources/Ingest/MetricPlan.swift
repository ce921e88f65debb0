import Journal
import Sparkplug
import Telemetry
import Templates

/// What the Sparkplug metrics of a connection's assets become: for each metric the samples of one or more signals,
/// converted by the same rules and exactly as numbers of a JSON payload are.
public struct MetricPlan: Sendable {
  fileprivate struct Target {
    var series: SeriesID
    var kind: DecodePlan.FieldKind
    var resolution: Int8
    var scale: UnitScale
    var minimum: Double
    var maximum: Double
    var lowest: Int64
    var highest: Int64
    /// The device's clock is so much ahead.
    var ahead: Span64
    /// States: words and whole numbers → position.
    var words: [String: Double]
    var numbers: [Int64: Double]
  }

  /// The metrics that are wanted, for the host.
  public private(set) var wishes: [SparkplugWish] = []
  fileprivate var targets: [Target] = []
  /// By the tag of a wish: into `targets`.
  private var ranges: [Range<Int>] = []
  /// By the tag of a wish: an asset whose messages are urgent wants it.
  private var urgent: [Bool] = []

  /// - Parameter connectionName: a name of `site.connections`; assets of other connections are left out.
  public init(site: Site, catalog: SeriesCatalog, connectionName: String) {
    struct Key: Hashable {
      var source: SparkplugSource
      var metric: String
    }
    var tags: [Key: Int] = [:]
    var lists: [[Target]] = []
    let safety = site.urgentAssets
    for (position, asset) in site.assets.enumerated() where asset.connection == connectionName {
      guard let source = asset.sparkplug else { continue }
      for field in asset.topics.flatMap(\.fields) where asset.signals[field.signal].kind != .event {
        let target = Target(
          asset.signals[field.signal], field, series: catalog.series(asset: position, signal: field.signal),
          ahead: asset.clock.ahead)
        let key = Key(source: source, metric: field.path.joined)
        if let tag = tags[key] {
          lists[tag].append(target)
          urgent[tag] = urgent[tag] || safety.contains(position)
        } else {
          tags[key] = lists.count
          urgent.append(safety.contains(position))
          wishes.append(
            SparkplugWish(source: source, metric: key.metric, tag: Int32(clamping: lists.count)))
          lists.append([target])
        }
      }
    }
    for list in lists {
      ranges.append(targets.count..<(targets.count + list.count))
      targets += list
    }
  }

  /// Appends the samples of one value. (A null is no value: the edge node says nothing.)
  public func append(_ value: SparkplugOutput.Value, to samples: inout [Sample]) {
    guard value.scalar != .null, ranges.indices.contains(Int(value.tag)) else { return }
    for index in ranges[Int(value.tag)] { samples.append(sample(index, value)) }
  }

  /// Whether what a value becomes is to be committed at once.
  public func isUrgent(_ value: SparkplugOutput.Value) -> Bool {
    urgent.indices.contains(Int(value.tag)) && urgent[Int(value.tag)]
  }

  @inline(__always)
  private func sample(_ index: Int, _ value: SparkplugOutput.Value) -> Sample {
    let quality: Quality
    switch value.quality {
    case .good: quality = value.isUndated ? .uncertainUndated : .good
    case .uncertain: quality = .uncertainDevice
    case .bad: quality = .badDevice
    }
    switch targets[index].kind {
    case .gauge:
      guard let number = double(index, value.scalar), number.isFinite else { return nothing(index, value) }
      let isInside = number >= targets[index].minimum && number <= targets[index].maximum
      return Sample(
        series: targets[index].series, time: value.time - targets[index].ahead, value: .double(number),
        quality: isInside || quality.isBad ? quality : .badOutOfRange)
    case .register:
      guard let mantissa = mantissa(index, value.scalar) else { return nothing(index, value) }
      let isInside = mantissa >= targets[index].lowest && mantissa <= targets[index].highest
      return Sample(
        series: targets[index].series, time: value.time - targets[index].ahead,
        value: .scaled(ScaledInteger(mantissa, exponent: targets[index].resolution)),
        quality: isInside || quality.isBad ? quality : .badOutOfRange)
    case .state:
      guard let position = position(index, value.scalar) else { return nothing(index, value) }
      return Sample(
        series: targets[index].series, time: value.time - targets[index].ahead, value: .double(position),
        quality: quality)
    case .waveform:
      // The configuration refuses them: a metric is one number.
      return nothing(index, value)
    }
  }

  /// A value that is there but means nothing for this signal: the engine sets it aside.
  private func nothing(_ index: Int, _ value: SparkplugOutput.Value) -> Sample {
    Sample(
      series: targets[index].series, time: value.time - targets[index].ahead, value: .double(.nan), quality: .badDevice)
  }

  // MARK: Numbers

  @inline(__always)
  private func double(_ index: Int, _ scalar: SparkplugScalar) -> Double? {
    switch scalar {
    case .double(let number): return convert(index, number)
    case .float(let number): return convert(index, Double(number))
    case .int, .uint: return integer(scalar).map { targets[index].scale.double(of: $0) }
    case .text(let text):
      guard case .number(let decimal)? = Self.read(text), decimal.isExact else { return nil }
      return targets[index].scale.double(of: decimal)
    case .boolean, .null, .unusable: return nil
    }
  }

  /// A shift of the decimal point is one correctly rounded division or multiplication.
  private func convert(_ index: Int, _ number: Double) -> Double {
    let shift = Int(targets[index].scale.shift)
    guard shift != 0 else { return targets[index].scale.converted(number) }
    guard shift.magnitude <= 19 else { return .nan }
    let power = Double(PowersOfTen.integer(Int(shift.magnitude)))
    let shifted = shift < 0 ? number / power : number * power
    return targets[index].scale.isShift ? shifted : targets[index].scale.converted(shifted)
  }

  @inline(__always)
  private func integer(_ scalar: SparkplugScalar) -> Decimal64? {
    switch scalar {
    case .int(let value): Decimal64(magnitude: value.magnitude, isNegative: value < 0)
    case .uint(let value): Decimal64(magnitude: value)
    case .float, .double, .boolean, .text, .null, .unusable: nil
    }
  }

  /// Integers exactly; floating point by the shortest decimal that reads back as the same number, which is what the
  /// device meant to say.
  private func mantissa(_ index: Int, _ scalar: SparkplugScalar) -> Int64? {
    let decimal: Decimal64
    switch scalar {
    case .int, .uint:
      guard let integer = integer(scalar) else { return nil }
      decimal = integer
    case .double(let number):
      guard case .number(let read)? = Self.read("\(number)") else { return nil }
      decimal = read
    case .float(let number):
      guard case .number(let read)? = Self.read("\(number)") else { return nil }
      decimal = read
    case .text(let text):
      guard case .number(let read)? = Self.read(text) else { return nil }
      decimal = read
    case .boolean, .null, .unusable: return nil
    }
    guard decimal.isExact else { return nil }
    return targets[index].scale.mantissa(of: decimal, resolution: Int32(targets[index].resolution))
  }

  private static func read(_ text: String) -> DecimalText.Reading? {
    let bytes = Array(text.utf8)
    return DecimalText.read(bytes.span, 0..<bytes.count)
  }

  // MARK: States

  private func position(_ index: Int, _ scalar: SparkplugScalar) -> Double? {
    switch scalar {
    case .text(let text): targets[index].words[text]
    case .boolean(let flag): targets[index].words[flag ? "true" : "false"]
    case .int(let value): targets[index].numbers[value]
    case .uint(let value): Int64(exactly: value).flatMap { targets[index].numbers[$0] }
    case .float(let number): Int64(exactly: number).flatMap { targets[index].numbers[$0] }
    case .double(let number): Int64(exactly: number).flatMap { targets[index].numbers[$0] }
    case .null, .unusable: nil
    }
  }
}

extension MetricPlan.Target {
  fileprivate init(_ signal: Signal, _ field: FieldMapping, series: SeriesID, ahead: Span64) {
    self.init(
      series: series, kind: .gauge, resolution: signal.resolution, scale: UnitScale(field.conversion),
      minimum: signal.minimum ?? -.infinity, maximum: signal.maximum ?? .infinity, lowest: .min, highest: .max,
      ahead: ahead, words: [:], numbers: [:])
    switch signal.kind {
    case .gauge, .event: break
    case .register, .delta:
      kind = .register
      if let minimum = signal.minimum { lowest = DecodePlan.bound(minimum, signal.resolution, isUpper: false) }
      if let maximum = signal.maximum { highest = DecodePlan.bound(maximum, signal.resolution, isUpper: true) }
    case .state(let names):
      kind = .state
      for (word, position) in signal.stateWords { words[word] = Double(position) }
      // The names themselves come first, as with JSON.
      for (position, name) in names.enumerated() { words[name] = Double(position) }
      for (word, position) in words { if let number = Int64(word) { numbers[number] = position } }
    }
  }
}
