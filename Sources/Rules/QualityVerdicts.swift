import Telemetry

/// Which samples of an asset are doubted, and why: what the quality rule tells the later rules of the same asset.
///
/// A doubt holds from its first instant up to, and without, its end. A verdict stands once the minute it lies in has
/// been judged; so a record that is folded again finds the same doubts as the first time. The newest doubts are in
/// memory; older ones lie in the engine's saved state, one page a day, until no horizon needs them.
public struct QualityVerdicts: Hashable, Sendable {
  public struct Doubt: Hashable, Sendable {
    /// Position in `Asset.signals`.
    public var signal: Int
    public var reason: QualityReason
    public var from: Timestamp
    /// `distantFuture` while it lasts.
    public var to: Timestamp

    public init(signal: Int, reason: QualityReason, from: Timestamp, to: Timestamp) {
      self.signal = signal
      self.reason = reason
      self.from = from
      self.to = to
    }

    public func contains(_ time: Timestamp) -> Bool { from <= time && time < to }
  }

  /// How many an asset keeps in memory.
  public static let inMemory = 96
  /// Doubts of a day that a page keeps; further ones of a signal and reason are joined to the last.
  static let inPage = 256
  private static let day = Span64.days(1)

  /// By (from, signal, reason).
  public private(set) var doubts: [Doubt] = []
  /// Days that have a page, ascending.
  private var pages: [Int64] = []
  /// No doubt of a page ends later.
  private var paged = Timestamp.distantPast

  public init() {}

  /// Nothing has ever been doubted.
  public var isEmpty: Bool { doubts.isEmpty && pages.isEmpty }

  // MARK: Telling

  /// - Parameter keep: pages of days before this are dropped.
  public mutating func add(_ doubt: Doubt, keep: Timestamp, context: RuleContext) throws {
    let place = doubts.lastIndex { !Self.isOrdered(doubt, $0) }.map { $0 + 1 } ?? 0
    doubts.insert(doubt, at: place)
    guard doubts.count > Self.inMemory else { return }
    try spill(keep: keep, context: context)
  }

  /// Ends the doubt of a signal that lasts.
  public mutating func end(signal: Int, reason: QualityReason, at time: Timestamp) {
    let place = doubts.lastIndex { $0.signal == signal && $0.reason == reason && $0.to == .distantFuture }
    if let place { doubts[place].to = max(time, doubts[place].from) }
  }

  private static func isOrdered(_ a: Doubt, _ b: Doubt) -> Bool {
    (a.from, a.signal, a.reason) < (b.from, b.signal, b.reason)
  }

  /// Moves the older half of the doubts that are over to their pages.
  private mutating func spill(keep: Timestamp, context: RuleContext) throws {
    var moved: [Doubt] = []
    var kept: [Doubt] = []
    for doubt in doubts {
      if moved.count < Self.inMemory / 2, doubt.to != .distantFuture { moved.append(doubt) } else { kept.append(doubt) }
    }
    doubts = kept
    for doubt in moved {
      paged = max(paged, doubt.to)
      var number = Self.page(doubt.from)
      // A doubt is on the page of every day that it touches.
      let last = Self.page(Timestamp(nanoseconds: max(doubt.from.nanoseconds, doubt.to.nanoseconds - 1)))
      while number <= last {
        var page = try load(number, context)
        if page.count >= Self.inPage,
          let place = page.lastIndex(where: { $0.signal == doubt.signal && $0.reason == doubt.reason })
        {
          page[place].to = max(page[place].to, doubt.to)
        } else {
          page.append(doubt)
        }
        context.save(Self.name(number), Self.encode(page))
        if !pages.contains(number) {
          pages.append(number)
          pages.sort()
        }
        number += 1
      }
    }
    while let oldest = pages.first, oldest < Self.page(keep) {
      context.save(Self.name(oldest), nil)
      pages.removeFirst()
    }
  }

  // MARK: Asking

  /// The doubts of a signal that touch [from, to), by their start; of equal ones the lower reason first.
  public func doubts(
    signal: Int, from: Timestamp, to: Timestamp, context: RuleContext
  ) throws -> [Doubt] {
    if isEmpty { return [] }
    var found: [Doubt] = []
    if from < paged {
      let last = Self.page(Timestamp(nanoseconds: to.nanoseconds - 1))
      for number in pages where Self.page(from) <= number && number <= last {
        for doubt in try load(number, context)
        where doubt.signal == signal && doubt.from < to && from < doubt.to && !found.contains(doubt) {
          found.append(doubt)
        }
      }
    }
    found += doubts.filter { $0.signal == signal && $0.from < to && from < $0.to }
    return found.count > 1 ? found.sorted { ($0.from, $0.reason) < ($1.from, $1.reason) } : found
  }

  // MARK: State

  private static func page(_ time: Timestamp) -> Int64 { time.windowStart(day).nanoseconds / day.nanoseconds }
  private static func name(_ page: Int64) -> String { "doubts/\(page)" }

  private func load(_ page: Int64, _ context: RuleContext) throws -> [Doubt] {
    guard let bytes = try context.load(Self.name(page)) else { return [] }
    var reader = ByteReader(bytes)
    return try Self.decode(&reader)
  }

  private static func encode(_ doubts: [Doubt]) -> [UInt8] {
    var writer = ByteWriter()
    encode(doubts, into: &writer)
    return writer.bytes
  }

  private static func encode(_ doubts: [Doubt], into writer: inout ByteWriter) {
    writer.varint(doubts.count)
    for doubt in doubts {
      writer.varint(doubt.signal)
      writer.byte(doubt.reason.rawValue)
      writer.timestamp(doubt.from)
      writer.timestamp(doubt.to)
    }
  }

  private static func decode(_ reader: inout ByteReader) throws(ByteReaderError) -> [Doubt] {
    var doubts: [Doubt] = []
    for _ in 0..<(try reader.count()) {
      let signal = try reader.integer()
      guard let reason = QualityReason(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a reason to doubt data")
      }
      doubts.append(Doubt(signal: signal, reason: reason, from: try reader.timestamp(), to: try reader.timestamp()))
    }
    return doubts
  }

  public func encode(into writer: inout ByteWriter) {
    Self.encode(doubts, into: &writer)
    writer.varint(pages.count)
    for page in pages { writer.zigzag(page) }
    writer.timestamp(paged)
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    doubts = try Self.decode(&reader)
    for _ in 0..<(try reader.count()) { pages.append(try reader.zigzag()) }
    paged = try reader.timestamp()
  }
}
