import Telemetry
import Testing

@testable import Templates

@Suite("Mistakes in payload formats and waveforms")
struct PayloadMistakeTests {
  private static func configuration(template: String, asset: String) -> String {
    """
    gateway: { id: g }
    zone: UTC
    broker: { host: h }
    templates:
      mine: { \(template) }
    assets:
      - { id: m1, template: mine, \(asset) }
    """
  }

  private static let gauge = "kind: gauge, unit: mm/s, path: \"1\", expected-interval: 1 s"
  private static let plain = "signals: { v: { \(gauge) } }"

  /// § marks the place that the message names.
  @Test(
    "every mistake names its place, what is wrong and the remedy",
    arguments: [
      ("payload: §cvs, \(plain)", "topic: t", "must be a payload format", "\"csv\""),
      ("payload: §{ decimal: comma }, \(plain)", "topic: t", "\"format\" is missing", "json"),
      ("payload: { format: csv, §seperator: x }, \(plain)", "topic: t", "unknown key \"seperator\"", "\"separator\""),
      (
        "payload: { format: json, §header: true }, \(plain)", "topic: t", "does not fit the payload format json", "each"
      ),
      ("payload: { format: csv, separator: §\"ab\" }, \(plain)", "topic: t", "one character", "tab"),
      (
        "payload: { format: csv, separator: §\",\", decimal: comma }, \(plain)", "topic: t", "separator and decimal",
        "\";\""
      ),
      ("payload: { format: text, decimal: §dot }, \(plain)", "topic: t", "decimal mark", "point"),
      ("payload: { format: json, each: §a..b }, \(plain)", "topic: t", "path of a payload field", "by dots"),
      (
        "payload: { format: name-value, quality: §{ path: q } }, \(plain)", "topic: t", "\"good\" is missing",
        "words for a good reading"
      ),
      (
        "payload: csv, signals: { v: { kind: gauge, unit: mm/s, path: temp, expected-interval: 1 s } }", "topic: §t",
        "without a header", "header: true"
      ),
      ("timestamp: { path: t, format: epoch-ms, §nanoseconds: n }, \(plain)", "topic: t", "whole seconds", "epoch-s"),
      ("timestamp: { path: t, format: §iso-local }, \(plain)", "topic: t", "time format", "\"iso8601-local\""),
      ("signals: { v: { \(gauge), §payload: text } }", "topic: t", "needs a topic of its own", "subtopic"),
      ("signals: { v: { \(gauge), subtopic: §/a } }", "topic: t", "rest of a topic", "emeter/0/power"),
      ("signals: { v: { \(gauge), subtopic: §a/+ } }", "topic: t", "rest of a topic", "without wildcards"),
      (plain, "topic: t, signals: { v: { §payload: text } }", "needs a topic of its own", "`topic: …`"),
      (
        "signals: { v: { \(gauge), subtopic: a }, w: { \(gauge), subtopic: a, payload: text } }", "topic: §t",
        "two payload formats", "the same `payload:`"
      ),
      ("signals: { v: { \(gauge), subtopic: a/b } }", "place: x", "\"topic\" is missing", "before \"/a/b\""),
      (
        "signals: { v: { kind: gauge, unit: 1, path: §\"a[b=\", expected-interval: 1 s } }", "topic: t", "path of a",
        "[name=temp]"
      ),
      // Waveforms
      (waveform("encoding: §int8"), "topic: t", "waveform encoding", "int16-le"),
      (waveform("encoding: json, unit: g, feature: rms"), "topic: t", "\"sample-rate\" is missing", "25.6 kHz"),
      (
        waveform("encoding: json, unit: g, feature: rms, sample-rate: §1000"), "topic: t", "frequency with its unit",
        "10 Hz"
      ),
      (waveform("encoding: json, unit: g, feature: rms, sample-rate: §0 Hz"), "topic: t", "greater than 0", "10 Hz"),
      (
        waveform("encoding: json, unit: §bar, feature: rms, sample-rate: 1 kHz"), "topic: t",
        "acceleration or a velocity", "m/s²"
      ),
      (
        waveform("encoding: json, unit: g, §feature: rms, sample-rate: 1 kHz"), "topic: t",
        "is in g, but \"v\" is in mm/s", "unit: g"
      ),
      (
        waveform("encoding: json, unit: g, feature: rms-velocity, sample-rate: 1 kHz"), "topic: t",
        "\"band\" is missing", "band: ["
      ),
      (
        waveform("encoding: json, unit: g, feature: rms-velocity, sample-rate: 1 kHz, band: §[100 Hz, 10 Hz]"),
        "topic: t",
        "lower one first", "band: [10 Hz"
      ),
      (
        waveform("encoding: json, unit: g, feature: rms-velocity, sample-rate: 1 kHz, §band: [10 Hz, 600 Hz]"),
        "topic: t",
        "half the sample rate", "500.0 Hz"
      ),
      (
        waveform("encoding: json, unit: mm/s, feature: peak, sample-rate: 1 kHz, §band: [10 Hz, 60 Hz]"), "topic: t",
        "has no band", "Remove it"
      ),
      (
        waveform("encoding: json, unit: mm/s, feature: envelope-line, sample-rate: 1 kHz, band: [10 Hz, 60 Hz]"),
        "topic: t",
        "\"line\" is missing", "107.4 Hz"
      ),
      (
        waveform("encoding: json, unit: mm/s, feature: peak, sample-rate: 1 kHz, §line: 5 Hz"), "topic: t",
        "only the feature envelope-line", "Remove it"
      ),
      (
        waveform("encoding: json, unit: g, feature: crest, sample-rate: 1 kHz, scale: §0"), "topic: t", "other than 0",
        "0.000598"
      ),
      (
        "signals: { v: { kind: register, counts: active-energy-import, unit: kWh, resolution: 1, path: x, "
          + "expected-interval: 1 s, §waveform: { encoding: json } } }", "topic: t", "only a gauge", "Remove"
      ),
      (
        waveform("encoding: json, unit: mm/s, feature: rms, sample-rate: 1 kHz"),
        "topic: t, signals: { v: { §unit: in/s } }", "the unit of a waveform", "Remove"
      ),
    ])
  func mistake(_ template: String, _ asset: String, _ message: String, _ remedy: String) throws {
    let marked = Self.configuration(template: template, asset: asset)
    let found = mistakes(marked.replacing("§", with: ""))
    let error = try #require(found.first { $0.message.contains(message) }, "\(found)")
    #expect(error.suggestion.contains(remedy), "\(error)")
    guard let mark = marked.firstIndex(of: "§") else { return }
    let before = marked[..<mark].split(separator: "\n", omittingEmptySubsequences: false)
    #expect(error.line == before.count, "\(error)")
    #expect(error.column == (before.last?.count ?? 0) + 1, "\(error)")
  }

