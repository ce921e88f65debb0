import Equipment
import RuleBench
import Testing

@Suite struct GroupHealthTests {
  private static func group(_ list: [(Double?, Double)]) -> GroupHealth {
    GroupHealth(list.enumerated().map { .init(asset: "m\($0.offset)", health: $0.element.0, weight: $0.element.1) })
  }

  @Test func theWeakestDecidesByItsWeight() {
    #expect(Self.group([]).health == nil)
    #expect(Self.group([(nil, 1)]).health == nil)
    #expect(Self.group([(100, 1), (100, 0.5)]).weakest == nil)
    let line = Self.group([(90, 1), (40, 0.5), (nil, 1), (80, 0.8)])
    #expect(line.health == 70 && line.weakest == "m1" && line.machines == 4 && line.known == 3)
    // A machine that matters more counts more.
    #expect(Self.group([(60, 1), (40, 0.5)]).weakest == "m0")
  }

  @Test func moreMachinesNeverMakeItBetter() {
    var random = Seeded(state: 21)
    for _ in 0..<200 {
      var list: [(Double?, Double)] = []
      var before = 100.0
      for _ in 0..<6 {
        let isKnown = Int.random(in: 0..<5, using: &random) > 0
        list.append(
          (isKnown ? Double.random(in: 0...100, using: &random) : nil, Double.random(in: 0.1...1, using: &random)))
        let health = Self.group(list).health ?? 100
        #expect(health <= before && health >= 0)
        before = health
      }
    }
  }

  @Test func criticalityWeighs() {
    var asset = Sites.one([]).assets[0]
    asset.criticality = .low
    #expect(GroupHealth([.init(asset, health: 40)]).health == 70)
    asset.criticality = .safety
    #expect(GroupHealth([.init(asset, health: 40)]).health == 40)
  }
}
