/// Which blocks may hold an event of an identity: four bytes an event.
///
/// It keeps 32 bits of each identity. A block that holds the event is always named; one that does not is named
/// once in about fifty thousand questions of a station with an event a second, and the block itself decides.
struct EventMemory {
  /// By block; the marks are sorted.
  private var blocks: [(block: Int64, marks: [UInt32])] = []

  mutating func insert(_ identity: UInt64, block: Int64) {
    var place = blocks.count
    while place > 0, blocks[place - 1].block > block { place -= 1 }
    if place == 0 || blocks[place - 1].block != block {
      // The one before is usually full: nothing more comes for it.
      if place > 0, place == blocks.count { Self.fit(&blocks[place - 1].marks) }
      blocks.insert((block, [Self.mark(identity)]), at: place)
      return
    }
    let mark = Self.mark(identity)
    let position = Self.position(mark, in: blocks[place - 1].marks)
    let count = blocks[place - 1].marks.count
    if count == blocks[place - 1].marks.capacity { blocks[place - 1].marks.reserveCapacity(count + count / 4 + 8) }
    blocks[place - 1].marks.insert(mark, at: position)
  }

  /// The newest block from `oldest` up to `newest` that may have the identity.
  func block(of identity: UInt64, from oldest: Int64, through newest: Int64 = .max) -> Int64? {
    let mark = Self.mark(identity)
    var place = blocks.count
    while place > 0, blocks[place - 1].block >= oldest {
      place -= 1
      guard blocks[place].block <= newest else { continue }
      let marks = blocks[place].marks
      let position = Self.position(mark, in: marks)
      if position < marks.count, marks[position] == mark { return blocks[place].block }
    }
    return nil
  }

  mutating func trim(before oldest: Int64) {
    guard let first = blocks.first, first.block < oldest else { return }
    blocks.removeAll { $0.block < oldest }
  }

  private static func mark(_ identity: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: identity ^ (identity >> 32))
  }

  private static func fit(_ marks: inout [UInt32]) {
    guard marks.capacity > marks.count + 8 else { return }
    var fitting: [UInt32] = []
    fitting.reserveCapacity(marks.count)
    fitting += marks
    marks = fitting
  }

  private static func position(_ mark: UInt32, in marks: [UInt32]) -> Int {
    var low = 0
    var high = marks.count
    while low < high {
      let middle = (low + high) / 2
      if marks[middle] < mark { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
