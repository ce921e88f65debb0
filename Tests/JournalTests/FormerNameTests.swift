import Telemetry
import Templates
import Testing

@testable import Journal

/// An asset that gets another id keeps its numbers, whatever the configurations before and after say.
@Suite struct FormerNameTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func plant(_ assets: (String, formerly: String?)...) -> Site {
    var result = site(assets.map { ($0.0, ["kwh", "kw"]) }, connections: ["plant"])
    for (place, asset) in assets.enumerated() { result.assets[place].formerly = asset.formerly }
    return result
  }

  @Test func theNumbersGoWithTheAsset() throws {
    let journal = try scratch.journal()
    let before = try journal.catalog(for: plant(("a", nil), ("old", nil)))
    let after = try journal.catalog(for: plant(("new", formerly: "old"), ("a", nil)))
    #expect(after.assetNumber(0) == before.assetNumber(1))
    #expect(after.assetNumber(1) == before.assetNumber(0))
    #expect(after.series(asset: 0, signal: 1) == before.series(asset: 1, signal: 1))
    #expect(after.stableName(0) == "old" && after.stableName(1) == "a")

    // The older configuration still means the same: what the journal has from its time is read with it.
    let again = try journal.catalog(for: plant(("old", nil)))
    #expect(again.assetNumber(0) == before.assetNumber(1))
    // And the key may go, once it has done its work.
    let later = try journal.catalog(for: plant(("new", nil)))
    #expect(later.assetNumber(0) == before.assetNumber(1))
    #expect(later.stableName(0) == "old")
  }

  @Test func aNewMachineUnderAnOldIDIsAnotherAsset() throws {
    let journal = try scratch.journal()
    let first = try journal.catalog(for: plant(("old", nil)))
    _ = try journal.catalog(for: plant(("new", formerly: "old")))
    let both = try journal.catalog(for: plant(("old", nil), ("new", nil)))
    #expect(both.assetNumber(1) == first.assetNumber(0))
    #expect(both.assetNumber(0) != first.assetNumber(0))
    #expect(both.series(asset: 0, signal: 0) != both.series(asset: 1, signal: 0))
    #expect(both.stableName(0) != both.stableName(1))
    let again = try journal.catalog(for: plant(("old", nil), ("new", nil)))
    #expect(again.assetNumber(0) == both.assetNumber(0) && again.assetNumber(1) == both.assetNumber(1))
  }

  @Test func namesCanChangeAgainAndBack() throws {
    let journal = try scratch.journal()
    let number = try journal.catalog(for: plant(("a", nil))).assetNumber(0)
    for (id, former) in [("b", "a"), ("c", "b"), ("a", "c"), ("b", "a")] {
      let catalog = try journal.catalog(for: plant((id, formerly: former)))
      #expect(catalog.assetNumber(0) == number, "\(former) → \(id)")
      #expect(catalog.stableName(0) == "a")
    }
  }

  @Test func whoeverHasAHistoryOfItsOwnKeepsIt() throws {
    let journal = try scratch.journal()
    let first = try journal.catalog(for: plant(("old", nil), ("new", nil)))
    let later = try journal.catalog(for: plant(("new", formerly: "old")))
    #expect(later.assetNumber(0) == first.assetNumber(1))
    let stranger = try journal.catalog(for: plant(("x", formerly: "never-seen")))
    #expect(stranger.stableName(0) == "x")
  }

  @Test func aCopyOfTheCatalogueKnowsTheNames() throws {
    let bytes: [UInt8]
    let number: UInt32
    do {
      let journal = try scratch.journal()
      _ = try journal.catalog(for: plant(("z", nil), ("old", nil)))
      number = try journal.catalog(for: plant(("new", formerly: "old"))).assetNumber(0)
      bytes = try journal.catalogueCopy()
      try journal.close()
    }
    let other = try Scratch()
    let journal = try other.journal()
    try journal.takeOver(catalogueCopy: bytes)
    #expect(try journal.catalog(for: plant(("new", nil))).assetNumber(0) == number)
    #expect(try journal.catalogueCopy() == bytes)
  }

  @Test func aMessageWithoutATopicIsCountedAndNotKept() throws {
    let journal = try scratch.journal()
    var batch = Batch()
    batch.counts.received = 3
    batch.quarantined = [
      QuarantinedMessage(
        connection: ConnectionID(1), topic: "t", payload: [1, 2], received: Timestamp(seconds: 1), reason: .rateLimited,
        detail: "too fast"),
      .counted(.rateLimited, connection: ConnectionID(1), received: Timestamp(seconds: 2)),
      .counted(.rateLimited, connection: ConnectionID(1), received: Timestamp(seconds: 3)),
    ]
    try journal.append(&batch)
    #expect(try journal.quarantine(limit: 9).count == 1)
    let counts = try journal.quarantineCounts()
    #expect(counts.map(\.messages) == [1, 2] && counts.map(\.state) == [.waiting, .evicted])
    var read: [Batch] = []
    try journal.forEachBatch(after: 0) { batch in
      read.append(batch)
      return true
    }
    #expect(read.first?.quarantined.map(\.reason) == [.rateLimited, .rateLimited, .rateLimited])
  }
}
