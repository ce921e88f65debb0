import Telemetry

/// A Sparkplug metric as an edge node would send it, encoded field by field as the format describes it: independent of
/// the product's own reader and writer.
public struct EdgeMetric: Sendable {
  public enum Value: Sendable {
    case none
    case int(UInt32)
    case long(UInt64)
    case float(Float)
    case double(Double)
    case boolean(Bool)
    case string(String)
    case bytes([UInt8])
    case dataset([UInt8])
    case template([EdgeMetric], isDefinition: Bool)
  }

  public var name: String?
  public var alias: UInt64?
  public var timestamp: UInt64?
  public var datatype: UInt32?
  public var isHistorical = false
  public var isTransient = false
  public var isNull = false
  public var quality: UInt64?
  public var value = Value.none

  public init(
    _ name: String? = nil, alias: UInt64? = nil, _ datatype: UInt32? = nil, _ value: Value = .none,
    at timestamp: UInt64? = nil, historical: Bool = false, transient: Bool = false, null: Bool = false,
    quality: UInt64? = nil
  ) {
    self.name = name
    self.alias = alias
    self.datatype = datatype
    self.value = value
    self.timestamp = timestamp
    isHistorical = historical
    isTransient = transient
    isNull = null
    self.quality = quality
  }

  public var bytes: [UInt8] {
    var writer = ByteWriter()
    func key(_ field: UInt64, _ type: UInt64) { writer.varint(field << 3 | type) }
    if let name {
      key(1, 2)
      writer.string(name)
    }
    if let alias {
      key(2, 0)
      writer.varint(alias)
    }
    if let timestamp {
      key(3, 0)
      writer.varint(timestamp)
    }
    if let datatype {
      key(4, 0)
      writer.varint(UInt64(datatype))
    }
    for (field, flag) in [(UInt64(5), isHistorical), (6, isTransient), (7, isNull)] where flag {
      key(field, 0)
      writer.byte(1)
    }
    if let quality {
      // PropertySet { keys: "Quality", values: { type: Int32, int_value } }
      var value = ByteWriter()
      value.byte(1 << 3)
      value.byte(3)
      value.byte(3 << 3)
      value.varint(quality)
      var set = ByteWriter()
      set.byte(1 << 3 | 2)
      set.string("Quality")
      set.byte(2 << 3 | 2)
      set.blob(value.bytes)
      key(9, 2)
      writer.blob(set.bytes)
    }
    switch value {
    case .none: break
    case .int(let int):
      key(10, 0)
      writer.varint(UInt64(int))
    case .long(let long):
      key(11, 0)
      writer.varint(long)
    case .float(let float):
      key(12, 5)
      for shift in [0, 8, 16, 24] { writer.byte(UInt8(truncatingIfNeeded: float.bitPattern >> UInt32(shift))) }
    case .double(let double):
      key(13, 1)
      writer.double(double)
    case .boolean(let flag):
      key(14, 0)
      writer.boolean(flag)
    case .string(let text):
      key(15, 2)
      writer.string(text)
    case .bytes(let bytes):
      key(16, 2)
      writer.blob(bytes)
    case .dataset(let bytes):
      key(17, 2)
      writer.blob(bytes)
    case .template(let members, let isDefinition):
      var template = ByteWriter()
      for member in members {
        template.varint(UInt64(2 << 3 | 2))
        template.blob(member.bytes)
      }
      template.byte(5 << 3)
      template.boolean(isDefinition)
      key(18, 2)
      writer.blob(template.bytes)
    }
    return writer.bytes
  }
}

/// A Sparkplug payload.
public struct EdgePayload: Sendable {
  public var timestamp: UInt64?
  public var seq: UInt64?
  public var metrics: [EdgeMetric] = []

  public init(timestamp: UInt64? = nil, seq: UInt64? = nil, metrics: [EdgeMetric] = []) {
    self.timestamp = timestamp
    self.seq = seq
    self.metrics = metrics
  }

  public var bytes: [UInt8] {
    var writer = ByteWriter()
    if let timestamp {
      writer.byte(1 << 3)
      writer.varint(timestamp)
    }
    for metric in metrics {
      writer.byte(2 << 3 | 2)
      writer.blob(metric.bytes)
    }
    if let seq {
      writer.byte(3 << 3)
      writer.varint(seq)
    }
    return writer.bytes
  }
}
