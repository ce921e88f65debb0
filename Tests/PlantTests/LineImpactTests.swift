import Plant
import Telemetry
import Testing

@Suite("What a failure does to its line") struct LineImpactTests {
  private static let begin = Timestamp(rfc3339: "2026-11-18T06:00:00Z") ?? .distantPast
  private static let line = LineTopology(
    name: "line-1", cycle: .seconds(30),
    stations: [
      .init(assets: ["press-1"]), .init(assets: ["weld-1", "weld-2"], buffer: .pieces(40)),
      .init(assets: ["oven-1"], buffer: .time(.minutes(12))), .init(assets: ["pack-1"]),
    ])
  private static let failure = LineImpact.Times(p10: begin, p50: begin + .hours(10), p90: nil)

  @Test func theBuffersDrain() throws {
    let impact = try #require(LineImpact.of("press-1", failure: Self.failure, in: [Self.line]).first)
    #expect(impact.lost == 1)
    #expect(impact.drain == .minutes(32))
    #expect(impact.starving.map(\.after) == [.minutes(20), .minutes(32), .minutes(32)])
    #expect(impact.stops == .init(p10: Self.begin + .minutes(32), p50: Self.begin + .minutes(632), p90: nil))
    #expect(impact.notes.isEmpty)
  }

  @Test func theLastStationStopsItAtOnce() throws {
    let impact = try #require(LineImpact.of("pack-1", failure: Self.failure, in: [Self.line]).first)
    #expect(impact.stops == Self.failure)
    #expect(impact.starving.isEmpty)
  }

  @Test func ofTwoBesideEachOtherOneGoesOn() throws {
    let impact = try #require(LineImpact.of("weld-2", failure: Self.failure, in: [Self.line]).first)
    #expect(impact.lost == 0.5)
    #expect(impact.stops == nil)
    #expect(impact.starving.isEmpty)
  }

  @Test func withoutARateABufferOfPiecesIsEmpty() throws {
    var line = Self.line
    line.cycle = nil
    let impact = try #require(LineImpact.of("press-1", failure: Self.failure, in: [line]).first)
    #expect(impact.drain == .minutes(12))
    #expect(impact.notes.count == 1)
  }

  @Test func ofNoLine() { #expect(LineImpact.of("pump-9", failure: Self.failure, in: [Self.line]).isEmpty) }
}
