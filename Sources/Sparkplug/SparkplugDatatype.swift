/// The datatypes of Sparkplug B by their codes. (Arrays are 22 to 34.)
public enum SparkplugDatatype: UInt32, Hashable, Sendable, CaseIterable {
  case unknown = 0
  case int8 = 1
  case int16 = 2
  case int32 = 3
  case int64 = 4
  case uint8 = 5
  case uint16 = 6
  case uint32 = 7
  case uint64 = 8
  case float = 9
  case double = 10
  case boolean = 11
  case string = 12
  case dateTime = 13
  case text = 14
  case uuid = 15
  case dataSet = 16
  case bytes = 17
  case file = 18
  case template = 19
  case propertySet = 20
  case propertySetList = 21

  /// The words for messages; arrays and codes of a later version have none.
  public static func words(_ code: UInt32) -> String {
    if (22...34).contains(code) { return "an array" }
    return SparkplugDatatype(rawValue: code).map { "\($0)" } ?? "datatype \(code)"
  }
}

/// The value of a metric, with its sign and its size.
public enum SparkplugScalar: Hashable, Sendable {
  case int(Int64)
  case uint(UInt64)
  case float(Float)
  case double(Double)
  case boolean(Bool)
  case text(String)
  /// `is_null`: the edge node says that it has no value. (0 is a value.)
  case null
  /// Data sets, arrays, bytes, and values that do not fit their datatype.
  case unusable
}

extension SparkplugScalar {
  /// What the sent field means for the datatype of the birth. Negative integers are two's complement in unsigned
  /// fields; senders cut them to 8 or 16 bits or leave all 32 of them, and use `long_value` for small types too.
  @inline(__always)
  init(_ value: WireMetric.Value, datatype: UInt32, _ bytes: Span<UInt8>) {
    switch (SparkplugDatatype(rawValue: datatype), value) {
    case (.float, .float(let float)), (.double, .float(let float)), (.unknown, .float(let float)): self = .float(float)
    case (.double, .double(let double)), (.float, .double(let double)), (.unknown, .double(let double)):
      self = .double(double)
    case (.int8, _): self = Self.signed(value, bits: 8)
    case (.int16, _): self = Self.signed(value, bits: 16)
    case (.int32, _): self = Self.signed(value, bits: 32)
    case (.int64, .long(let long)): self = .int(Int64(bitPattern: long))
    // 32 bits of a 64-bit number: a negative one cannot be told from a large one.
    case (.int64, .int(let int)) where int <= UInt32(Int32.max): self = .int(Int64(int))
    case (.uint8, _): self = Self.unsigned(value, maximum: UInt64(UInt8.max))
    case (.uint16, _): self = Self.unsigned(value, maximum: UInt64(UInt16.max))
    case (.uint32, _): self = Self.unsigned(value, maximum: UInt64(UInt32.max))
    case (.uint64, _), (.dateTime, _): self = Self.unsigned(value, maximum: .max)
    case (.boolean, .boolean(let flag)), (.unknown, .boolean(let flag)): self = .boolean(flag)
    case (.string, .string(let range)), (.text, .string(let range)), (.uuid, .string(let range)),
      (.unknown, .string(let range)):
      self = .text(String(copying: bytes, range))
    // Without a datatype only what reads the same signed and unsigned is certain.
    case (.unknown, .int(let int)) where int <= UInt32(Int32.max): self = .int(Int64(int))
    case (.unknown, .long(let long)) where long <= UInt64(Int64.max): self = .int(Int64(long))
    default: self = .unusable
    }
  }

  private static func signed(_ value: WireMetric.Value, bits: Int) -> SparkplugScalar {
    let wide: Int64
    switch value {
    case .int(let int): wide = Int64(Int32(bitPattern: int))
    case .long(let long): wide = Int64(bitPattern: long)
    default: return .unusable
    }
    let half = Int64(1) << Int64(bits - 1)
    if wide >= -half, wide < half { return .int(wide) }
    // Cut to the datatype's own bits: 65531 is -5 as Int16. Anything larger is no number of this type.
    if bits < 64, wide >= half, wide < half * 2 { return .int(wide - half * 2) }
    return .unusable
  }

  private static func unsigned(_ value: WireMetric.Value, maximum: UInt64) -> SparkplugScalar {
    switch value {
    case .int(let int) where UInt64(int) <= maximum: .uint(UInt64(int))
    case .long(let long) where long <= maximum: .uint(long)
    default: .unusable
    }
  }
}

extension String {
  /// Bytes of a payload as text; what is no UTF-8 is replaced.
  init(copying bytes: Span<UInt8>, _ range: Range<Int>) {
    self = bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
