/// Sparkplug B topics, and the metric names of a birth as far as its bytes tell. The full reader is another module's.
enum SparkplugShape {
  /// Group, message type, edge node and device of a topic.
  static func parts(_ topic: String) -> (group: String, type: String, node: String, device: String?)? {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard levels.count >= 4, levels.count <= 5, levels[0] == "spBv1.0" else { return nil }
    return (levels[1], levels[2], levels[3], levels.count == 5 ? levels[4] : nil)
  }

  /// Field 2 of the payload holds a metric, field 1 of a metric its name (Sparkplug 3.0.0, Protobuf schema).
  static func metricNames(_ payload: [UInt8]) -> [String] {
    var names: [String] = []
    forEachField(payload[...]) { number, bytes in
      guard number == 2, let bytes else { return }
      forEachField(bytes) { number, bytes in
        guard number == 1, let bytes, let name = String(validating: bytes, as: UTF8.self) else { return }
        names.append(name)
      }
    }
    return names
  }

  /// Calls `body` for each field, with its bytes if it is length-delimited; ends at the first thing it cannot read.
  private static func forEachField(_ message: ArraySlice<UInt8>, _ body: (UInt64, ArraySlice<UInt8>?) -> Void) {
    var rest = message
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return }
      switch tag & 7 {
      case 0: guard varint(&rest) != nil else { return }
      case 1: rest = rest.dropFirst(8)
      case 5: rest = rest.dropFirst(4)
      case 2:
        guard let length = varint(&rest), length <= UInt64(rest.count) else { return }
        body(tag >> 3, rest.prefix(Int(length)))
        rest = rest.dropFirst(Int(length))
        continue
      default: return
      }
      body(tag >> 3, nil)
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
