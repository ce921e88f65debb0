import Sparkplug
import Telemetry
import TestSupport

// Payloads of Sparkplug edge nodes: the wire reader.
extension FuzzTarget {
  static let sparkplug = FuzzTarget(
    name: "sparkplug",
    corpus: {
      let metrics = [
        EdgeMetric("Node Control/Rebirth", alias: 0, 11, .boolean(false), at: 1_763_700_000_000),
        EdgeMetric("temp", alias: 7, 10, .double(21.5), at: 1_763_700_000_000, quality: 192),
        EdgeMetric(alias: 7, nil, .float(1.5), historical: true), EdgeMetric("s", 12, .string("läuft")),
        EdgeMetric("n", 3, .int(4_294_967_295)), EdgeMetric("l", 8, .long(.max)), EdgeMetric("x", 9, .none, null: true),
        EdgeMetric("b", 17, .bytes([0, 255])),
        EdgeMetric("t", 19, .template([EdgeMetric("inner", 10, .double(2))], isDefinition: false)),
      ]
      return (1...metrics.count).map { count in
        var writer = ByteWriter()
        writer.varint(1 << 3)
        writer.varint(1_763_700_000_000)
        for metric in metrics.prefix(count) {
          let bytes = metric.bytes
          writer.varint(2 << 3 | 2)
          writer.varint(bytes.count)
          writer.bytes += bytes
        }
        writer.varint(3 << 3)
        writer.varint(UInt64(count))
        return writer.bytes
      }
    },
    make: {
      { input, _ in
        do throws(WireError) {
          let payload = try SparkplugPayload(input.span)
          do throws(WireError) {
            let metrics = try SparkplugPayload.metrics(input.span)
            return metrics.count == payload.metricCount ? nil : "\(metrics.count) of \(payload.metricCount) metrics"
          } catch {
            return "\(error)".isEmpty ? "refused without a reason" : nil
          }
        } catch {
          return "\(error)".isEmpty ? "refused without a reason" : nil
        }
      }
    })
}
