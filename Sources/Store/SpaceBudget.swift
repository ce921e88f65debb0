/// How `StorageSettings.storeBytes` is shared between the file and its write-ahead log.
struct SpaceBudget: Sendable {
  static let pageSize = 4096

  /// Bound of file and log together.
  let bytes: Int
  /// What the log may take: SQLite copies it back into the file at a quarter of this, so that one large transaction
  /// and a reader that holds the log back fit too.
  let logBytes: Int

  init(bytes: Int) {
    self.bytes = bytes
    logBytes = min(16 << 20, bytes / 4)
  }

  func pages(_ bytes: Int) -> Int { (bytes + Self.pageSize - 1) / Self.pageSize }

  /// The file never has more pages.
  var maximumPages: Int { max((bytes - logBytes) / Self.pageSize, 64) }
  /// Eviction begins when more pages are in use …
  var highWater: Int { maximumPages / 20 * 19 }
  /// … and ends when no more than this are.
  var lowWater: Int { maximumPages / 10 * 9 }
  /// Records that still await a destination are evicted above the high-water mark too, but only a few MB of them.
  var wantedMark: Int { max(lowWater, highWater - pages(4 << 20)) }
  var autocheckpointPages: Int { max(logBytes / 4 / Self.pageSize, 16) }
  /// What the log takes for ever, once it had it.
  var ordinaryLogBytes: Int { autocheckpointPages * Self.pageSize }
}
