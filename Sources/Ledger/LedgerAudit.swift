/// Checks leaves and heads in their order and says where something is not as it was written. Pure; its memory does not
/// grow with the ledger.
public struct LedgerAudit {
  public struct Options: Sendable {
    /// Gaps between leaves and repeated lines are no damage: a destination gets only what its allow-list lets through,
    /// and after a crash a line comes twice.
    public var isPartial = false
    /// A head's key must be this one or be connected with it by hand-overs.
    public var trustedKey: PublicKey?
    /// Heads that were received elsewhere, for example by a partner: the ledger must still be the one that they sign.
    public var outsideHeads: [HeadStatement] = []
    /// A ledger must begin at leaf 1 (a Store), or may begin anywhere (an export).
    public var beginsAtOne = false

    public init() {}
  }

  public internal(set) var report = AuditReport()
  let options: Options
  /// The number that must come next; nil before the first leaf of an export.
  private var expected: Int64?
  private var storedHash = LedgerHash.genesis
  private var computedHash: [UInt8]?
  private var isAnchored = false
  private var lastRecord: Int64 = 0
  private var missing: [(range: ClosedRange<Int64>, line: Int?)] = []
  /// A line that could not be read, and may have been a leaf.
  private var unreadable: (line: Int?, detail: String)?

  private var tree = MerkleTree()
  /// The first leaf of `tree`, and whether all since then have come in order.
  var treeFirst: Int64?
  private var isTreeWhole = true
  /// The last leaf with damage.
  private var lastDamaged: Int64 = 0
  var lastHead: (number: Int64, hash: [UInt8])?
  private var waiting: [HeadStatement]
  /// Keys that hand-overs connect with the trusted one, and the first heads by others.
  private var connected: Set<PublicKey> = []
  private var untrusted: [(key: PublicKey, leaf: Int64, id: String, line: Int?)] = []
  private static let rememberedGaps = 1000

  public init(_ options: Options = Options()) {
    self.options = options
    waiting = options.outsideHeads.sorted {
      ($0.contents.last, $0.contents.number) < ($1.contents.last, $1.contents.number)
    }
    if options.beginsAtOne {
      expected = 1
      isAnchored = true
      treeFirst = 1
    }
  }

  // MARK: Leaves

  public mutating func take(_ entry: AuditEntry) {
    var entry = entry
    settleNumber(&entry)
    let number = entry.leaf.number
    guard number <= Leaf.highest else {
      settleUnreadable(before: nil)
      unreadable = (entry.line, "it says that it is leaf \(number), which no ledger reaches")
      return
    }
    settleUnreadable(before: number)
    if let expected, number < expected { return takeLate(entry) }
    if let expected, number > expected { noteGap(expected...(number - 1), line: entry.line) }
    report.leaves += 1
    report.first = report.first ?? number
    if entry.belongsTo != nil || entry.leaf.record <= lastRecord, !fits(entry) {
      damage(.reordered, entry, "it holds the contents of \(entry.belongsTo.map { "leaf \($0)" } ?? "an earlier leaf")")
      follow(entry, computed: nil)
    } else {
      check(entry)
    }
    lastRecord = max(lastRecord, entry.leaf.record)
    report.last = number
    report.chain = entry.hash
    compareWithOutsideHeads(number, entry)
  }

  /// An envelope whose number alone was altered is that of the leaf expected here.
  private func settleNumber(_ entry: inout AuditEntry) {
    guard let expected, entry.leaf.number != expected, let previous = entry.statedPrevious,
      entry.leaf.hash(after: previous) != entry.hash
    else { return }
    var other = entry
    other.leaf.number = expected
    guard other.leaf.hash(after: previous) == entry.hash else { return }
    other.flaws.append("the number of the leaf (it says \(entry.leaf.number))")
    entry = other
  }

  private func fits(_ entry: AuditEntry) -> Bool {
    candidates(entry).contains { entry.leaf.hash(after: $0) == entry.hash }
  }

  /// Hashes of the leaf before, the likeliest first.
  private func candidates(_ entry: AuditEntry) -> [[UInt8]] {
    if let stated = entry.statedPrevious { return [stated] }
    guard isAnchored else { return [] }
    if let computedHash, computedHash != storedHash { return [storedHash, computedHash] }
    return [storedHash]
  }

