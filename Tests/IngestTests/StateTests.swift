import Telemetry
import Testing

@testable import Ingest

@Suite struct StateTests {
  static var bench: Bench {
    var bench = Bench()
    bench.add(
      "state", .state(names: ["stopped", "running", "fault"]),
      words: ["RUN": 1, "0": 0, "1": 1, "true": 1, "false": 0, "läuft": 1])
    return bench
  }

  @Test(
    "names, aliases, numbers and booleans are words",
    arguments: [
      (#""stopped""#, 0), (#""fault""#, 2), (#""RUN""#, 1), ("0", 0), ("1", 1), ("1.0", 1), (#""1""#, 1), ("true", 1),
      ("false", 0), (#""läuft""#, 1), (#""l\u00E4uft""#, 1),
    ])
  func words(_ text: String, _ position: Int) {
    #expect(Self.bench.sample(#"{"state":\#(text)}"#)?.value == .double(Double(position)))
  }

  @Test("an unknown word is the wrong type", arguments: [#""running ""#, #""Running""#, "2", "1.5", "[]", #""""#])
  func unknown(_ text: String) {
    let batch = Self.bench.decode(#"{"state":\#(text)}"#)
    #expect(batch.quarantined.map(\.reason) == [.wrongType])
    var optional = Self.bench
    optional.fields[0].required = false
    #expect(optional.sample(#"{"state":\#(text)}"#)?.quality == .badDevice)
  }
}
