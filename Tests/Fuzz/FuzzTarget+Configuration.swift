import Telemetry

@testable import Templates

// What people write: configurations, and the small languages in them.
extension FuzzTarget {
  private static let example = """
    gateway: { id: test, data: data/test }
    zone: Asia/Shanghai
    broker: { host: 192.168.1.5, port: 1883, username: weir, password-env: SECRET, keep-alive: 30 s }
    templates:
      meter:
        timestamp: { path: ts, format: epoch-ms }
        signals:
          energy: { kind: register, counts: active-energy-import, unit: kWh, path: kwh, range: [0, 1e9],
            resolution: 0.01, modulus: 1e6, expected-interval: 1 min, required: true }
          power: { kind: gauge, unit: kW, payload-unit: W, path: "values[name=kw].v", expected-interval: 1 min }
          v: { kind: gauge, unit: mm/s, path: d, expected-interval: 1 h, waveform: { encoding: json,
            sample-rate: 2560 Hz, unit: g, feature: rms-velocity, band: [10 Hz, 1 kHz] } }
          state: { kind: state, path: s, expected-interval: 1 min, states: { off: ["0"], on: ["1"] },
            subtopic: state, payload: text }
      vision:
        payload: { format: name-value, each: tags, name: id, value: v, quality: { path: q, good: [GOOD] } }
        message-id: id
        signals:
          inspection: { kind: event, expected-interval: 1 min, attributes: { verdict: { path: v, words: { OK: [ok] } } } }
    assets:
      - { id: "m-{n:02}", count: 3, place: "cq/hall-{n}", template: meter, topic: "plant/{area}/{id}",
          rated-power: 630 kW, criticality: high, signals: { energy: { path: e.import, unit: Wh }, v: none } }
      - &a { id: v1, template: vision, topic: t, payload: { format: csv, separator: ";", header: true } }
    horizons:
      energy: { lateness: 60 s, revision: 45 d }
    energy: { window: 15 min, plausibility-factor: 1.2 }
    destinations:
      - { name: archive, file: { path: data/r.jsonl, rotate: 64 MB, keep: 8 }, records: all, assets: ["m-*"] }
      - { name: cloud, http: { url: "https://example.com/r", token-env: TOKEN }, records: [finding], assets: ["*"] }
    storage: { journal: { size: 4 GB, age: 30 d }, free-space-floor: 256 MB }
    control: { metrics-port: 9464 }

    """

  /// Damaged configurations are refused with a place and a remedy, or they survive being written down.
  static let configuration = FuzzTarget(
    name: "configuration",
    corpus: {
      let site = try SiteLoader.load(text: example, file: "example", devices: [], checkFiles: false)
      return [Array(example.utf8), Array(site.canonicalText.utf8)]
    },
    make: {
      { input, _ in
        let text = String(decoding: input, as: UTF8.self)
        do throws(ConfigurationErrors) {
          let site = try SiteLoader.load(text: text, file: "fuzz.yaml", devices: [], checkFiles: false)
          // A group may be as large as a number that was damaged.
          if site.assets.count > 100 { return nil }
          do throws(ConfigurationErrors) {
            let again = try SiteLoader.load(canonicalText: site.canonicalText)
            return again == site ? nil : "read back, it is another site:\n\(site.canonicalText)"
          } catch {
            return "the canonical text is refused: \(error)\n\(site.canonicalText)"
          }
        } catch {
          if error.errors.isEmpty { return "refused without a reason" }
          for mistake in error.errors where mistake.message.isEmpty || mistake.suggestion.isEmpty {
            return "a mistake without words: \(mistake)"
          }
          return nil
        }
      }
    })

  /// Paths, units, numbers, times, JSON documents: read or refused, and read again as they are written.
  static let words = FuzzTarget(
    name: "words",
    corpus: {
      [
        "values[name=temp].value", "$.readings[0].value", "tags[id='Line 1.Temp]'].v", "'em:0'.'a.b'.''''", "$", "kWh",
        "m³/h", "r/min", "°F", "mm/s RMS", "126238.29", "-1.5e-2", "12 min", "4 GB", "2026-11-21T08:15:00.5+08:00",
        "2024-02-29 23:59:59Z", #"{"a":[1,2.5e3,"x\u00e9\ud83d\ude00",null,true]}"#, "plant/{area}/{id}/{n:03}",
      ].map { Array($0.utf8) }
    },
    make: {
      { input, _ in
        let text = String(decoding: input, as: UTF8.self)
        if let path = FieldPath(text: text), FieldPath(text: path.description) != path {
          return "the path \(path) is read as \(FieldPath(text: path.description)?.steps ?? [])"
        }
        if let number = ScaledInteger(text), number.exponent <= 0, number.exponent >= -18 {
          // The digits themselves may be too many to be read again with all their places.
          if let again = ScaledInteger(number.description), again != number { return "\(number) becomes \(again)" }
        }
        if let time = Timestamp(rfc3339: text), Timestamp(rfc3339: time.rfc3339UTC) != time { return "\(time) is lost" }
        if let span = QuantityText.duration(text), QuantityText.duration(QuantityText.text(span)) != span {
          return "\(span) is lost"
        }
        if let size = QuantityText.size(text), QuantityText.size(QuantityText.text(bytes: size)) != size {
          return "\(size) bytes are lost"
        }
        do throws(UnitError) { _ = try UnitCatalogue.unit(text) } catch {
          if case .unknown(let word, _) = error, word != text { return "another unit is unknown" }
        }
        do throws(NamePattern.Mistake) {
          _ = try NamePattern(text, fields: NamePattern.Field.allCases)
        } catch {
          if error.message.isEmpty || error.remedy.isEmpty { return "a mistake without words" }
        }
        do throws(JSONParseError) {
          let value = try JSONValue(parsing: input)
          let again = try JSONValue(parsing: value.canonicalBytes())
          return again.canonicalBytes() == value.canonicalBytes() ? nil : "the canonical form is not stable"
        } catch {
          return nil
        }
      }
    })
}
