import Journal
import Telemetry
import Templates

@testable import Ingest

// The payload formats, each with signals of every kind.
extension FuzzTarget {
  static let payloads: [FuzzTarget] = [
    payload(
      "json",
      "message-id: id\ntimestamp: { path: t, format: epoch-s }\nsignals:\n"
        + signals(temp: "values[name=temp].value", energy: "e.total", state: "list.1") + event,
      [
        #"{"id":"m-1","t":1763713500.5,"unit":"SN-1","step":"s\u00e9al","attempt":2,"verdict":"fail","defects":["a","b\n",3],"e":{"total":"126238.29"},"list":[1,"on",{"x":[]}],"values":[{"name":"temp","value":21.5},{"value":7,"name":"x"}]}"#,
        #"{"t":"1763713500","values":[{"name":"temp","value":"21.5"},{"name":"temp","value":null}],"e":{"total":12345678901234567890.123}}"#,
      ]),
    payload(
      "readings",
      "payload: { format: json, each: r, decimal: comma }\nmessage-id: id\n"
        + "timestamp: { path: t, nanoseconds: n, format: epoch-s }\nsignals:\n" + signals() + event,
      [
        #"{"r":[{"t":1763700001,"n":5,"temp":1,"e":"7,25"},{"t":"1763700002","n":"999999999","temp":"2,5","s":"ON"},null,{"t":1763700003,"id":"a","verdict":"OK","unit":"u"}]}"#,
        #"{"r":{"t":1763700001,"temp":1}}"#,
      ]),
    payload(
      "text", "payload: { format: text, decimal: comma }\nsignals:\n" + signals(path: "$"),
      ["21,5 °C", "ON", "126238,29kWh", "-3e1", " NaN\n", "70 °F"]),
    payload(
      "csv",
      "payload: { format: csv, separator: \";\", header: true, decimal: comma }\nmessage-id: id\n"
        + "timestamp: { path: t, format: iso8601-local }\nsignals:\n" + signals() + event,
      [
        "t;temp;e;s\n2026-11-21 08:15:00;21,5 °C;7;ON\r\n\n2026-11-21T08:16:00+08:00;\"22,0\";\"8\";off\n",
        "\u{FEFF}id;\"t\";verdict;unit;step\n1;2026-11-21 08:15:00;\"a \"\"b\"\"; c\nd\";x;y\n2;2026-11-21 08:15:01;OK;;\n",
      ]),
    payload(
      "senml", "payload: senml\nsignals:\n" + signals(energy: "power#s") + event,
      [
        #"[{"bn":"urn:dev:1:","bt":1763700000.5,"bu":"Cel","bver":5,"n":"temp","v":21.5},{"n":"s","vb":true,"t":1},{"n":"verdict","vs":"O\u004b","t":1},{"n":"power","u":"W","s":7200000,"t":2}]"#,
        #"[{"n":"temp","v":1,"t":-5},{"bv":20,"n":"temp","v":2.5e-3,"t":-4}]"#,
      ]),
    payload(
      "name-value",
      """
      payload: { format: name-value, each: entries, name: alias, readings: values, value: v.d, unit: u,
        quality: { path: q, good: [GOOD, "192"], uncertain: poor } }
      timestamp: { path: ts.s, nanoseconds: ts.n, format: epoch-s }
      signals:

      """ + signals() + event,
      [
        #"{"entries":[{"alias":"temp","u":"°C","values":[{"v":{"d":1.5},"ts":{"s":1763700001,"n":500000000},"q":"GOOD"},{"v":{"d":2},"ts":{"s":1763700002},"q":"poor"}]},{"alias":"e","values":[{"v":{"d":"7.25"},"ts":{"s":1763700001,"n":"500000000"},"q":192}]},{"alias":"verdict","values":[{"v":{"d":"OK"},"ts":{"s":1763700003}}]}]}"#
      ]),
    payload(
      "waveform", waveforms,
      [
        #"{"fs":2560,"temp":21.5,"a":[\#((0..<300).map { String($0 % 7 - 3) }.joined(separator: ","))]}"#,
        #"{"fs":"2560","b":"\#(String(repeating: "AAABAAIAAQAAAP//\\/v///wAA", count: 30))"}"#,
        #"{"fs":1e3,"c":"\#(String(repeating: "AACAPwAAgL8AAAAA", count: 60))"}"#,
      ]),
  ]

  private static func signals(
    temp: String = "temp", energy: String = "e", state: String = "s", path: String? = nil
  ) -> String {
    """
      temp: { kind: gauge, unit: °C, path: "\(path ?? temp)", range: [-40, 250], expected-interval: 10 s }
      fahrenheit: { kind: gauge, unit: K, payload-unit: °C, path: "\(path ?? temp)", expected-interval: 10 s }
      e: { kind: register, counts: active-energy-import, unit: kWh, path: "\(path ?? energy)", resolution: 0.01,
        range: [0, 1e9], expected-interval: 1 min }
      mega: { kind: register, counts: active-energy-import, unit: kWh, payload-unit: MJ, path: "\(path ?? energy)",
        resolution: 0.000001, expected-interval: 1 min }
      s: { kind: state, path: "\(path ?? state)", expected-interval: 1 min,
        states: { off: ["OFF", "0", "false"], on: ["ON", "1", "true"] } }

    """
  }

