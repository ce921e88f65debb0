import Telemetry
import TestSupport
import Templates
import Testing

@testable import Ingest

@Suite("SenML packs")
struct SenMLTests {
  static let template = """
    payload: senml
    signals:
      voltage: { kind: gauge, unit: V, path: "some-base-name:voltage", expected-interval: 10 s }
      current: { kind: gauge, unit: A, path: "some-base-name:current", expected-interval: 10 s }
    """
  /// Short names, as a template for many devices has them.
  static let short = """
    payload: senml
    signals:
      temp: { kind: gauge, unit: °C, path: temp, expected-interval: 10 s }
      energy: { kind: register, counts: active-energy-import, unit: kWh, path: "power#s", payload-unit: J,
        resolution: 0.01, expected-interval: 1 min }
      state: { kind: state, path: door, expected-interval: 1 min, states: { off: ["false", closed], on: ["true"] } }
    """

  private func vector(_ name: String) throws -> JSONValue {
    let document = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/messaging.json"))
    return try #require(document["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name })
  }

  @Test("the example of the RFC", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func example() throws {
    let vector = try vector("senml-resolve")
    let pack = try #require(vector["inputs"]?["pack"])
    let bench = try FormatBench(template: Self.template)
    let samples = bench.decode(String(decoding: pack.canonicalBytes(), as: UTF8.self)).samples
    let expected = try #require(vector["expected"]?["records"]?.arrayValue)
    #expect(samples.count == expected.count)
    for (sample, record) in zip(samples, expected) {
      #expect(sample.value == .double(try #require(record["value"]?.doubleValue)))
      #expect(abs(Double(sample.time.nanoseconds) / 1e9 - (try #require(record["time"]?.doubleValue))) < 1e-6)
      let isVoltage = record["name"]?.stringValue == "some-base-name:voltage"
      #expect(sample.series == SeriesID(isVoltage ? 1 : 2))
    }
  }

  @Test("times below 2^28 are relative", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func relativeTime() throws {
    let vector = try vector("senml-relative-time")
    let now = Timestamp(seconds: try #require(vector["inputs"]?["now"]?.integerValue))
    let times = try #require(vector["inputs"]?["t"]?.arrayValue).compactMap(\.integerValue)
    let expected = try #require(vector["expected"]?["time"]?.arrayValue).compactMap(\.integerValue)
    #expect(times.map { SenMLPack.time($0 * 1_000_000_000, now: now).time } == expected.map { Timestamp(seconds: $0) })
  }

  @Test(
    "packs",
    arguments: [
      (
        #"[{"bn":"urn:dev:1:","bt":1763700000,"n":"temp","u":"Cel","v":21.5},{"n":"door","vb":true,"t":1}]"#,
        ["temp=21.5@0.0", "state=1.0@1.0"]
      ),
      (
        #"[{"n":"temp","v":1,"t":-5},{"n":"temp","v":2,"t":-4}]"#,
        ["temp=1.0@-5.0 uncertainUndated", "temp=2.0@-4.0 uncertainUndated"]
      ),
      (
        #"[{"n":"temp","bv":20,"v":1.5},{"n":"door","vs":"closed"}]"#,
        ["temp=21.5@0.0 uncertainUndated", "state=0.0@0.0 uncertainUndated"]
      ),
      (#"[{"bt":1763700001,"bv":-0.1},{"n":"temp","v":0.3}]"#, ["temp=0.2@1.0"]),
      (#"[{"n":"power","u":"W","v":5,"s":7200000,"bs":1800000,"t":1763700001}]"#, ["energy=2.50@1.0"]),
      // Two devices in one pack: a short name could be either's.
      (
        #"[{"bn":"a:","n":"temp","v":1},{"bn":"b:","n":"temp","v":2}]"#,
        ["missing-field: none of the mapped fields has a value: \"temp\", \"power#s\", \"door\""]
      ),
      (
        #"[{"n":"temp","u":"K","v":294}]"#,
        [
          "wrong-unit: record 1 (offset 1): field \"temp\": the message says K, the mapping °C (asset m1); if the message "
            + "is right, write `unit: K` at the asset's signal"
        ]
      ),
      (
        #"[{"bver":11,"n":"temp","v":1}]"#,
        ["malformed: record 1 (offset 1): version 11 of SenML is not understood, at most 10 is"]
      ),
      (
        #"[{"n":"temp","v":1},{"n":"x","v":1,"odd_":2}]"#,
        ["malformed: record 2 (offset 20): the field \"odd_\" must be understood, and is not known"]
      ),
      (
        #"[{"n":"temp","v":1,"vs":"a"}]"#,
        ["malformed: record 1 (offset 1): a record has one of v, vs, vb and vd, this one has 2"]
      ),
      (#"[{"n":"temp"}]"#, ["malformed: record 1 (offset 1): the record has neither a value nor a sum"]),
      (#"[{"v":1}]"#, ["malformed: record 1 (offset 1): the record has no name"]),
      (
        #"[{"n":"temp","v":"1"}]"#,
        ["wrong-type: record 1 (offset 1): the field \"v\" must be a number, found a string"]
      ),
      (
        #"[{"n":"temp","v":1,"t":300000000}]"#,
        ["bad-timestamp: record 1 (offset 1): the time 1979-07-05T05:20:00Z is not between the years 2000 and 2200"]
      ),
      (#"[{"n":"temp","v":1,"t":1e300}]"#, ["malformed: record 1 (offset 1): a time of the pack has too many digits"]),
      (#"{"n":"temp","v":1}"#, ["malformed: a SenML pack is a list of records, found an object"]),
      (#"[5]"#, ["malformed: record 1 (offset 1): a record must be an object, found a number"]),
      (#"[]"#, ["missing-field: none of the mapped fields has a value: \"temp\", \"power#s\", \"door\""]),
      (#"[{"n":"temp"#, ["not-json: expected the rest of a string, found the end at offset 11"]),
    ])
  func packs(_ payload: String, _ expected: [String]) throws {
    let bench = try FormatBench(template: Self.short)
    #expect(bench.lines(payload) == expected)
  }
}
