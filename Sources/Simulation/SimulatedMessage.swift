import Telemetry
import Templates

/// A message that a simulated device publishes at a time.
public struct SimulatedMessage: Hashable, Sendable {
  /// When it goes out, in plant time (the device's timestamp may differ).
  public var time: Timestamp
  public var topic: String
  public var payload: [UInt8]

  public init(time: Timestamp, topic: String, payload: [UInt8]) {
    self.time = time
    self.topic = topic
    self.payload = payload
  }
}

/// Writes a device's readings in the shape that the site's mapping of the topic expects.
struct PayloadWriter {
  private let mapping: TopicMapping

  init(mapping: TopicMapping) { self.mapping = mapping }

  func payload(_ readings: [String: DeviceModel.Reading], stamp: Timestamp) -> [UInt8] {
    var root: JSONValue = .object([:])
    if let timestamp = mapping.timestamp {
      root.set(Self.value(of: stamp, format: timestamp.format), at: timestamp.path.steps[...])
    }
    if let path = mapping.messageID, let name = path.steps.last, let reading = readings[name] {
      root.set(Self.value(of: reading, field: nil), at: path.steps[...])
    }
    for field in mapping.fields {
      guard let name = field.path.steps.last, let reading = readings[name] else { continue }
      root.set(Self.value(of: reading, field: field), at: field.path.steps[...])
    }
    return root.canonicalBytes()
  }

  private static func value(of stamp: Timestamp, format: TimestampMapping.Format) -> JSONValue {
    switch format {
    case .epochSeconds: .integer(stamp.nanoseconds / 1_000_000_000)
    case .epochMilliseconds: .integer(stamp.nanoseconds / 1_000_000)
    case .epochMicroseconds: .integer(stamp.nanoseconds / 1000)
    // Beyond 2^53: as text, which every reader keeps exactly.
    case .epochNanoseconds: .string(String(stamp.nanoseconds))
    case .iso8601, .iso8601Local: .string(stamp.rfc3339UTC)
    }
  }

  /// Readings are in the signal's unit: the mapping's conversion is turned round.
  private static func value(of reading: DeviceModel.Reading, field: FieldMapping?) -> JSONValue {
    switch reading {
    case .text(let text): return .string(text)
    case .list(let words): return .array(words.map { .string($0) })
    case .decimal(let decimal): return .string(decimal.description)
    case .number(let number):
      guard let conversion = field?.conversion, !conversion.isIdentity else { return .number(number) }
      let offset = conversion.offset.doubleValue
      return .number((number - offset) * Double(conversion.denominator) / Double(conversion.numerator))
    }
  }
}
