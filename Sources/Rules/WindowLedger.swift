import Telemetry

/// Remembers what was issued for each window of one kind of record of one asset, and issues revision n + 1 only when
/// the body differs.
///
/// Use: fold the window, build the canonical body, call `issue`. For a window that was never issued this is
/// revision 0; for one that was, an equal body issues nothing. The rule may keep some bytes of its own with each window
/// (a fold that day and month sums need, an end state that the next window carries in).
///
/// The memory lives in the engine's saved state, in pages of `pageWindows` windows, so that a window costs about ten
/// bytes there and no memory; pages older than the revision horizon are deleted on the way. The ledger itself holds
/// nothing that changes: it need not be part of a rule's encoded state.
///
/// ```swift
/// let ledger = WindowLedger(kind: .signalSummary, asset: asset.id, length: .minutes(1), retention: horizon)
/// try ledger.issue(start: start, body: body.canonicalBytes(), cause: nil, context: &context)
/// ```
public struct WindowLedger: Sendable {
  /// What is known of a window that was issued.
  public struct Entry: Hashable, Sendable {
    /// The newest revision, from 0.
    public var revision: Int
    /// `Hash64` of the newest body.
    public var bodyHash: UInt64
    /// What the rule keeps with the window.
    public var state: [UInt8]
  }

  public let kind: RecordKind
  public let asset: String
  /// Length of the windows, counted from the epoch; for days and months of a plant zone the shortest one (a day: 23 h).
  public let length: Span64
  /// How long a window is remembered after its start; at least the revision horizon of the kind.
  public let retention: Span64
  /// How many windows share one entry of the saved state.
  public let pageWindows: Int64

  public init(kind: RecordKind, asset: String, length: Span64, retention: Span64, pageWindows: Int64 = 32) {
    precondition(length > .zero && pageWindows > 0, "a window has a length")
    self.kind = kind
    self.asset = asset
    self.length = length
    self.retention = retention
    self.pageWindows = pageWindows
  }

  /// The stable key of a window's record: `press-3/2026-11-21T08:15:00Z`.
  public func key(_ start: Timestamp) -> String { "\(asset)/\(start.rfc3339UTC)" }

  /// What was issued for the window that starts at `start`; nil if nothing was.
  public func entry(start: Timestamp, context: RuleContext) throws -> Entry? {
    try load(page(of: start), context: context).first { $0.start == start }?.entry
  }

  /// Whether any window was ever issued (of this length).
  public func hasEntries(context: RuleContext) throws -> Bool { try loadOldest(context: context) != nil }

  /// The issued windows with from ≤ start < to, by start.
  public func entries(
    from: Timestamp, to: Timestamp, context: RuleContext
  ) throws -> [(start: Timestamp, entry: Entry)] {
    guard from < to else { return [] }
    let oldest = try loadOldest(context: context)
    guard let oldest else { return [] }
    var found: [(start: Timestamp, entry: Entry)] = []
    let last = page(of: Timestamp(nanoseconds: to.nanoseconds - 1))
    var next = max(page(of: from), oldest)
    while next <= last {
      found += try load(next, context: context).filter { from <= $0.start && $0.start < to }
      next += 1
    }
    return found
  }

  /// Issues the window if its body is new or differs from the newest revision.
  ///
  /// - Parameters:
  ///   - end: of the window; `start + length` if nil.
  ///   - body: canonical JSON, see `RecordDraft.body`.
  ///   - state: kept with the window, also if the body is equal.
  ///   - cause: the sample that made the rule fold a window again; dropped for revision 0.
  /// - Returns: the revision that was issued; nil if the body is the same as before.
  @discardableResult
  public func issue(
    start: Timestamp, end: Timestamp? = nil, body: [UInt8], state: [UInt8] = [], cause: RevisionCause? = nil,
    context: inout RuleContext
  ) throws -> Int? {
    var hasher = Hash64()
    body.withUnsafeBytes { hasher.combine($0) }
    let hash = hasher.value
    let page = page(of: start)
    var windows = try load(page, context: context)
    var issued: Int?
    if let place = windows.firstIndex(where: { $0.start == start }) {
      if windows[place].entry.bodyHash == hash {
        if windows[place].entry.state == state { return nil }
      } else {
        issued = windows[place].entry.revision + 1
      }
      windows[place].entry = Entry(
        revision: issued ?? windows[place].entry.revision, bodyHash: hash, state: state)
    } else {
      issued = 0
      if windows.isEmpty { try forget(newPage: page, context: context) }
      let place = windows.firstIndex { start < $0.start } ?? windows.endIndex
      windows.insert((start, Entry(revision: 0, bodyHash: hash, state: state)), at: place)
    }
    context.save(name(page), encode(windows, page: page))
    if let issued {
      context.emit(
        RecordDraft(
          kind: kind, key: key(start), revision: issued, asset: asset, start: start, end: end ?? start + length,
          body: body, cause: issued == 0 ? nil : cause))
    }
    return issued
  }

  // MARK: Pages

  private var pageLength: Int64 { length.nanoseconds.multipliedReportingOverflow(by: pageWindows).partialValue }

  private func page(of start: Timestamp) -> Int64 {
    start.windowStart(Span64(nanoseconds: pageLength)).nanoseconds / pageLength
  }

  /// With the length of the page: after a change of the window's length, pages of another length are not read as these.
  private var indexName: String { "windows/\(kind.rawValue)/\(pageLength / 1_000_000_000)" }
  private func name(_ page: Int64) -> String { "\(indexName)/\(page)" }

  private func loadOldest(context: RuleContext) throws -> Int64? {
    guard let bytes = try context.load(indexName) else { return nil }
    var reader = ByteReader(bytes)
    return try reader.zigzag()
  }

  /// A new page begins: deletes the pages that no horizon needs any more and notes the oldest one that is left.
  private func forget(newPage: Int64, context: RuleContext) throws {
    let oldest = try loadOldest(context: context)
    var first = min(oldest ?? newPage, newPage)
    // One page more than the retention, because its windows may start at the page's end.
    let kept = newPage - retention.nanoseconds / pageLength - 1
    while first < kept {
      context.save(name(first), nil)
      first += 1
    }
    guard first != oldest else { return }
    var writer = ByteWriter()
    writer.zigzag(first)
    context.save(indexName, writer.bytes)
  }

  private func load(_ page: Int64, context: RuleContext) throws -> [(start: Timestamp, entry: Entry)] {
    guard let bytes = try context.load(name(page)) else { return [] }
    var reader = ByteReader(bytes)
    var previous = page * pageLength
    var windows: [(start: Timestamp, entry: Entry)] = []
    while !reader.isAtEnd {
      previous &+= try reader.zigzag()
      let revision = Int(truncatingIfNeeded: try reader.varint())
      let hash = try reader.fixed64()
      let state = Array(try reader.blob())
      windows.append((Timestamp(nanoseconds: previous), Entry(revision: revision, bodyHash: hash, state: state)))
    }
    return windows
  }

  private func encode(_ windows: [(start: Timestamp, entry: Entry)], page: Int64) -> [UInt8] {
    var writer = ByteWriter()
    var previous = page * pageLength
    for window in windows {
      writer.zigzag(window.start.nanoseconds &- previous)
      previous = window.start.nanoseconds
      writer.varint(window.entry.revision)
      writer.fixed64(window.entry.bodyHash)
      writer.blob(window.entry.state)
    }
    return writer.bytes
  }
}
