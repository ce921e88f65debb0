/// The row number of a history chunk: block, run and asset in one integer that sorts by them.
///
/// A rowid table with such a number keeps chunks of up to 4 kB in its leaves. A table without rowid and with the key
/// (block, sequence, asset) moves every chunk beyond 1 kB to overflow pages of its own, which are written as well.
///
/// The *run* counts the checkpoints that brought samples of the block, from 0 and without gaps, so that the chunks of
/// an asset are found by a few direct look-ups.
struct HistoryKey: Hashable {
  static let runBits: Int64 = 21
  static let assetBits: Int64 = 18
  static let maximumAsset = UInt32(1) << UInt32(assetBits) - 1
  static let maximumRun = Int64(1) << runBits - 1
  /// Blocks of 15 minutes in the range of a `Timestamp` fit with room to spare.
  static let maximumBlock = Int64(1) << 24 - 1

  var block: Int64
  var run: Int64
  var asset: UInt32

  init(block: Int64, run: Int64, asset: UInt32) throws(StoreError) {
    guard block.magnitude <= UInt64(Self.maximumBlock), (0...Self.maximumRun).contains(run),
      asset <= Self.maximumAsset
    else { throw .failed("history beyond the format's range: block \(block), run \(run), asset \(asset)") }
    self.block = block
    self.run = run
    self.asset = asset
  }

  init(rowID: Int64) {
    block = rowID >> (Self.runBits + Self.assetBits)
    run = rowID >> Self.assetBits & Self.maximumRun
    asset = UInt32(rowID & Int64(Self.maximumAsset))
  }

  var rowID: Int64 { Self.start(of: block) + run << Self.assetBits + Int64(asset) }

  /// The lowest row number that a chunk of the block, or of any block beyond the range, can have.
  static func start(of block: Int64) -> Int64 {
    max(min(block, maximumBlock + 1), -maximumBlock - 1) << (runBits + assetBits)
  }
}
