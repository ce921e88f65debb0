import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite("Payload formats")
struct PayloadFormatTests {
  static let signals = """
    signals:
      temp: { kind: gauge, unit: °C, path: temp, expected-interval: 10 s }
      energy: { kind: register, counts: active-energy-import, unit: kWh, path: e, resolution: 0.01,
        expected-interval: 1 min }
      state: { kind: state, path: s, expected-interval: 1 min, states: { off: ["OFF", "0"], on: ["ON", "1"] } }
    """
  static let dated = "timestamp: { path: t, format: epoch-s }\n" + signals
  // Bench.received is 1763700000.

  @Test(
    "elements of a list that a member names",
    arguments: [
      (
        #"{"ts":1763700001,"values":[{"name":"temp","value":21.5},{"value":"7.25","name":"e"},{"name":"x","value":1}]}"#,
        ["temp=21.5@1.0", "energy=7.25@1.0"]
      ),
      (#"{"ts":1763700001,"values":[{"value":1,"name":"\u0074emp"},{"name":"temp","value":2}]}"#, ["temp=1.0@1.0"]),
      (
        #"{"ts":1763700001,"values":[1,"temp",null,["temp"],{"name":{"a":1}},{"name":"temp","value":3}]}"#,
        ["temp=3.0@1.0"]
      ),
      (
        #"{"ts":1763700001,"values":[{"name":"temp","value":}]}"#,
        [##"not-json: expected a JSON value, found "}" at offset 50"##]
      ),
      (
        #"{"ts":1763700001,"values":{"name":"temp","value":1}}"#,
        [
          "missing-field: none of the mapped fields has a value: \"values[name=temp].value\", "
            + "\"values[name=e].value\""
        ]
      ),
    ])
  func selection(_ payload: String, _ expected: [String]) throws {
    let bench = try FormatBench(
      template: """
        timestamp: { path: ts, format: epoch-s }
        signals:
          temp: { kind: gauge, unit: °C, path: "values[name=temp].value", expected-interval: 10 s }
          energy: { kind: register, counts: active-energy-import, unit: kWh, path: "values[name=e].value",
            resolution: 0.01, expected-interval: 1 min }
        """)
    #expect(bench.lines(payload) == expected)
  }

  @Test("names with dots, brackets and quotes; numbers as selectors; a list as the payload")
  func paths() throws {
    let bench = try FormatBench(
      template: """
        signals:
          a: { kind: gauge, unit: 1, path: "[id='L1.Tag[2]'].v", expected-interval: 10 s }
          b: { kind: gauge, unit: 1, path: "$[id=7]['x.y'].0", expected-interval: 10 s }
          c: { kind: gauge, unit: 1, path: "[1].v", expected-interval: 10 s }
        """.replacing("['x.y']", with: ".'x.y'"))
    #expect(
      bench.lines(#"[{"id":"L1.Tag[2]","v":1},{"id":7,"x.y":[5],"v":3}]"#) == [
        "a=1.0@0.0 uncertainUndated", "b=5.0@0.0 uncertainUndated", "c=3.0@0.0 uncertainUndated",
      ])
  }

  @Test(
    "several readings in a list",
    arguments: [
      (
        #"{"r":[{"t":1763700001,"temp":1},{"t":1763700002,"temp":"2,5","s":"ON"},null]}"#,
        ["temp=1.0@1.0", "temp=2.5@2.0", "state=1.0@2.0"]
      ),
      (#"{"r":{"t":1763700001,"temp":1}}"#, ["temp=1.0@1.0"]),
      (#"{"r":[{"temp":1}]}"#, ["temp=1.0@0.0 uncertainUndated"]),
      (#"{"r":[]}"#, ["missing-field: none of the mapped fields has a value: \"temp\", \"e\", \"s\""]),
      (#"{"q":[]}"#, ["missing-field: the list \"r\" of readings is missing"]),
      (#"{"r":5}"#, ["wrong-type: \"r\": expected a list of readings, found 5 at offset 5"]),
      (
        #"{"r":[{"t":1763700001,"temp":1},{"temp":2}]}"#,
        [
          "bad-timestamp: reading 2 (offset 32): of several readings in one message each needs a time of its own: "
            + "`timestamp: { path: … }`"
        ]
      ),
      (
        #"{"r":[{"t":1763700001,"temp":1},{"t":"x","temp":2}]}"#,
        [
          "bad-timestamp: reading 2 (offset 32): timestamp \"t\": expected seconds since 1970 (epoch-s), found \"x\" at "
            + "offset 5 (asset m1)"
        ]
      ),
      (#"{"r":[{"t":1763700001,"temp":1}"#, ["not-json: expected \",\" or \"]\", found the end at offset 31"]),
    ])
  func each(_ payload: String, _ expected: [String]) throws {
    let bench = try FormatBench(template: "payload: { format: json, each: r, decimal: comma }\n" + Self.dated)
    #expect(bench.lines(payload) == expected)
  }

  @Test("a message has a bounded number of readings")
  func tooMany() throws {
    let bench = try FormatBench(template: "payload: { format: json, each: $ }\n" + Self.dated)
    let list = (0..<10_001).map { #"{"t":\#(1_763_700_001 + $0),"temp":1}"# }.joined(separator: ",")
    #expect(bench.decode("[" + list + "]").quarantined.map(\.reason) == [.tooLarge])
  }

  @Test(
    "one value a topic, as a text",
    arguments: [
      ("21.5", "temp=21.5@0.0 uncertainUndated"), (" 21.5 °C\n", "temp=21.5@0.0 uncertainUndated"),
      ("21.5C", "temp=21.5@0.0 uncertainUndated"), ("-3e1", "temp=-30.0@0.0 uncertainUndated"),
      ("NaN", "temp=nan@0.0 badDevice"), ("unavailable", "temp=nan@0.0 badDevice"),
      ("12,5", "temp=nan@0.0 badDevice"), ("12 parrots", "temp=nan@0.0 badDevice"),
      (
        "70 °F",
        "wrong-unit: field \"$\": the message says °F, the mapping °C (asset m1); if the message is right, write "
          + "`unit: °F` at the asset's signal"
      ), ("", "missing-field: none of the mapped fields has a value: \"$\""),
      ("\u{0} \n", "missing-field: none of the mapped fields has a value: \"$\""),
    ])
  func text(_ payload: String, _ expected: String) throws {
    let bench = try FormatBench(
      template: """
        payload: text
        timestamp: { path: ignored, format: epoch-s }
        signals: { temp: { kind: gauge, unit: °C, expected-interval: 10 s } }
        """)
    #expect(bench.lines(payload) == [expected])
  }

  @Test("texts of states and registers, a decimal comma, a JSON scalar")
  func moreTexts() throws {
    let state = try FormatBench(
      template: """
        payload: text
        signals: { state: { kind: state, expected-interval: 1 min, required: true, states: { off: OFF, on: ON } } }
        """)
    #expect(state.lines("ON\r\n") == ["state=1.0@0.0 uncertainUndated"])
    #expect(
      state.lines("maybe") == [
        "wrong-type: field \"$\": expected one of the words of the state, found \"maybe\" at offset 0 (asset m1)"
      ])
    let register = try FormatBench(
      template: """
        payload: { format: text, decimal: comma }
        signals: { e: { kind: register, counts: active-energy-import, unit: kWh, payload-unit: Wh, resolution: 0.01,
          expected-interval: 1 min } }
        """)
    #expect(register.lines("12345678,9 Wh") == ["e=12345.68@0.0 uncertainUndated"])
    #expect(register.lines("1.234,5") == ["e=nan@0.0 badDevice"])
    let scalar = try FormatBench(
      template: "signals: { temp: { kind: gauge, unit: °C, path: $, expected-interval: 10 s } }")
    for payload in ["21.5", "\"21.5\"", " 21.5 "] {
      #expect(scalar.lines(payload) == ["temp=21.5@0.0 uncertainUndated"])
    }
  }

  @Test(
    "lines of cells",
    arguments: [
      ("t;temp;e\n1763700001;21,5;7\n\n1763700002; 22,0 °C ;", ["temp=21.5@1.0", "energy=7.00@1.0", "temp=22.0@2.0"]),
      ("\u{FEFF}e;\"t\";temp;x;temp\r\n7;1763700001;\"1,5\";y;9\r\n", ["temp=1.5@1.0", "energy=7.00@1.0"]),
      ("t;s\n1763700001;ON\n1763700002;OFF", ["state=1.0@1.0", "state=0.0@2.0"]),
      ("temp\n5", ["temp=5.0@0.0 uncertainUndated"]),
      ("t;temp\n", ["missing-field: none of the mapped fields has a value: \"temp\", \"e\", \"s\""]),
      (
        "t;temp\n1763700001;1\n\n1763700002;70 °F",
        [
          "wrong-unit: line 4: field \"temp\": the message says °F, the mapping °C (asset m1); if the message is right, "
            + "write `unit: °F` at the asset's signal"
        ]
      ),
      ("t;temp\n1763700001;\"1", ["malformed: the quote at offset 18 is never closed"]),
      (
        "t;temp\n1763700001;\"1\"2",
        ["malformed: expected the end of a cell after its closing quote, found \"2\" at offset 21"]
      ),
      (
        "t;temp\nx;1",
        [
          "bad-timestamp: line 2: timestamp \"t\": expected seconds since 1970 (epoch-s), found \"x\" at offset 0 (asset m1)"
        ]
      ),
    ])
  func csv(_ payload: String, _ expected: [String]) throws {
    let bench = try FormatBench(
      template: "payload: { format: csv, separator: \";\", header: true, decimal: comma }\n" + Self.dated)
    #expect(bench.lines(payload) == expected)
  }

  @Test("columns by number; cells with quotes, commas and line breaks")
  func columns() throws {
    let bench = try FormatBench(
      template: """
        payload: csv
        timestamp: { path: 1, format: epoch-s }
        signals:
          inspection: { kind: event, expected-interval: 1 min, attributes: { verdict: 3, note: 2 } }
        """)
    let batch = bench.decode("1763700001,\"a \"\"b\"\", c\nd\",OK\n1763700002,plain,NG,more\n1763700001,x,OK\n")
    let events = batch.entries.compactMap { if case .event(let event) = $0 { event } else { nil } }
    #expect(events.map { $0.first("note") } == ["a \"b\", c\nd", "plain", "x"])
    #expect(events.map { $0.first("verdict") } == ["OK", "NG", "OK"])
    #expect(Set(events.map(\.identity)).count == 3)
    // The same line again is the same event.
    let again = bench.decode("1763700002,plain,NG,more")
    #expect(
      again.entries.compactMap { if case .event(let event) = $0 { event.identity } else { nil } } == [
        events[1].identity
      ])
  }

  @Test(
    "lists of named values with a time each",
    arguments: [
      (
        #"{"tags":[{"id":"temp","v":21.5,"t":1763700001},{"id":"e","v":"7","t":1763700001},{"id":"temp","v":22,"t":1763700002}]}"#,
        ["temp=21.5@1.0", "energy=7.00@1.0", "temp=22.0@2.0"]
      ),
      (#"{"tags":[{"id":"temp","v":1,"t":1763700001,"q":"poor"}]}"#, ["temp=1.0@1.0 uncertainDevice"]),
      (
        #"{"tags":[{"id":"temp","v":1,"t":1763700001,"q":192},{"id":"e","v":1,"t":1763700001,"q":0}]}"#,
        ["temp=1.0@1.0", "energy=1.00@1.0 badDevice"]
      ),
      (
        #"{"tags":[{"id":"temp","v":1,"u":"Cel"}]}"#,
        [
          "wrong-unit: entry 1 (offset 9): field \"temp\": the message says Cel, the mapping °C (asset m1); if the message is "
            + "right, write `unit: Cel` at the asset's signal"
        ]
      ),
      (#"{"tags":[{"id":"temp","v":1,"u":"℃"}]}"#, ["temp=1.0@0.0 uncertainUndated"]),
      (
        #"{"tags":[{"id":"temp"},{"v":1},{"id":"x","v":2},5]}"#,
        ["missing-field: none of the mapped fields has a value: \"temp\", \"e\", \"s\""]
      ),
      (#"{"tags":{"id":"temp","v":5,"t":1763700001}}"#, ["temp=5.0@1.0"]),
      (
        #"{"tags":[{"id":"temp","v":1},{"id":"temp","v":2}]}"#,
        [
          "bad-timestamp: of several readings in one message each needs a time of its own: `timestamp: { path: … }`"
        ]
      ),
    ])
  func nameValue(_ payload: String, _ expected: [String]) throws {
    let bench = try FormatBench(
      template: """
        payload: { format: name-value, each: tags, name: id, value: v, unit: u,
          quality: { path: q, good: [good, "192"], uncertain: poor } }

        """ + Self.dated)
    #expect(bench.lines(payload) == expected)
  }

  @Test("what the device calls bad stays bad, and has its time, whatever the clock's policy")
  func doubtfulReadings() throws {
    let template = """
      payload: { format: name-value, name: id, value: v, quality: { path: q, good: [good], uncertain: poor } }

      """ + Self.dated
    let payload = #"[{"id":"temp","v":1,"t":1763700060,"q":"poor"},{"id":"e","v":2,"t":1763700060,"q":"bad"}]"#
    let ahead = try FormatBench(template: template, asset: "clock: { ahead: 60 s }")
    #expect(ahead.lines(payload) == ["temp=1.0@0.0 uncertainDevice", "energy=2.00@0.0 badDevice"])
    let receive = try FormatBench(template: template, asset: "clock: receive-time")
    #expect(receive.lines(payload) == ["temp=1.0@0.0 uncertainDevice", "energy=2.00@0.0 badDevice"])
  }

  @Test("a required value must be in one of the entries")
  func requiredEntry() throws {
    let bench = try FormatBench(
      template: "payload: name-value\n"
        + Self.dated.replacing("path: temp,", with: "path: temp, required: true,"))
    #expect(
      bench.lines(#"[{"name":"e","value":1,"t":1763700001},{"name":"temp","value":1,"t":1763700002}]"#).count == 2)
    #expect(
      bench.lines(#"[{"name":"e","value":1,"t":1763700001}]"#) == [
        "missing-field: field \"temp\" of asset m1 is missing"
      ])
  }

  @Test("seconds and nanoseconds, several readings of a name")
  func propertyBatch() throws {
    let bench = try FormatBench(
      template: """
        payload: { format: name-value, each: entries, name: alias, readings: values, value: value.doubleValue }
        timestamp: { path: timestamp.seconds, nanoseconds: timestamp.nanos, format: epoch-s }
        signals: { temp: { kind: gauge, unit: °C, path: /plant/temp.1, expected-interval: 10 s } }
        """)
    let reading = { (second: Int, nanos: String) in
      #"{"value":{"doubleValue":1.5},"timestamp":{"seconds":\#(second),"nanos":\#(nanos)}}"#
    }
    let entry = { (list: String) in #"{"entries":[{"alias":"/plant/temp.1","values":[\#(list)]},{"alias":"x"}]}"# }
    #expect(
      bench.lines(entry(reading(1_763_700_001, "500000000") + "," + reading(1_763_700_002, "\"250000000\""))) == [
        "temp=1.5@1.5", "temp=1.5@2.25",
      ])
    for bad in ["1000000000", "-1", "\"x\"", "true"] {
      #expect(bench.decode(entry(reading(1_763_700_001, bad))).quarantined.map(\.reason) == [.badTimestamp])
    }
  }

  @Test(
    "times that the plant's clocks show",
    arguments: [
      ("2025-11-21T05:40:00", "temp=1.0@0.0"), ("2025-11-21 05:40:00.5", "temp=1.0@0.5"),
      ("2025-11-21T04:40:01Z", "temp=1.0@1.0"), ("2025-11-21T04:40:01+00:00", "temp=1.0@1.0"),
      // Clocks are put back at 3:00: 2:30 occurs twice, and the first is taken.
      ("2025-10-26T02:30:00", "temp=1.0@\(1_761_438_600 - 1_763_700_000).0"),
      ("2025-10-26T03:00:00", "temp=1.0@\(1_761_444_000 - 1_763_700_000).0"),
      ("2025-07-01T12:00:00", "temp=1.0@\(1_751_364_000 - 1_763_700_000).0"),
    ])
  func local(_ text: String, _ expected: String) throws {
    let bench = try FormatBench(
      template: "timestamp: { path: t, format: iso8601-local }\n" + Self.signals)
    #expect(bench.lines(#"{"t":"\#(text)","temp":1}"#) == [expected])
    // And put forward at 2:00: 2:30 never was.
    let skipped = bench.decode(#"{"t":"2025-03-30T02:30:00","temp":1}"#)
    #expect(skipped.quarantined.map(\.reason) == [.badTimestamp])
  }

  @Test("signals with topics of their own below the asset's, each with its format")
  func subtopics() throws {
    let bench = try FormatBench(
      template: """
        payload: text
        signals:
          temp: { kind: gauge, unit: °C, expected-interval: 10 s, subtopic: sensor/temp }
          energy: { kind: register, counts: active-energy-import, unit: kWh, path: total, resolution: 0.01,
            expected-interval: 1 min, subtopic: "{id}/energy", payload: json }
          power: { kind: gauge, unit: kW, path: now, expected-interval: 1 min, subtopic: "{id}/energy", payload: json }
          state: { kind: state, expected-interval: 1 min, states: { off: OFF, on: ON } }
        """, asset: "signals: { temp: { topic: elsewhere, payload: { format: text, decimal: comma } } }")
    #expect(bench.site.assets[0].topics.map(\.topic) == ["t", "elsewhere", "t/m1/energy"])
    #expect(bench.lines("21,5", topic: "elsewhere") == ["temp=21.5@0.0 uncertainUndated"])
    #expect(
      bench.lines(#"{"total":5,"now":1}"#, topic: "t/m1/energy") == [
        "energy=5.00@0.0 uncertainUndated", "power=1.0@0.0 uncertainUndated",
      ])
    #expect(bench.lines("ON") == ["state=1.0@0.0 uncertainUndated"])
  }
}