  private static func waveform(_ keys: String) -> String {
    "signals: { v: { \(gauge), waveform: { \(keys) } } }"
  }

  @Test("paths are read as they are written")
  func paths() {
    for (text, steps) in [
      ("a.b.0", ["a", "b", "0"]), ("$.a[3].b", ["a", "3", "b"]), ("$", []), ("[n=x].v", ["[n=x]", "v"]),
      ("a[n=x][2].b", ["a", "[n=x]", "2", "b"]), ("'a.b'.c", ["a.b", "c"]), ("'it''s'.x", ["it's", "x"]),
      ("a[id='x]y'].v", ["a", "[id=x]y]", "v"]), ("em:0.voltage", ["em:0", "voltage"]), ("$[0]", ["0"]),
      ("ns=2;s=a", ["ns=2;s=a"]), ("a[id=x.y].v", ["a", "[id=x.y]", "v"]),
    ] {
      let path = FieldPath(text: text)
      #expect(path?.steps == steps, "\(text)")
      #expect(path.flatMap { FieldPath(text: $0.description) } == path, "\(text)")
    }
    for text in [
      "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[x]", "a[-1]", "a]", "a[=x]", "a[n=]", "'a", "''", "a[1]b",
      "[a=1][b=2][c=3][d=4][e=5].x", "a.[n=x]", "'[a=b]'",
    ] {
      #expect(FieldPath(text: text) == nil, "\(text)")
    }
  }
}