  private static let event = """
      inspection:
        kind: event
        expected-interval: 1 min
        attributes: { verdict: { path: verdict, required: false }, unit: unit, step: step, attempt: attempt,
          defect: defects }

    """

  private static let waveforms = """
    signals:
      temp: { kind: gauge, unit: °C, path: temp, expected-interval: 10 s }
      v: { kind: gauge, unit: mm/s, path: a, expected-interval: 1 h, waveform: { encoding: json,
        sample-rate: { path: fs }, unit: g, feature: rms-velocity, band: [10 Hz, 1 kHz] } }
      c: { kind: gauge, unit: 1, path: a, expected-interval: 1 h,
        waveform: { encoding: json, sample-rate: { path: fs }, unit: g, feature: crest, remove-mean: true } }
      e: { kind: gauge, unit: g, path: a, expected-interval: 1 h, waveform: { encoding: json,
        sample-rate: { path: fs }, unit: g, feature: envelope-line, band: [100 Hz, 1 kHz], line: 50 Hz } }
      k: { kind: gauge, unit: 1, path: b, expected-interval: 1 h,
        waveform: { encoding: int16-le, sample-rate: { path: fs }, unit: g, feature: kurtosis } }
      r: { kind: gauge, unit: mm/s, path: c, expected-interval: 1 h, waveform: { encoding: float32-le,
        sample-rate: { path: fs }, unit: in/s, feature: rms, band: [20 Hz, 200 Hz] } }

    """

  /// - Parameter template: the body of the template of the only asset, on topic `t`.
  private static func payload(_ name: String, _ template: String, _ corpus: [String]) -> FuzzTarget {
    FuzzTarget(name: name, corpus: { corpus.map { Array($0.utf8) } }) {
      let body = template.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
      let site = try SiteLoader.load(
        text: """
          gateway: { id: g }
          zone: Europe/Berlin
          broker: { host: h }
          templates:
            mine:
          \(body)
          assets:
            - { id: m1, template: mine, topic: t }
          """, file: name, devices: [])
      let decoder = Decoder(
        site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
        connectionName: site.connections[0].name)
      for (index, good) in corpus.enumerated() {
        let batch = decode(decoder, Array(good.utf8))
        guard batch.counts.decoded == 1 || name == "text" else {
          throw BadCorpus(description: "\(index): \(batch.quarantined.first?.detail ?? "")")
        }
      }
      return { input, _ in check(decoder, input) }
    }
  }

  struct BadCorpus: Error {
    var description: String
  }

  private static let received = Timestamp(seconds: 1_763_700_000)

  private static func decode(_ decoder: Decoder, _ payload: [UInt8]) -> Batch {
    var batch = Batch()
    [UInt8(ascii: "t")].withUnsafeBufferPointer { topic in
      payload.withUnsafeBufferPointer { payload in
        decoder.decode(topic: topic, payload: payload, received: received, into: &batch)
      }
    }
    return batch
  }

  /// Everything is accounted for, nothing is refused without a reason, and what is taken is usable.
  private static func check(_ decoder: Decoder, _ input: [UInt8]) -> String? {
    let batch = decode(decoder, input)
    guard batch.counts.received == 1, batch.counts.payloadBytes == input.count,
      batch.counts.decoded + batch.quarantined.count == 1
    else { return "the counts do not add up: \(batch.counts), \(batch.quarantined.count) quarantined" }
    if let message = batch.quarantined.first {
      guard batch.samples.isEmpty, batch.entries.isEmpty else { return "a refused message left something behind" }
      guard !message.detail.isEmpty, message.detail.utf8.count < 2000 else { return "no usable detail" }
      guard message.payload == input || message.payload.count == 64 << 10 else { return "the payload was not kept" }
      var again = Batch()
      if message.payload == input, decoder.retry(message, into: &again)?.reason != message.reason {
        return "tried again, it is another reason than \(message.reason)"
      }
      return nil
    }
    var count = 0
    for entry in batch.entries { if case .samples(let range) = entry { count += range.count } }
    guard count == batch.samples.count else { return "entries name \(count) of \(batch.samples.count) samples" }
    if batch.entries.isEmpty { return "decoded, but nothing came of it" }
    for sample in batch.samples {
      if case .double(let value) = sample.value, !value.isFinite, !sample.quality.isBad {
        return "a usable sample is \(value)"
      }
      let isPossible = DecoderCore.isPlausible(sample.time) || DecoderCore.isLost(sample.time)
      if sample.quality == .good, !isPossible { return "a sample of \(sample.time)" }
    }
    return decode(decoder, input).samples == batch.samples || batch.samples.contains { isNaN($0) }
      ? nil : "the same bytes give other samples"
  }

  private static func isNaN(_ sample: Sample) -> Bool {
    if case .double(let value) = sample.value { value.isNaN } else { false }
  }
}
