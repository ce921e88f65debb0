import Control
import Testing

@testable import Gateway

/// The exposition against the rules of OpenMetrics 1.0.
@Suite struct OpenMetricsTests {
  @Test func textIsWellFormed() {
    let text = OpenMetrics.text(SampleStatus.degraded)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(text.hasSuffix("# EOF\n"))
    #expect(!text.contains("\r"))
    var family = ""
    var kind = ""
    var samples: Set<Substring> = []
    var seen: Set<String> = []
    for line in lines.dropLast(2) {
      if line.hasPrefix("# TYPE ") {
        family = String(line.split(separator: " ")[2])
        kind = String(line.split(separator: " ")[3])
        #expect(seen.insert(family).inserted, "families must not interleave: \(family)")
      } else if line.hasPrefix("#") {
        #expect(line.hasPrefix("# HELP \(family) ") || line.hasPrefix("# UNIT \(family) "))
        if line.hasPrefix("# UNIT ") {
          #expect(family.hasSuffix("_\(line.split(separator: " ")[3])"), "a family with a unit must end in it")
        }
      } else {
        let name = line.prefix { $0 != "{" && $0 != " " }
        #expect(name == family + (kind == "counter" ? "_total" : ""), "\(line) is outside its family \(family)")
        #expect(samples.insert(line.prefix { $0 != " " }).inserted, "twice: \(line)")
        #expect(Double(line.drop { $0 != " " }.dropFirst()) != nil, "no number: \(line)")
      }
    }
    #expect(text.contains(#"weir_messages_total{outcome="quarantined",reason="not-json"} 3"#))
    #expect(text.contains("# UNIT weir_disk_bytes bytes"))
    #expect(text.contains("weir_written_bytes_total 32500000"))
    #expect(text.contains(#"weir_connection_last_message_age_seconds{connection="main"} 0.2"#))
  }
}
