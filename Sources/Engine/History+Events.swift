import Telemetry

extension History {
  func insert(_ event: Event, asset: Int) {
    assets[asset].events.insertInOrder(event)
    assets[asset].memory?.insert(event.identity, block: HistoryBlock.number(event.time))
    unsaved += 1
  }

  func events(asset: Int, series: SeriesID, from: Timestamp, to: Timestamp) throws -> [Event] {
    let from = max(from, floor(asset))
    guard from < to else { return [] }
    var found: [Event] = []
    try forEachBlock(asset, from, to) { block in
      found.append(contentsOf: block.events.between(from, to).lazy.filter { $0.series == series })
    }
    let young = assets[asset].events.between(from, to).filter { $0.series == series }
    let inOrder = found.isEmpty || young.isEmpty || found[found.count - 1].isBefore(young[0])
    found += young
    if !inOrder { found.sort { $0.isBefore($1) } }
    return found
  }

  /// The accepted event of this identity: in the memory of identities, or at the event's own time within the horizon.
  func event(like event: Event, asset: Int) throws -> Event? {
    try remember(asset)
    let own = HistoryBlock.number(event.time)
    let oldest = oldestRemembered
    assets[asset].memory?.trim(before: oldest)
    var known = assets[asset].memory?.block(of: event.identity, from: oldest)
    while let number = known {
      if let found = try self.event(event.identity, asset: asset, block: number) { return found }
      // Another event with the same mark, or a block that could not be decoded.
      known = assets[asset].memory?.block(of: event.identity, from: oldest, through: number - 1)
    }
    // The memory has every event from `oldest` on: who is not in it is new.
    return own >= oldest ? nil : try self.event(event.identity, asset: asset, block: own)
  }

  private func event(_ identity: UInt64, asset: Int, block number: Int64) throws -> Event? {
    let start = HistoryBlock.start(number)
    let end = HistoryBlock.start(number + 1)
    if let found = assets[asset].events.between(start, end).first(where: { $0.identity == identity }) {
      return found
    }
    guard assets[asset].stored.contains(number) else { return nil }
    return try block(asset, number).events.first { $0.identity == identity }
  }

  private var oldestRemembered: Int64 {
    plant == .distantPast ? .min : HistoryBlock.number(plant - limits.eventMemory)
  }

  /// Loads the identities of the stored events, once after the start.
  private func remember(_ asset: Int) throws {
    guard assets[asset].memory == nil else { return }
    var memory = EventMemory()
    var next = max(oldestRemembered, assets[asset].stored.first ?? 0)
    while let number = assets[asset].stored.next(next) {
      for event in try block(asset, number).events { memory.insert(event.identity, block: number) }
      next = number + 1
    }
    for event in assets[asset].events { memory.insert(event.identity, block: HistoryBlock.number(event.time)) }
    assets[asset].memory = memory
  }
}
