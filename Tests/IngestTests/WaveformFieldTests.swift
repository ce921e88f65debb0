import Foundation
import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite("Waveform fields")
struct WaveformFieldTests {
  /// A sine of 1 g RMS at 50 Hz, as numbers of 1/1000 g.
  static let numbers = (0..<5120).map {
    Int((1000 * 2.0.squareRoot() * sin(2 * .pi * 50 * Double($0) / 2560)).rounded())
  }

  static func int16(_ numbers: [Int]) -> String {
    Data(numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }).base64EncodedString()
  }

  static func float32(_ numbers: [Float]) -> String {
    Data(numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(8 * $0)) } })
      .base64EncodedString()
  }

  static func bench(_ encoding: String, extra: String = "") throws -> FormatBench {
    let common = "encoding: \(encoding), sample-rate: { path: fs }, scale: 0.001, unit: g"
    return try FormatBench(
      template: """
        signals:
          v: { kind: gauge, unit: mm/s, path: data, expected-interval: 1 h,
            waveform: { \(common), feature: rms-velocity, band: [10 Hz, 1 kHz] } }
          a: { kind: gauge, unit: m/s², path: data, expected-interval: 1 h, waveform: { \(common), feature: rms } }
          b: { kind: gauge, unit: g, path: data, expected-interval: 1 h,
            waveform: { \(common), feature: rms, band: [100 Hz, 1 kHz] } }
          p: { kind: gauge, unit: g, path: data, expected-interval: 1 h, waveform: { \(common), feature: peak } }
          c: { kind: gauge, unit: 1, path: data, expected-interval: 1 h, waveform: { \(common), feature: crest } }
          k: { kind: gauge, unit: 1, path: data, expected-interval: 1 h, waveform: { \(common), feature: kurtosis } }
          e: { kind: gauge, unit: g, path: data, expected-interval: 1 h,
            waveform: { \(common), feature: envelope-line, band: [20 Hz, 1 kHz], line: 100 Hz, tolerance: 1 % } }
          t: { kind: gauge, unit: °C, path: temp, expected-interval: 1 h }
        \(extra)
        """)
  }

  private func values(_ batch: Batch) -> [Double] {
    batch.samples.map { if case .double(let value) = $0.value { value } else { .nan } }
  }

  @Test("the same record in every encoding", arguments: ["json", "int16-le", "float32-le", "url", "slashes"])
  func encodings(_ encoding: String) throws {
    let field: String
    switch encoding {
    case "json": field = "[" + Self.numbers.map(String.init).joined(separator: ", ") + "]"
    case "float32-le": field = "\"" + Self.float32(Self.numbers.map { Float($0) }) + "\""
    case "url":
      field =
        "\"" + Self.int16(Self.numbers).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        + "\""
    case "slashes": field = "\"" + Self.int16(Self.numbers).replacing("/", with: "\\/") + "\""
    default: field = "\"" + Self.int16(Self.numbers) + "\""
    }
    let bench = try Self.bench(["url", "slashes"].contains(encoding) ? "int16-le" : encoding)
    let batch = bench.decode(#"{"fs":2560,"temp":21.5,"data":\#(field)}"#)
    #expect(batch.quarantined.map(\.detail) == [])
    let values = values(batch)
    try #require(values.count == 8)
    // 1 g RMS at 50 Hz is 31.2155 mm/s RMS; a line at the 100th frequency is told with 1/(2·100²).
    #expect(abs(values[0] - 31.2155) < 0.01)
    #expect(abs(values[1] - 9.80665) < 0.001)
    #expect(values[2] < 0.001)
    #expect(abs(values[3] - 2.0.squareRoot()) < 0.001)
    #expect(abs(values[4] - 2.0.squareRoot()) < 0.001)
    #expect(abs(values[5] - 1.5) < 0.001)
    // The envelope of one line is flat.
    #expect(values[6] < 0.01)
    #expect(values[7] == 21.5)
  }

  @Test(
    "what is no waveform",
    arguments: [
      ("json", #""AAAA""#, "2560", [String](), 8), ("int16-le", "[1,2]", "2560", [], 8),
      ("json", "[1,2,3]", "2560", ["3 points are too few"], 0), ("json", "[]", "2560", ["0 points are too few"], 0),
      ("json", "[1,\"2\"]", "2560", ["point 2 is a string"], 0),
      ("json", "[1,1e999]", "2560", ["point 2 is too large"], 0),
      ("int16-le", "\"A*AA\"", "2560", ["not base64"], 0),
      ("int16-le", "\"AAAA\"", "2560", ["3 bytes are no whole number"], 0),
      ("float32-le", "\"AAAAAA==\"", "2560", ["1 points are too few"], 0),
      ("float32-le", "\"AACAfw==\"", "2560", ["point 1 is not a number"], 0),
      ("json", "§", "0", ["sample rate of 0"], 0), ("json", "§", "-5", ["sample rate of -5"], 0),
      ("json", "§", "1e400", ["sample rate of inf"], 0),
      ("json", "§", "true", ["a sample rate in Hz, found true"], 0),
      ("json", "§", "null", ["field \"fs\" of asset m1 is null"], 0),
      ("json", "§", "1000", ["above half the sample rate (500.0 Hz)"], 0),
      ("json", "§", "1e6", ["too short for 10.0 Hz"], 0),
    ])
  func bad(_ encoding: String, _ data: String, _ rate: String, _ details: [String], _ samples: Int) throws {
    let field = data.replacing("§", with: "[" + (0..<200).map { String($0 % 7) }.joined(separator: ",") + "]")
    let batch = try Self.bench(encoding).decode(#"{"fs":\#(rate),"temp":21.5,"data":\#(field)}"#)
    #expect(batch.quarantined.count == details.count)
    for (message, detail) in zip(batch.quarantined, details) {
      #expect(message.detail.contains(detail), "\(message.detail)")
    }
    #expect(batch.samples.count == samples)
    #expect(batch.samples.dropLast().allSatisfy { $0.quality == .badDevice })
  }

  @Test("a record has a bounded number of points, in every encoding")
  func tooMany() throws {
    let many = Array(repeating: 1, count: 65_537)
    for (encoding, field) in [
      ("json", "[" + many.map(String.init).joined(separator: ",") + "]"), ("int16-le", "\"" + Self.int16(many) + "\""),
      ("float32-le", "\"" + Self.float32(many.map { Float($0) }) + "\""),
    ] {
      let batch = try Self.bench(encoding).decode(#"{"fs":2560,"data":\#(field)}"#)
      #expect(batch.quarantined.first?.detail.contains("more than 65536 points") == true)
    }
  }

  @Test("two records in one message are two; a velocity is not integrated; the mean can be taken off")
  func readings() throws {
    let bench = try FormatBench(
      template: """
        payload: { format: json, each: $ }
        timestamp: { path: t, format: epoch-s }
        signals:
          p: { kind: gauge, unit: mm/s, path: d, expected-interval: 1 h,
            waveform: { encoding: json, sample-rate: 1 kHz, unit: in/s, feature: peak, remove-mean: true } }
          v: { kind: gauge, unit: mm/s, path: d, expected-interval: 1 h,
            waveform: { encoding: json, sample-rate: 1 kHz, unit: in/s, feature: rms-velocity, band: [50 Hz, 500 Hz] } }
        """)
    let record = { (size: Int) in
      "[" + (0..<500).map { String(100 + size * [0, 1, 0, -1][$0 % 4]) }.joined(separator: ",") + "]"
    }
    let values = values(bench.decode(#"[{"t":1763700001,"d":\#(record(1))},{"t":1763700002,"d":\#(record(3))}]"#))
    try #require(values.count == 4)
    #expect(abs(values[0] - 25.4) < 1e-6 && abs(values[2] - 76.2) < 1e-6)
    #expect(abs(values[1] - 25.4 / 2.0.squareRoot()) < 1e-3 && abs(values[3] - 76.2 / 2.0.squareRoot()) < 1e-3)
  }

  @Test("an asset changes only what it names")
  func override() throws {
    let bench = try FormatBench(
      template: """
        signals:
          v: { kind: gauge, unit: mm/s, path: d, expected-interval: 1 h,
            waveform: { encoding: json, sample-rate: 1 kHz, unit: g, feature: rms-velocity, band: [10 Hz, 400 Hz] } }
        """, asset: "signals: { v: { waveform: { sample-rate: 2560 Hz, band: [2 Hz, 1 kHz] } } }")
    let waveform = try #require(bench.site.assets[0].topics[0].fields[0].waveform)
    #expect(waveform.sampleRate == .fixed(ScaledInteger(2560)) && waveform.lowest == ScaledInteger(2))
    #expect(waveform.encoding == .numbers && waveform.unit == "g")
  }
}
