/// A metric as somebody reads it who only listens in: names and datatypes stand in births, data often has an alias only.
public struct HeardMetric: Hashable, Sendable {
  /// A member of a template instance is `instance/member`.
  public var name: String?
  public var alias: UInt64?
  /// The code of `SparkplugDatatype`; 0 = not given.
  public var datatype: UInt32
  /// By the datatype of the metric itself, else by the given one.
  public var value: SparkplugScalar
  /// The property `engUnit` (or `unit`), as many edge nodes send it.
  public var unit: String?

  /// The metrics of a payload; definitions of templates are left out.
  ///
  /// - Parameter datatype: that of a metric without one, from its birth, by name and alias.
  /// - Throws: for what is no Sparkplug payload.
  public static func all(
    _ payload: [UInt8], datatype: (_ name: String?, _ alias: UInt64?) -> UInt32 = { _, _ in 0 }
  ) throws(WireError) -> [HeardMetric] {
    let bytes = payload.span
    _ = try SparkplugPayload(bytes)
    var found: [HeardMetric] = []
    var metrics = SparkplugPayload.Metrics(payload: bytes)
    while let metric = try metrics.next(bytes) {
      try add(metric, prefix: "", depth: 0, bytes, datatype, &found)
    }
    return found
  }

  private static func add(
    _ metric: WireMetric, prefix: String, depth: Int, _ bytes: Span<UInt8>,
    _ datatype: (String?, UInt64?) -> UInt32, _ found: inout [HeardMetric]
  ) throws(WireError) {
    let name = metric.name.map { prefix + String(copying: bytes, $0) }
    if case .template(let range) = metric.value {
      let template = try WireTemplate(bytes, range)
      guard !template.isDefinition, depth < 8 else { return }
      var members = SparkplugPayload.Metrics(template: range)
      while let member = try members.next(bytes) {
        try add(member, prefix: (name ?? "") + "/", depth: depth + 1, bytes, datatype, &found)
      }
      return
    }
    let code = metric.datatype != 0 ? metric.datatype : datatype(name, metric.alias)
    found.append(
      HeardMetric(
        name: name, alias: metric.alias, datatype: metric.datatype,
        value: metric.isNull ? .null : SparkplugScalar(metric.value, datatype: code, bytes),
        unit: try metric.properties.map { range throws(WireError) in try WireUnit.read(bytes, range) } ?? nil))
  }
}

/// The property of a metric that names its unit.
enum WireUnit {
  private static let names: Set<String> = ["engunit", "engunits", "unit", "units", "engineeringunits"]

  static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> String? {
    var cursor = WireCursor(range)
    var keys: [String] = []
    var values: [Range<Int>] = []
    while let key = try cursor.next(bytes) {
      switch key.field {
      case 1: keys.append(String(copying: bytes, try cursor.blob(key, bytes)))
      case 2: values.append(try cursor.blob(key, bytes))
      default: try cursor.skip(key.type, bytes)
      }
    }
    for (key, value) in zip(keys, values) where names.contains(key.lowercased()) {
      var inner = WireCursor(value)
      while let part = try inner.next(bytes) {
        if part.field == 8 { return String(copying: bytes, try inner.blob(part, bytes)) }
        try inner.skip(part.type, bytes)
      }
    }
    return nil
  }
}
