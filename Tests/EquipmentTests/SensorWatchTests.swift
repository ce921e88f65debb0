import Equipment
import Telemetry
import Testing

@Suite struct SensorWatchTests {
  private struct Feed {
    var watch = SensorWatch(signals: 2)
    var random = SplitMix64(seed: 4)
    var minute: Int64 = 0
    var told: [SensorWatch.Trouble?] = [nil, nil]

    mutating func add(_ change: (inout [Double?]) -> Void = { _ in }) {
      var values: [Double?] = [50 + random.unit(), 3 + 0.1 * random.unit()]
      change(&values)
      let start = Timestamp(seconds: minute * 60)
      told = watch.add(
        ConditionFrame(start: start, end: start + .minutes(10), run: .running, values: values))
      minute += 10
    }
  }

  private func fed() -> Feed {
    var feed = Feed()
    for _ in 0..<200 { feed.add() }
    return feed
  }

  @Test func aGoodSensorIsNotDoubted() {
    var feed = Feed()
    for _ in 0..<2000 {
      feed.add()
      #expect(feed.told == [nil, nil])
    }
  }

  @Test func aValueThatStandsStillIsStuck() {
    var feed = fed()
    for _ in 0..<8 { feed.add { $0[0] = 50.5 } }
    #expect(feed.told == [.stuck, nil])
    feed.add()
    #expect(feed.told == [nil, nil])
  }

  @Test func aValueThatAlwaysStandsStillIsNot() {
    var feed = Feed()
    for index in 0..<400 { feed.add { $0[0] = Double(index / 20) } }
    var last: [SensorWatch.Trouble?] = []
    for index in 400..<440 {
      feed.add { $0[0] = Double(index / 20) }
      last = feed.told
    }
    #expect(last == [nil, nil])
  }

  @Test func aSilentSensorIsMissing() {
    var feed = fed()
    for _ in 0..<3 { feed.add { $0[1] = nil } }
    #expect(feed.told == [nil, .missing])
  }

  @Test func whatLeapsAndComesBackIsSpikes() {
    var feed = fed()
    for index in 0..<30 { feed.add { if index % 6 == 3 { $0[0] = 200 } } }
    #expect(feed.told[0] == .spikes && feed.told[1] == nil)
  }

  @Test func whatLeapsAloneIsAJumpAndTogetherItIsTheProcess() {
    var alone = fed()
    var together = fed()
    for step in 0..<5 {
      let small = Double(step % 3) * 0.1
      alone.add { $0[0] = 80 + small }
      together.add {
        $0[0] = 80 + small
        $0[1] = 9 + small
      }
    }
    #expect(alone.told[0] == .jump && !SensorWatch.Trouble.jump.isUseless)
    #expect(together.told == [nil, nil])
  }

  @Test func savedAndReadItIsTheSame() throws {
    var feed = fed()
    for _ in 0..<3 { feed.add { $0[1] = nil } }
    var writer = ByteWriter()
    feed.watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try SensorWatch(from: &reader) == feed.watch)
  }
}