  private mutating func check(_ entry: AuditEntry) {
    let previous = candidates(entry)
    var isIntact = previous.isEmpty
    for hash in previous where !isIntact { isIntact = entry.leaf.hash(after: hash) == entry.hash }
    if !entry.flaws.isEmpty {
      damage(.column, entry, entry.flaws.joined(separator: "; "))
    } else if !isIntact {
      damage(.column, entry, "what the leaf says is not what its hash was made of")
    } else if previous.isEmpty, report.leaves > 1 {
      note("leaf \(entry.leaf.number) cannot be checked itself, because the leaf before it is missing")
    } else if let stated = entry.statedPrevious, isAnchored, stated != storedHash, stated != computedHash,
      lastDamaged != entry.leaf.number - 1
    {
      damage(.rewritten, entry, "it does not follow the leaf before it")
    }
    switch entry.body {
    case .present(let hash):
      report.bodies += 1
      if hash != entry.leaf.bodyHash, isIntact || entry.flaws.isEmpty {
        damage(.body, entry, "the body's hash is not that of the leaf")
      }
    case .stub: report.stubs += 1
    case .missing: damage(.missing, entry, "its record is not there, and it was not evicted")
    }
    follow(entry, computed: previous.first.map { entry.leaf.hash(after: $0) })
  }

  private mutating func follow(_ entry: AuditEntry, computed: [UInt8]?) {
    storedHash = entry.hash
    computedHash = computed
    isAnchored = true
    expected = entry.leaf.number + 1
    if treeFirst == nil { treeFirst = entry.leaf.number }
    tree.append(entry.hash)
  }

  /// A leaf whose place has passed.
  private mutating func takeLate(_ entry: AuditEntry) {
    let number = entry.leaf.number
    if let place = missing.firstIndex(where: { $0.range.contains(number) }) {
      let gap = missing.remove(at: place)
      if gap.range.lowerBound < number { missing.append((gap.range.lowerBound...(number - 1), gap.line)) }
      if number < gap.range.upperBound { missing.append(((number + 1)...gap.range.upperBound, gap.line)) }
      report.leaves += 1
      damage(.reordered, entry, "it stands behind leaf \((expected ?? 1) - 1)")
      if let stated = entry.statedPrevious, entry.leaf.hash(after: stated) != entry.hash {
        damage(.column, entry, "what the leaf says is not what its hash was made of")
      }
      if case .present(let hash) = entry.body, hash != entry.leaf.bodyHash {
        damage(.body, entry, "the body's hash is not that of the leaf")
      }
    } else if options.isPartial, let stated = entry.statedPrevious, entry.flaws.isEmpty,
      entry.leaf.hash(after: stated) == entry.hash, entry.body == .stub || entry.body == .present(entry.leaf.bodyHash)
    {
      note("line \(entry.line ?? 0) repeats leaf \(number)")
    } else {
      damage(.duplicated, entry, "a leaf with this number came before")
    }
  }

  private mutating func noteGap(_ range: ClosedRange<Int64>, line: Int?) {
    isAnchored = false
    isTreeWhole = false
    lastRecord = 0
    guard !options.isPartial else {
      return note("leaves \(range.lowerBound)–\(range.upperBound) are not in it")
    }
    lastDamaged = range.upperBound
    if missing.count < Self.rememberedGaps {
      missing.append((range, line))
    } else {
      report.add(LedgerDamage(.missing, leaf: range.lowerBound, to: range.upperBound, line: line, "not there"))
    }
  }

  /// A line that is no record. If a leaf is missing here, that was it.
  public mutating func takeUnreadable(line: Int, _ detail: String) {
    settleUnreadable(before: nil)
    unreadable = (line, detail)
  }

  private mutating func settleUnreadable(before number: Int64?) {
    guard let (line, detail) = unreadable else { return }
    unreadable = nil
    if let expected, let number, number > expected {
      report.add(LedgerDamage(.unreadable, leaf: expected, to: number - 1, line: line, detail))
      lastDamaged = number - 1
      self.expected = number
      isAnchored = false
      isTreeWhole = false
    } else {
      report.add(LedgerDamage(.unreadable, leaf: number == nil ? expected : nil, line: line, detail))
    }
  }

  mutating func note(_ text: String) {
    if report.notes.count < AuditReport.listed { report.notes.append(text) }
  }

  mutating func damage(_ kind: LedgerDamage.Kind, _ entry: AuditEntry, _ detail: String) {
    lastDamaged = max(lastDamaged, entry.leaf.number)
    report.add(LedgerDamage(kind, leaf: entry.leaf.number, id: entry.leaf.id, line: entry.line, detail))
  }

  // MARK: Heads

