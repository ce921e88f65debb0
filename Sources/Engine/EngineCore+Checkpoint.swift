import Journal
import Rules
import Telemetry

/// Keys of the saved state: `engine`, `asset/<name>` and, for what rules save, `asset/<name>/rule/<key>`, with the
/// asset's stable name: the id that it had first; `site` and `site/rule/<key>` of the rules over the whole site.
extension EngineCore {
  private static let engineKey = "engine"
  private static let version: UInt8 = 1

  private func key(_ asset: Int) -> String { "asset/\(stateNames[asset])" }

  mutating func checkpoint() -> Checkpoint {
    dirty.sort()
    let chunks = history.takeChunks(of: dirty)
    var state = saved.take()
    var oldestBlocks: [(asset: UInt32, block: Int64)] = []
    for asset in dirty {
      if let block = history.trim(asset) { oldestBlocks.append((history.assets[asset].number, block)) }
      state.append((key(asset), encode(asset)))
      marked[asset] &= ~Self.dirtyBit
    }
    dirty.removeAll(keepingCapacity: true)
    if let entry = siteState() { state.append(entry) }
    state.append((Self.engineKey, encodeEngine()))
    state.sort { $0.key < $1.key }
    let floor = site.assets.indices.map { history.floor($0) }.min() ?? plant
    var checkpoint = Checkpoint(
      position: position, state: state, history: chunks, counts: counts, oldestBlock: HistoryBlock.number(floor))
    checkpoint.oldestBlocks = oldestBlocks
    return checkpoint
  }

  mutating func restore() throws {
    if let bytes = try saved.read(Self.engineKey) {
      try restoring(Self.engineKey, bytes) { try $1.restoreEngine(from: &$0) }
    }
    for asset in site.assets.indices {
      if let bytes = try saved.read(key(asset)) {
        try restoring(key(asset), bytes) { try $1.restore(asset, from: &$0) }
      }
      // A rule may wait for something before it has any state: a device never heard of is missed too.
      touch(asset)
      marked[asset] &= ~Self.dirtyBit
    }
    dirty.removeAll()
    try restoreSite()
    readDeadlines()
  }

  // MARK: The engine's own state

  private func encodeEngine() -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.version)
    writer.varint(UInt64(bitPattern: position))
    writer.timestamp(plant)
    writer.string(configurationHash ?? "")
    counts.encode(into: &writer)
    clockFindings.encode(into: &writer)
    writer.varint(clocks.count)
    for (connection, clock) in zip(site.connections, clocks) {
      writer.string(connection.name)
      clock.encode(into: &writer)
    }
    return writer.bytes
  }

  private mutating func restoreEngine(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "version 1") }
    position = Int64(bitPattern: try reader.varint())
    let plant = try reader.timestamp()
    if plant != .distantPast { setPlantClock(plant) }
    let hash = try reader.string()
    configurationHash = hash.isEmpty ? nil : hash
    counts = try EngineCounts(from: &reader)
    try clockFindings.restore(from: &reader)
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      var clock = ConnectionClock(maximumWait: limits.maximumWait, marksAreOrdered: site.clock == .messages)
      try clock.restore(from: &reader)
      if let place = site.connections.firstIndex(where: { $0.name == name }) { clocks[place] = clock }
    }
  }

  // MARK: An asset's state

  private func encode(_ asset: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.byte(Self.version)
    history.assets[asset].stored.encode(into: &writer)
    var lasts = strangers[asset]
    for id in history.assets[asset].series where series[Int(id.rawValue)].last != .min {
      lasts.append((id.rawValue, series[Int(id.rawValue)].last))
    }
    lasts.sort { $0.series < $1.series }
    writer.varint(lasts.count)
    var previous: (series: UInt32, last: Int64) = (0, 0)
    for entry in lasts {
      writer.varint(UInt64(entry.series &- previous.series))
      writer.zigzag(entry.last &- previous.last)
      previous = entry
    }
    writer.varint(rulesOfAsset[asset].count)
    for rule in rulesOfAsset[asset] {
      writer.string(ruleNames[rule])
      var state = ByteWriter()
      rules[rule].encodeState(into: &state)
      writer.blob(state.bytes)
    }
    encodeOutages(asset, into: &writer)
    return writer.bytes
  }

  private mutating func restore(_ asset: Int, from reader: inout ByteReader) throws {
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "version 1") }
    let stored = try BlockRuns(from: &reader)
    var latest = Int64.min
    var previous: (series: UInt32, last: Int64) = (0, 0)
    for _ in 0..<(try reader.count()) {
      previous.series &+= UInt32(truncatingIfNeeded: try reader.varint())
      previous.last &+= try reader.zigzag()
      latest = max(latest, previous.last)
      let number = Int(previous.series)
      if number < series.count, series[number].asset == Int32(asset) {
        series[number].last = previous.last
      } else {
        strangers[asset].append(previous)
      }
    }
    history.restore(stored: stored, last: Timestamp(nanoseconds: latest), asset: asset)
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      let bytes = Array(try reader.blob())
      // A rule that the asset no longer has loses its state.
      guard let rule = rulesOfAsset[asset].first(where: { ruleNames[$0] == name }) else { continue }
      let fresh = rules[rule]
      var own = ByteReader(bytes)
      do {
        try rules[rule].restoreState(from: &own)
      } catch {
        // After a change of the configuration (a meter has another register now) the old state may mean nothing to the
        // rule: it begins anew. Without a change the bytes are damaged.
        guard let hash = configurationHash, hash != site.hash else { throw error }
        rules[rule] = fresh
        restarted.append(rule)
      }
    }
    try restoreOutages(asset, from: &reader)
  }

  mutating func restoring(
    _ key: String, _ bytes: [UInt8], _ body: (inout ByteReader, inout Self) throws -> Void
  ) throws {
    var reader = ByteReader(bytes)
    do {
      try body(&reader, &self)
    } catch let error as ByteReaderError {
      throw EngineError.damagedState(key: key, error)
    }
  }
}
