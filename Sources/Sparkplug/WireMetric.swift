/// One metric of a payload as it stands there: positions instead of copies.
public struct WireMetric: Sendable {
  /// The field of the value's `oneof`, as it was sent; what it means, the datatype says.
  public enum Value: Hashable, Sendable {
    case none
    case int(UInt32)
    case long(UInt64)
    case float(Float)
    case double(Double)
    case boolean(Bool)
    case string(Range<Int>)
    /// Bytes, data sets and extensions, which the gateway does not read.
    case opaque
    /// An instance or a definition: a message of its own.
    case template(Range<Int>)
  }

  public var name: Range<Int>?
  public var alias: UInt64?
  /// Milliseconds since 1970.
  public var timestamp: UInt64?
  /// The code of `SparkplugDatatype`; 0 = not given.
  public var datatype: UInt32 = 0
  public var isHistorical = false
  public var isTransient = false
  public var isNull = false
  public var properties: Range<Int>?
  public var value = Value.none

  /// Reads the metric at `range`.
  @inline(__always)
  init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
    var cursor = WireCursor(range)
    while let key = try cursor.next(bytes) {
      switch key.field {
      case 1: name = try cursor.blob(key, bytes)
      case 2: alias = try cursor.integer(key, bytes)
      case 3: timestamp = try cursor.integer(key, bytes)
      case 4: datatype = UInt32(truncatingIfNeeded: try cursor.integer(key, bytes))
      case 5: isHistorical = try cursor.integer(key, bytes) != 0
      case 6: isTransient = try cursor.integer(key, bytes) != 0
      case 7: isNull = try cursor.integer(key, bytes) != 0
      case 9: properties = try cursor.blob(key, bytes)
      case 10: value = .int(UInt32(truncatingIfNeeded: try cursor.integer(key, bytes)))
      case 11: value = .long(try cursor.integer(key, bytes))
      case 12: value = .float(try cursor.float(key, bytes))
      case 13: value = .double(try cursor.double(key, bytes))
      case 14: value = .boolean(try cursor.integer(key, bytes) != 0)
      case 15: value = .string(try cursor.blob(key, bytes))
      case 16, 17, 19:
        _ = try cursor.blob(key, bytes)
        value = .opaque
      case 18: value = .template(try cursor.blob(key, bytes))
      default: try cursor.skip(key.type, bytes)
      }
    }
  }
}

/// An instance of a template (or its definition): a structure of metrics.
struct WireTemplate {
  var isDefinition = false
  /// Where the fields are; the metrics are read one by one.
  let range: Range<Int>

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
    self.range = range
    var cursor = WireCursor(range)
    while let key = try cursor.next(bytes) {
      if key.field == 5 {
        isDefinition = try cursor.integer(key, bytes) != 0
      } else {
        try cursor.skip(key.type, bytes)
      }
    }
  }
}

/// The property `Quality` of a metric: what the edge node itself thinks of the value.
enum WireQuality {
  /// The number of the property, nil if there is none. 192 means good.
  static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> UInt64? {
    var cursor = WireCursor(range)
    var keys = 0
    var wanted: Int?
    var values = 0
    var found: UInt64?
    // Keys and values are two parallel lists; encoders write the keys first.
    while let key = try cursor.next(bytes) {
      switch key.field {
      case 1:
        if isQuality(bytes, try cursor.blob(key, bytes)) { wanted = keys }
        keys += 1
      case 2:
        let value = try cursor.blob(key, bytes)
        if values == wanted { found = try number(bytes, value) }
        values += 1
      default: try cursor.skip(key.type, bytes)
      }
    }
    return found
  }

  private static func isQuality(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let word: StaticString = "Quality"
    guard range.count == word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { expected in
      for offset in 0..<expected.count where bytes[range.lowerBound + offset] != expected[offset] { return false }
      return true
    }
  }

  private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> UInt64? {
    var cursor = WireCursor(range)
    var found: UInt64?
    while let key = try cursor.next(bytes) {
      switch key.field {
      case 3, 4: found = try cursor.integer(key, bytes)
      default: try cursor.skip(key.type, bytes)
      }
    }
    return found
  }
}
