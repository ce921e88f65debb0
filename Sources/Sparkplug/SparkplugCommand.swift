import Telemetry

/// The one command that the gateway sends: "say everything again".
public enum SparkplugCommand {
  public static let rebirthMetric = "Node Control/Rebirth"

  /// Topic and payload of a rebirth request. It goes by name, because the birth that would give an alias may be what
  /// is missing.
  public static func rebirth(group: String, node: String, timestamp: UInt64) -> (topic: String, payload: [UInt8]) {
    var metric = ByteWriter()
    metric.byte(1 << 3 | 2)
    metric.string(rebirthMetric)
    metric.byte(3 << 3)
    metric.varint(timestamp)
    metric.byte(4 << 3)
    metric.varint(UInt64(SparkplugDatatype.boolean.rawValue))
    metric.byte(14 << 3)
    metric.byte(1)
    var payload = ByteWriter()
    payload.byte(1 << 3)
    payload.varint(timestamp)
    payload.byte(2 << 3 | 2)
    payload.blob(metric.bytes)
    return (SparkplugTopic(kind: .nodeCommand, group: group, node: node).text, payload.bytes)
  }
}
