import Telemetry

/// Numbers the revisions of windows of which most are issued once: only a window that is issued again leaves state.
///
/// A ledger (`WindowLedger`) would cost a row for every window; where every minute of every asset is a window, that
/// would wear the flash for nothing. The numbers lie in the engine's saved state, in pages of four hours, which are
/// deleted when the retention is over.
public struct RevisionNumbers: Hashable, Sendable {
  private static let page = Span64.hours(4)

  /// What the keys of the saved state begin with.
  public let name: String
  /// How long a number is kept after the start of its window; at least the revision horizon of the kind.
  public let retention: Span64
  /// Numbers of the oldest and the newest page that may exist; nil = none.
  private var pages: ClosedRange<Int64>?

  public init(name: String, retention: Span64) {
    self.name = name
    self.retention = retention
  }

  /// Plant clock from which on a page is too old.
  public var deadline: Timestamp? { pages.map { start(of: $0.lowerBound + 1) + retention } }

  /// The number of the next revision of a window that was issued: 1 the first time.
  public mutating func next(start: Timestamp, context: RuleContext) throws -> Int {
    let page = start.windowStart(Self.page).nanoseconds / Self.page.nanoseconds
    var numbers = try load(page, context: context)
    let number: Int
    if let place = numbers.firstIndex(where: { $0.start >= start }) {
      if numbers[place].start != start { numbers.insert((start, 0), at: place) }
      numbers[place].number += 1
      number = numbers[place].number
    } else {
      numbers.append((start, 1))
      number = 1
    }
    context.save(key(page), encode(numbers, page: page))
    pages = min(pages?.lowerBound ?? page, page)...max(pages?.upperBound ?? page, page)
    return number
  }

  /// Deletes the pages that no window within the retention is in.
  public mutating func forget(now: Timestamp, context: RuleContext) {
    while let oldest = pages, start(of: oldest.lowerBound + 1) + retention <= now {
      context.save(key(oldest.lowerBound), nil)
      pages = oldest.lowerBound < oldest.upperBound ? oldest.lowerBound + 1...oldest.upperBound : nil
    }
  }

  private func start(of page: Int64) -> Timestamp { Timestamp(nanoseconds: page * Self.page.nanoseconds) }

  private func key(_ page: Int64) -> String { "\(name)/\(page)" }

  private func load(_ page: Int64, context: RuleContext) throws -> [(start: Timestamp, number: Int)] {
    guard let bytes = try context.load(key(page)) else { return [] }
    var reader = ByteReader(bytes)
    var previous = start(of: page)
    var numbers: [(start: Timestamp, number: Int)] = []
    while !reader.isAtEnd {
      previous = previous + (Timestamp(seconds: Int64(try reader.integer())) - Timestamp(seconds: 0))
      numbers.append((previous, try reader.integer()))
    }
    return numbers
  }

  private func encode(_ numbers: [(start: Timestamp, number: Int)], page: Int64) -> [UInt8] {
    var writer = ByteWriter()
    var previous = start(of: page)
    for entry in numbers {
      // Windows begin at whole seconds.
      writer.varint(UInt64((entry.start - previous).nanoseconds / 1_000_000_000))
      writer.varint(entry.number)
      previous = entry.start
    }
    return writer.bytes
  }

  public func encode(into writer: inout ByteWriter) {
    writer.boolean(pages != nil)
    guard let pages else { return }
    writer.zigzag(pages.lowerBound)
    writer.varint(UInt64(pages.upperBound - pages.lowerBound))
  }

  public mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    pages = nil
    guard try reader.boolean() else { return }
    let oldest = try reader.zigzag()
    let more = Int64(try reader.integer())
    let bound = Int64.max / Self.page.nanoseconds
    guard -bound < oldest, oldest < bound, 0 <= more, more < bound - oldest - 1 else {
      throw ByteReaderError(offset: reader.offset, expected: "the pages of revision numbers")
    }
    pages = oldest...oldest + more
  }
}
