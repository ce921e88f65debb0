import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct EventTests {
  static func bench(messageID: Bool = true) -> Bench {
    var bench = Bench()
    bench.timestamp = TimestampMapping(path: Bench.path("t"), format: .epochSeconds)
    bench.messageID = messageID ? Bench.path("id") : nil
    bench.addAttribute("unit", "unit")
    bench.addAttribute("step", "step")
    bench.addAttribute("attempt", "attempt")
    bench.addAttribute("verdict", "verdict", required: true)
    bench.addAttribute("defects", "defect")
    return bench
  }

  @Test("attributes in the order of the mapping, arrays repeated, numbers as they stand")
  func attributes() {
    let event = Self.bench().event(
      #"{"defects":["scra\"tch", "dent" , 7.50,null, true ,"a,]b\\"],"verdict":"fail","attempt":1e0,"unit":"SN-Ä","t":1763713500}"#
    )
    #expect(
      event?.attributes == [
        .init("unit", "SN-Ä"), .init("attempt", "1e0"), .init("verdict", "fail"), .init("defect", "scra\"tch"),
        .init("defect", "dent"), .init("defect", "7.50"), .init("defect", "true"), .init("defect", "a,]b\\"),
      ])
    #expect(event?.time == Timestamp(seconds: 1_763_713_500))
    #expect(Self.bench().event(#"{"verdict":"ok","defects":[]}"#)?.attributes == [.init("verdict", "ok")])
    #expect(Self.bench().event(#"{"verdict":"ok","defects":"dent"}"#)?.all("defect") == ["dent"])
  }

  @Test(
    "what is no event",
    arguments: [
      (#"{"unit":"x"}"#, .missingField), (#"{"verdict":null}"#, .missingField), (#"{"verdict":{}}"#, .wrongType),
      (#"{"verdict":"ok","defects":[{"code":1}]}"#, .wrongType), (#"{"verdict":"ok","defects":["a",[1]]}"#, .wrongType),
      (#"{"verdict":"ok","defects":{}}"#, .wrongType), (#"{"verdict":"ok","id":[1]}"#, .wrongType),
    ] as [(String, QuarantineReason)])
  func bad(_ payload: String, _ reason: QuarantineReason) {
    let batch = Self.bench().decode(payload)
    #expect(batch.quarantined.map(\.reason) == [reason])
    #expect(batch.entries.isEmpty)
  }

  @Test("of a list of objects every one counts; one object stands for a list of one, and who has nothing says nothing")
  func objects() {
    var bench = Bench()
    bench.addAttribute("verdict", "verdict", required: true)
    bench.addAttribute("d.[*].code", "defect")
    bench.addAttribute("d.[*].at.ref", "location")
    func all(_ payload: String) -> [[String]] {
      let event = bench.event(payload)
      return [event?.all("defect") ?? [], event?.all("location") ?? []]
    }
    #expect(
      all(
        #"{"verdict":"NG","d":[{"code":"bridge","at":{"ref":"U12"}},{"x":[1,{}],"code":7},null,"#
          + #"{"co\u0064e":"void"}]}"#)
        == [["bridge", "7", "void"], ["U12"]])
    #expect(all(#"{"d":{"code":"bridge","at":null},"verdict":"NG"}"#) == [["bridge"], []])
    #expect(all(#"{"verdict":"OK","d":[]}"#) == [[], []])
    #expect(all(#"{"verdict":"OK"}"#) == [[], []])
    for wrong in [#"["bridge"]"#, #""bridge""#, #"[{"code":{}}]"#, #"[{"code":"a"},[]]"#] {
      #expect(bench.decode(#"{"verdict":"NG","d":\#(wrong)}"#).quarantined.map(\.reason) == [.wrongType], "\(wrong)")
    }
  }

  @Test("identity: message id, else (unit, step, attempt), else (date, payload)")
  func identity() throws {
    func identity(_ payload: String, messageID: Bool = true) throws -> UInt64 {
      try #require(Self.bench(messageID: messageID).event(payload)).identity
    }
    let byID = try identity(#"{"id":"a","verdict":"ok","t":1763713500}"#)
    #expect(try byID == identity(#"{"verdict":"fail","unit":"u","id":"\u0061"}"#))
    #expect(try byID != identity(#"{"id":"b","verdict":"ok","t":1763713500}"#))
    #expect(try identity(#"{"id":7,"verdict":"ok"}"#) == identity(#"{"id":"7","verdict":"no"}"#))

    let byUnit = try identity(#"{"unit":"u","step":"s","attempt":1,"verdict":"ok","t":1763713500}"#)
    #expect(try byUnit == identity(#"{"unit":"u","step":"s","attempt":"1","verdict":"fail","t":1763713999}"#))
    #expect(try byUnit != identity(#"{"unit":"u","step":"s","attempt":2,"verdict":"ok","t":1763713500}"#))
    #expect(try byUnit != identity(#"{"unit":"us","step":"","attempt":1,"verdict":"ok","t":1763713500}"#))
    #expect(try byUnit != identity(#"{"id":"u","unit":"u","step":"s","attempt":1,"verdict":"ok"}"#))

    let byMoment = try identity(#"{"unit":"u","verdict":"ok","t":1763713500}"#)
    #expect(try byMoment == identity(#"{"unit":"u","verdict":"ok","t":1763713500}"#))
    #expect(try byMoment != identity(#"{"unit":"u","verdict":"ok","t":1763713501}"#))
    #expect(try byMoment != identity(#"{"unit":"u","verdict":"no","t":1763713500}"#))
    #expect(try identity(#"{"id":null,"unit":"u","verdict":"ok","t":1763713500}"#, messageID: true) != byMoment)
  }

  @Test("events without id and date are never taken for one another")
  func undated() {
    let decoder = Self.bench().decoder()
    var batch = Batch()
    for _ in 0..<2 { decoder.decode("plant/a", #"{"verdict":"ok"}"#, into: &batch) }
    let identities = batch.entries.compactMap { if case .event(let event) = $0 { event.identity } else { nil } }
    #expect(Set(identities).count == 2)
  }
}
