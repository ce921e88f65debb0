import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// The units of a simulated line pass its stations in their order.
@Suite struct StationLineTests {
  private struct Visit {
    var station: String
    var time: Timestamp
    var verdict: String
    var step: String
  }

  @Test("one unit a minute, at each station a minute later; sixty joints; what is rejected is repaired")
  func engineLine() throws {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: "vs-{n}", count: 50, place: "cq/engines/k19/{n}", template: ai-vision-station, topic: "m/{id}",
              expected-interval: 60 s }
          - { id: head, place: cq/engines/k19/51, template: torque-tool, topic: m/head, expected-interval: 1 s }
        """, file: "test.yaml", devices: [ReferenceDevices.folder])
    let start = try #require(Timestamp(rfc3339: "2026-11-02T06:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 5, start: start, faults: Faults())
    var units: [String: [Visit]] = [:]
    for message in plant.prefix(while: { $0.time < start + .hours(4) }) where !message.topic.hasSuffix("/review") {
      let payload = try JSONValue(parsing: message.payload)
      let unit = try #require(payload["unit"]?.stringValue)
      if message.topic == "m/head" {
        #expect(payload["torque"]?.doubleValue.map { (100..<124).contains($0) } == true)
      }
      units[unit, default: []].append(
        Visit(
          station: String(message.topic.dropFirst(2)), time: message.time,
          verdict: try #require(payload["verdict"]?.stringValue), step: try #require(payload["step"]?.stringValue)))
    }
    // Those that entered and left while it was watched.
    let whole = units.filter { Set($0.value.map(\.station)).count == 51 }
    #expect((180...192).contains(whole.count), "\(whole.count)")
    var rejected = 0
    for (unit, visits) in whole {
      let cameras = visits.filter { $0.station != "head" }
      #expect(cameras.map(\.station) == (1...50).map { "vs-\($0)" }, "\(unit)")
      #expect(Set(visits.filter { $0.station == "head" }.map(\.step)).count == 60, "\(unit)")
      guard let place = cameras.firstIndex(where: { $0.verdict == "NG" }) else { continue }
      rejected += 1
      #expect(place == cameras.endIndex - 1 || cameras[place + 1].verdict == "rework")
    }
    #expect((0...10).contains(rejected))
  }

  @Test("the named engine line: every engine passes its stations, and what goes wrong can be chosen")
  func namedLine() throws {
    let site = try SiteLoader.load(
      path: "\(ReferenceDevices.folder)/../Config/engine-line.yaml", devices: [ReferenceDevices.folder])
    let stations = site.lines[0].stations.flatMap(\.assets)
    #expect(stations.count == 57 && site.assets.count { $0.template == "ai-vision-station" } == 50)
    #expect(Set(stations) == Set(site.assets.map(\.id)))
    let start = try #require(Timestamp(rfc3339: "2026-11-02T06:00:00+08:00"))
    var course = LineCourse()
    course.rates = [.init(station: "glue-1", time: start, rate: 0.2), .init(station: "seal-2", time: start, rate: 0)]
    course.rates.append(.init(station: "seal-2", time: start + .hours(2), rate: 0.5))
    course.versions = [.init(station: "glue-2", time: start + .hours(2), model: "glue-4.0")]
    course.slips = [(station: "glue-1", time: start + .hours(1))]
    let plant = try PlantSimulation(site: site, seed: 3, start: start, faults: Faults(), course: course)
    var units: [String: [String: [JSONValue]]] = [:]
    var models: Set<String> = []
    var sealsBefore = 0
    for message in plant.prefix(while: { $0.time < start + .hours(4) }) where !message.topic.hasSuffix("/review") {
      let payload = try JSONValue(parsing: message.payload)
      let station = String(message.topic.dropFirst("engines/".count))
      units[try #require(payload["unit"]?.stringValue), default: [:]][station, default: []].append(payload)
      if station == "glue-2", let model = payload["model"]?.stringValue { models.insert(model) }
      if station == "seal-2", message.time < start + .hours(2), payload["verdict"] == "NG" { sealsBefore += 1 }
    }
    #expect(models == ["glue-3.2", "glue-4.0"] && sealsBefore == 0)
    let whole = units.filter { $0.value.count == 57 }
    #expect((160...184).contains(whole.count), "\(whole.count)")
    #expect(Set(whole.flatMap { $0.value.values.flatMap { $0.compactMap { $0["product"]?.stringValue } } }).count == 2)
    var rejected = 0
    var slipped = 0
    var retightened = 0
    for (unit, seen) in whole {
      let joints = (1...6).flatMap { seen["torque-\($0)"] ?? [] }
      // A joint that was not good is tightened again, and then is.
      let bad = joints.filter { $0["verdict"] == "NG" }.compactMap { $0["step"]?.stringValue }
      #expect(joints.count { $0["attempt"] == 1 } == 60 && joints.count == 60 + bad.count, "\(unit)")
      let again = joints.filter { $0["attempt"] == 2 && $0["verdict"] == "OK" && $0["error"] == "" }
      #expect(again.compactMap { $0["step"]?.stringValue } == bad, "\(unit)")
      retightened += bad.count
      #expect(seen["mark-1"]?.first?["parts"]?.arrayValue?.first?.stringValue?.hasPrefix("BLOCK-") == true)
      let glue = try #require(seen["glue-1"]?.first)
      guard glue["verdict"] == "NG" else { continue }
      rejected += 1
      #expect(glue["defects"]?.arrayValue?.first?["code"]?.stringValue?.hasPrefix("glue-") == true, "\(glue)")
      if seen["glue-2"]?.first?["verdict"] != "rework" { slipped += 1 }
    }
    #expect((15...60).contains(rejected) && slipped == 1, "\(rejected) \(slipped)")
    #expect(whole.contains { $0.value["seal-2"]?.first?["verdict"] == "NG" } && retightened > 0)
  }

  @Test("people look at what is rejected and at a few of the parts that pass, and judge the result that they name")
  func reviews() throws {
    let site = try SiteLoader.load(
      path: "\(ReferenceDevices.folder)/../Config/engine-line.yaml", devices: [ReferenceDevices.folder])
    let start = try #require(Timestamp(rfc3339: "2026-11-02T06:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 3, start: start, faults: Faults())
    var results: [String: (verdict: String, stamp: JSONValue?)] = [:]
    var reviews: [(key: String, payload: JSONValue, sent: Timestamp)] = []
    for message in plant.prefix(while: { $0.time < start + .hours(8) }) {
      let payload = try JSONValue(parsing: message.payload)
      let unit = try #require(payload["unit"]?.stringValue)
      if message.topic.hasSuffix("/review") {
        reviews.append(("\(message.topic.dropLast("/review".count)) \(unit)", payload, message.time))
      } else {
        results["\(message.topic) \(unit)"] = (payload["verdict"]?.stringValue ?? "", payload["ts"])
      }
    }
    #expect(Set(reviews.compactMap { $0.payload["id"]?.stringValue }).count == reviews.count)
    let words = try reviews.map { review in
      let result = try #require(results[review.key])
      #expect(result.stamp == review.payload["ts"] && review.payload["attempt"] == 1)
      let said = try #require(review.payload["ts"]?.integerValue)
      #expect(review.sent - Timestamp(seconds: said / 1000) > .minutes(9))
      return (result.verdict, try #require(review.payload["review"]?.stringValue))
    }
    #expect(words.allSatisfy { ["agree", $0.0 == "NG" ? "false-call" : "escape"].contains($0.1) }, "\(words)")
    // Of some 24,000 results one in a hundred, and the rejected ones, most of which are.
    let rejected = words.count { $0.0 == "NG" }
    #expect((150...350).contains(words.count - rejected) && (15...80).contains(rejected), "\(words.count) \(rejected)")
    #expect(words.count { $0.0 == "NG" && $0.1 == "agree" } > rejected / 2)
  }
}
