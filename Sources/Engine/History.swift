import Rules
import Telemetry

/// The accepted samples and events of all assets: what arrived since the last checkpoint in memory, the rest through
/// the reader.
///
/// A class, because rules ask it (through `RuleServices`) while the engine drives them. Its members are for
/// `History+Events.swift` too; the engine uses the functions.
final class History {
  struct AssetPart {
    /// The asset's stable number, under which its chunks are stored.
    let number: UInt32
    /// Series numbers by signal position.
    let series: [SeriesID]
    /// The longest revision horizon of its signals.
    let horizon: Span64
    /// Which blocks may have chunks in the store.
    var stored = BlockRuns()
    /// Samples at or after this time are all in memory: in `tail` or not saved yet. Slightly late samples, the usual
    /// case, then need no stored block.
    var complete: Timestamp
    /// The latest samples that a checkpoint has saved, in time order, none before `complete`.
    var tail: [Sample] = []
    /// Events that no checkpoint has saved yet, in (time, identity) order.
    var events: [Event] = []
    /// nil until the first event after the start.
    var memory: EventMemory?

    init(number: UInt32, series: [SeriesID], horizon: Span64) {
      self.number = number
      self.series = series
      self.horizon = horizon
      complete = .distantPast
    }
  }

  /// How many samples of an asset stay in memory when they are saved.
  private static let tailLength = 16

  private struct BlockKey: Hashable {
    var asset: UInt32
    var block: Int64
  }

  private let reader: any StateReader
  let limits: EngineLimits
  var assets: [AssetPart]
  /// By asset: samples of all its signals that no checkpoint has saved yet, in time order. One list for an asset, since
  /// the samples of a message come together and the place where the next ones go is then in the processor's cache.
  ///
  /// Unchecked, as `unsaved`: the engine's thread is the only one that comes here, and nothing calls back meanwhile.
  @exclusivity(unchecked)
  private var recent: [[Sample]]
  private var cache: GenerationCache<BlockKey, DecodedBlock>
  /// Samples and events in memory that no checkpoint has saved yet.
  @exclusivity(unchecked)
  var unsaved = 0
  /// Chunks that could not be decoded and were left out, since the engine last told of them; by position of the asset.
  var damage: [(asset: Int, block: Int64, error: ByteReaderError)] = []
  /// The highest mark: nothing older than an asset's horizon and look-back is answered, so that answers do not depend
  /// on when old chunks are deleted.
  var plant = Timestamp.distantPast

  init(assets: [AssetPart], reader: any StateReader, limits: EngineLimits) {
    self.assets = assets
    self.reader = reader
    self.limits = limits
    recent = Array(repeating: [], count: assets.count)
    cache = GenerationCache(bytes: limits.cachedHistoryBytes)
  }

  var cachedBytes: Int { cache.bytes }

  /// - Parameter last: time of the latest sample of the asset.
  func restore(stored: BlockRuns, last: Timestamp, asset: Int) {
    assets[asset].stored = stored
    assets[asset].complete = last + Span64(nanoseconds: 1)
  }

  /// No question reaches further back.
  func floor(_ asset: Int) -> Timestamp {
    plant == .distantPast ? plant : plant - assets[asset].horizon - limits.lookBack
  }

  // MARK: Samples

  /// A sample of a time that its series does not have yet.
  @inline(__always)
  func insert(_ sample: Sample, asset: Int) {
    // An array grows to twice its size by itself: with thousands of assets that is megabytes that nobody uses.
    let count = recent[asset].count
    if count == recent[asset].capacity { recent[asset].reserveCapacity(count + count / 4 + 8) }
    recent[asset].insertInOrder(sample)
    unsaved &+= 1
  }

  /// The accepted sample of exactly that time.
  func sample(asset: Int, series: SeriesID, at time: Timestamp) throws -> Sample? {
    if let found = recent[asset].at(time, series) { return found }
    if assets[asset].complete <= time { return assets[asset].tail.at(time, series) }
    let number = HistoryBlock.number(time)
    guard assets[asset].stored.contains(number) else { return nil }
    return try block(asset, number).samples(of: series).at(time, series)
  }

  func samples(asset: Int, series: SeriesID, from: Timestamp, to: Timestamp) throws -> [Sample] {
    let from = max(from, floor(asset))
    guard from < to else { return [] }
    var found: [Sample] = []
    if assets[asset].complete <= from {
      found = assets[asset].tail.between(from, to).filter { $0.series == series }
    } else {
      try forEachBlock(asset, from, to) { found.append(contentsOf: $0.samples(of: series).between(from, to)) }
    }
    found.merge(recent[asset].between(from, to).filter { $0.series == series })
    return found
  }

  func lastSample(asset: Int, series: SeriesID, before time: Timestamp, notBefore: Timestamp) throws -> Sample? {
    let notBefore = max(notBefore, floor(asset))
    guard notBefore < time else { return nil }
    var best = recent[asset].between(notBefore, time).last { $0.series == series }
    if let saved = assets[asset].tail.between(notBefore, time).last(where: { $0.series == series }) {
      if let found = best, saved.time < found.time { return found }
      return saved
    }
    if assets[asset].complete <= (best?.time ?? notBefore) { return best }
    var next = HistoryBlock.number(time - Span64(nanoseconds: 1))
    while let number = assets[asset].stored.previous(next),
      number >= HistoryBlock.number(best?.time ?? notBefore)
    {
      if let stored = try block(asset, number).samples(of: series).between(notBefore, time).last {
        if let found = best, stored.time < found.time { return found }
        best = stored
        break
      }
      next = number - 1
    }
    return best
  }