  /// A head of this ledger, after the leaves that it covers.
  public mutating func take(_ head: HeadStatement, id: String, line: Int? = nil) {
    settleUnreadable(before: nil)
    let contents = head.contents
    func found(_ kind: LedgerDamage.Kind, _ detail: String) -> LedgerDamage {
      LedgerDamage(kind, leaf: contents.last, id: id, line: line, detail)
    }
    if let lastHead, contents.number <= lastHead.number {
      if options.isPartial, contents.number == lastHead.number, head.hash == lastHead.hash { return }
      report.add(found(.duplicated, "head \(contents.number) comes after head \(lastHead.number)"))
      return
    }
    report.heads += 1
    trust(head, id: id, line: line)
    let before = lastHead?.number ?? (options.beginsAtOne ? 0 : contents.number - 1)
    if contents.number != before + 1, !options.isPartial {
      let range = contents.number == before + 2 ? "head \(before + 1)" : "heads \(before + 1)–\(contents.number - 1)"
      report.add(found(.missing, "\(range) before head \(contents.number)"))
    } else if let lastHead, contents.number == before + 1, contents.previous != lastHead.hash {
      report.add(found(.head, "head \(contents.number) does not follow head \(before)"))
    }
    lastHead = (contents.number, head.hash)
    compare(contents, found)
    report.signedUpTo = max(report.signedUpTo, contents.last)
    tree = MerkleTree()
    treeFirst = contents.last + 1
    isTreeWhole = true
    if expected == nil { expected = contents.last + 1 }
  }

  private mutating func compare(
    _ contents: HeadStatement.Contents, _ found: (LedgerDamage.Kind, String) -> LedgerDamage
  ) {
    if let last = report.last, contents.last > last, !options.isPartial {
      // What is missing before the head.
      noteGap((last + 1)...contents.last, line: nil)
      expected = contents.last + 1
      return
    }
    guard lastDamaged < contents.first || lastDamaged > contents.last else { return }
    if isTreeWhole, treeFirst ?? contents.first == contents.first, tree.count == contents.count {
      if tree.root != contents.root {
        var damage = found(
          .rewritten, "the leaves \(contents.first)–\(contents.last) are not those that head \(contents.number) signs")
        damage.leaf = contents.first
        damage.lastLeaf = contents.last
        report.add(damage)
      } else if contents.count > 0, storedHash != contents.chain {
        report.add(found(.rewritten, "leaf \(contents.last) is not the one that head \(contents.number) signs"))
      }
    } else if contents.count > 0, !options.isPartial {
      if treeFirst ?? contents.first > contents.first {
        note(
          "head \(contents.number) also covers leaves \(contents.first)–\((treeFirst ?? 1) - 1), which are not in it")
      } else {
        report.add(found(.head, "head \(contents.number) covers \(contents.count) leaves, not \(tree.count)"))
      }
    }
  }

  private mutating func trust(_ head: HeadStatement, id: String, line: Int?) {
    if !report.keys.contains(head.key.fingerprint) { report.keys.append(head.key.fingerprint) }
    guard let trusted = options.trustedKey else { return }
    do {
      let keys = head.handovers.isEmpty ? [head.key] : try KeyHandover.keys(of: head.handovers)
      if keys.contains(trusted), keys.last == head.key {
        connected.formUnion(keys)
      } else if !untrusted.contains(where: { $0.key == head.key }) {
        // A later head may connect its key with the trusted one.
        untrusted.append((head.key, head.contents.last, id, line))
      }
    } catch {
      report.add(
        LedgerDamage(.key, leaf: head.contents.last, id: id, line: line, "its hand-overs do not hold: \(error)"))
    }
  }

  private mutating func settleTrust(_ trusted: PublicKey) {
    for head in options.outsideHeads { trust(head, id: "the given head \(head.contents.number)", line: nil) }
    for head in untrusted where !connected.contains(head.key) {
      let detail = "its key \(head.key.fingerprint.prefix(16))… is not connected with the trusted one"
      report.add(LedgerDamage(.key, leaf: head.leaf, id: head.id, line: head.line, detail))
    }
  }

  private mutating func compareWithOutsideHeads(_ number: Int64, _ entry: AuditEntry) {
    while let head = waiting.first, head.contents.last <= number {
      waiting.removeFirst()
      guard head.contents.last == number, head.contents.chain != entry.hash, lastDamaged != number else { continue }
      report.add(
        LedgerDamage(
          .rewritten, leaf: head.contents.first, to: number, line: entry.line,
          "these leaves, or ones before them, are not those that the given head \(head.contents.number) signs"))
    }
  }

  // MARK: End

  public mutating func finish() -> AuditReport {
    settleUnreadable(before: nil)
    for gap in missing {
      let (range, line) = gap
      report.add(LedgerDamage(.missing, leaf: range.lowerBound, to: range.upperBound, line: line, "not there"))
    }
    missing = []
    let last = report.last ?? (expected ?? 1) - 1
    if let head = waiting.last(where: { $0.contents.last > last }) {
      report.add(
        LedgerDamage(
          .truncated, leaf: last + 1, to: head.contents.last,
          "the given head \(head.contents.number) of \(head.contents.day) signs them"))
    }
    if let trusted = options.trustedKey {
      settleTrust(trusted)
    } else if !report.keys.isEmpty {
      note("whose key signed the heads was not checked: give --key")
    }
    report.sortByPlace()
    return report
  }
}
