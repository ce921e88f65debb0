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
    var seen: Set<String> = []
    for line in lines.dropLast(2) {
      if line.hasPrefix("# TYPE ") {
        family = String(line.split(separator: " ")[2])
        #expect(seen.insert(family).inserted, "families must not interleave: \(family)")
      } else if line.hasPrefix("#") {
        #expect(line.hasPrefix("# HELP \(family) ") || line.hasPrefix("# UNIT \(family) "))
      } else {
        #expect(line.hasPrefix(family), "\(line) is outside its family \(family)")
      }
    }
    #expect(text.contains(#"weir_messages_total{outcome="quarantined",reason="not-json"} 3"#))
    #expect(text.contains("# UNIT weir_disk_bytes bytes"))
  }
}
