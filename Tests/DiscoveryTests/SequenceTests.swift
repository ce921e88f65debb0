import Telemetry
import Testing

@testable import Discovery

@Suite struct SequenceTests {
  private func patterns(_ topics: [String]) -> [String] {
    Sequences.groups(topics.map { [$0] }).map { group in
      group.topics.map { "\($0[0].pattern) \(group.first)+\(group.members.count)" } ?? topics[group.members[0]]
    }
  }

  @Test("topics that count up become one group, gaps divide them")
  func sequences() {
    #expect(patterns(["a/m1", "a/m2", "a/m3"]) == ["a/m{n} 1+3"])
    #expect(patterns(["a/m01", "a/m02", "a/m10"]) == ["a/m{n:02} 1+2", "a/m10"])
    #expect(patterns(["a/m08", "a/m09", "a/m10", "a/m11"]) == ["a/m{n:02} 8+4"])
    #expect(patterns(["l1/m1", "l1/m2", "l1/m3"]) == ["l1/m{n} 1+3"])
    #expect(patterns(["l1/x1", "l2/x2"]) == ["l{n}/x{n} 1+2"])
    #expect(patterns(["m1", "m3", "m5"]) == ["m1", "m3", "m5"])
    #expect(patterns(["a8f1/x", "b8f1/x"]) == ["a8f1/x", "b8f1/x"])
    #expect(patterns(["m0", "m1"]) == ["m{n} 0+2"])
  }

  @Test(
    "every topic is in exactly one group, and a group's pattern gives back its topics", arguments: [UInt64(5), 6, 7])
  func complete(_ seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var topics: Set<String> = []
    for _ in 0..<60 {
      topics.insert("l\(Int.random(in: 0...3, using: &random))/m\(Int.random(in: 0...20, using: &random))")
    }
    let sorted = topics.sorted()
    let groups = Sequences.groups(sorted.map { [$0] })
    #expect(groups.flatMap(\.members).sorted() == Array(sorted.indices))
    for group in groups {
      guard let numbering = group.topics?.first else { continue }
      #expect(group.members.enumerated().allSatisfy { sorted[$0.element] == numbering.text(group.first + $0.offset) })
    }
  }

  @Test("ids and places follow the numbers of their topics")
  func common() {
    #expect(Numbering.common(["press-1", "press-2"], first: 1)?.pattern == "press-{n}")
    #expect(Numbering.common(["hall-1", "hall-1"], first: 1)?.pattern == "hall-1")
    #expect(Numbering.common(["m09", "m10"], first: 9)?.pattern == "m{n:02}")
    #expect(Numbering.common(["m9", "m11"], first: 9) == nil)
  }
}
