/// The identities of an asset's events and the block that each is in: eight bytes an event.
struct EventMemory {
  /// By block; the identities are sorted.
  private var blocks: [(block: Int64, identities: [UInt64])] = []

  mutating func insert(_ identity: UInt64, block: Int64) {
    var place = blocks.count
    while place > 0, blocks[place - 1].block > block { place -= 1 }
    if place == 0 || blocks[place - 1].block != block {
      blocks.insert((block, [identity]), at: place)
      return
    }
    let position = Self.position(identity, in: blocks[place - 1].identities)
    blocks[place - 1].identities.insert(identity, at: position)
  }

  /// The newest block ≥ `oldest` that has the identity.
  func block(of identity: UInt64, from oldest: Int64) -> Int64? {
    var place = blocks.count
    while place > 0, blocks[place - 1].block >= oldest {
      place -= 1
      let identities = blocks[place].identities
      let position = Self.position(identity, in: identities)
      if position < identities.count, identities[position] == identity { return blocks[place].block }
    }
    return nil
  }

  mutating func trim(before oldest: Int64) {
    guard let first = blocks.first, first.block < oldest else { return }
    blocks.removeAll { $0.block < oldest }
  }

  private static func position(_ identity: UInt64, in identities: [UInt64]) -> Int {
    var low = 0
    var high = identities.count
    while low < high {
      let middle = (low + high) / 2
      if identities[middle] < identity { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