  func firstSample(asset: Int, series: SeriesID, from time: Timestamp, notAfter: Timestamp) throws -> Sample? {
    let time = max(time, floor(asset))
    guard time <= notAfter else { return nil }
    let end = notAfter + Span64(nanoseconds: 1)
    var best = recent[asset].between(time, end).first { $0.series == series }
    if assets[asset].complete <= time {
      let saved = assets[asset].tail.between(time, end).first { $0.series == series }
      guard let found = best, let saved else { return best ?? saved }
      return saved.time < found.time ? saved : found
    }
    var next = HistoryBlock.number(time)
    while let number = assets[asset].stored.next(next),
      number <= HistoryBlock.number(best?.time ?? notAfter)
    {
      if let stored = try block(asset, number).samples(of: series).between(time, end).first {
        if let found = best, found.time < stored.time { return found }
        best = stored
        break
      }
      next = number + 1
    }
    return best
  }

  // MARK: Blocks

  func forEachBlock(
    _ asset: Int, _ from: Timestamp, _ to: Timestamp, _ body: (DecodedBlock) -> Void
  ) throws {
    let last = HistoryBlock.number(to - Span64(nanoseconds: 1))
    var next = HistoryBlock.number(from)
    while let number = assets[asset].stored.next(next), number <= last {
      body(try block(asset, number))
      next = number + 1
    }
  }

  func block(_ asset: Int, _ number: Int64) throws -> DecodedBlock {
    let key = BlockKey(asset: assets[asset].number, block: number)
    if let found = cache.value(key) { return found }
    var block = DecodedBlock()
    for bytes in try chunks(key) {
      do throws(ByteReaderError) {
        block.merge(try ChunkCodec.decode(bytes, block: number))
      } catch {
        damage.append((asset, number, error))
      }
    }
    cache.insert(key, block, bytes: block.bytes)
    return block
  }

  private func chunks(_ key: BlockKey) throws(EngineError) -> [[UInt8]] {
    do {
      return try reader.history(asset: key.asset, block: key.block)
    } catch {
      throw .unreadable(error)
    }
  }

  // MARK: Checkpoint

  /// The chunks of everything in memory of the given assets, and empties it.
  func takeChunks(of dirty: [Int]) -> [HistoryChunk] {
    var chunks: [HistoryChunk] = []
    for asset in dirty { take(asset, into: &chunks) }
    cache.shrink()
    return chunks
  }

  /// Deletes nothing itself: the asset's blocks before its floor count as absent from now on.
  func trim(_ asset: Int) -> Int64? {
    let oldest = HistoryBlock.number(floor(asset))
    guard let first = assets[asset].stored.first, first < oldest else { return nil }
    assets[asset].stored.trim(before: oldest)
    return oldest
  }

  private func take(_ asset: Int, into chunks: inout [HistoryChunk]) {
    let part = assets[asset]
    var blocks = Self.blocks(of: recent[asset])
    unsaved -= recent[asset].count
    keepTail(asset)
    if recent[asset].capacity > 4 * recent[asset].count + 64 {
      recent[asset] = []
    } else {
      recent[asset].removeAll(keepingCapacity: true)
    }
    for event in part.events {
      blocks[HistoryBlock.number(event.time), default: DecodedBlock()].events.append(event)
    }
    unsaved -= part.events.count
    assets[asset].events = []
    for (number, block) in blocks.sorted(by: { $0.key < $1.key }) {
      chunks.append(
        HistoryChunk(block: number, asset: part.number, bytes: ChunkCodec.encode(block, block: number)))
      assets[asset].stored.insert(number)
      let key = BlockKey(asset: part.number, block: number)
      if var cached = cache.value(key) {
        cached.merge(block)
        cache.insert(key, cached, bytes: cached.bytes)
      }
    }
  }

  private static func blocks(of samples: [Sample]) -> [Int64: DecodedBlock] {
    var blocks: [Int64: DecodedBlock] = [:]
    var rest = samples[...]
    while let first = rest.first {
      let number = HistoryBlock.number(first.time)
      let end = HistoryBlock.start(number + 1)
      // Usually everything is in one block.
      let slice = rest[rest.endIndex - 1].time < end ? rest : rest.prefix { $0.time < end }
      blocks[number] = DecodedBlock(samples: slice)
      rest = rest.dropFirst(slice.count)
    }
    return blocks
  }

  /// The samples that are saved now stay in memory if they are among the latest.
  private func keepTail(_ asset: Int) {
    guard let last = recent[asset].last, assets[asset].complete <= last.time else { return }
    var latest = assets[asset].tail
    latest.merge(recent[asset].between(assets[asset].complete, .distantFuture).suffix(Self.tailLength))
    let excess = max(latest.count - Self.tailLength, 0)
    if excess > 0 || recent[asset].count > Self.tailLength {
      // Whatever else has the time of the first one may have been dropped.
      let complete = latest[excess].time + Span64(nanoseconds: 1)
      latest.removeFirst(latest.position(complete))
      assets[asset].complete = complete
    }
    // With room for its samples and no more.
    var tail: [Sample] = []
    tail.reserveCapacity(latest.count)
    tail += latest
    assets[asset].tail = tail
  }
}
