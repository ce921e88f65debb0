import Factors
import Plant
import Rules
import Telemetry
import Templates

/// What an asset counted, in the coarsest pieces that are known: months, before them days, before them windows. A piece
/// that is told again takes the place of what it was.
struct MeterMemory: Hashable, Sendable {
  struct Piece: Hashable, Sendable {
    var start: Timestamp
    var end: Timestamp
    var amounts: [MeterFigures.Amount]
    var cost: ExactDecimal?
    /// The bought electricity by its hours; nil where the site does not count so, or it was not told yet.
    var hourly: HourlySums?
  }

  /// By period, each by start.
  private var pieces: [[Piece]] = MeterFigures.Period.allCases.map { _ in [] }

  mutating func set(_ figures: MeterFigures, quantities: Set<Signal.Quantity>) {
    let piece = Piece(
      start: figures.start, end: figures.end, amounts: figures.amounts.filter { quantities.contains($0.quantity) },
      cost: figures.cost)
    let period = Int(figures.period.rawValue)
    let place = pieces[period].firstIndex { piece.start <= $0.start } ?? pieces[period].endIndex
    if place < pieces[period].endIndex, pieces[period][place].start == piece.start {
      pieces[period][place] = piece
    } else {
      pieces[period].insert(piece, at: place)
    }
    // A day says what its windows said.
    if figures.period == .day { pieces[0].removeAll { figures.start <= $0.start && $0.start < figures.end } }
  }

  /// The hours of a piece that is known already.
  mutating func set(_ hourly: HourlySums, period: MeterFigures.Period, start: Timestamp) {
    let period = Int(period.rawValue)
    if let place = pieces[period].firstIndex(where: { $0.start == start }) { pieces[period][place].hourly = hourly }
  }

  /// Forgets days that began before `days`, and months before `months`.
  /// - Returns: whether there was anything.
  mutating func forget(days: Timestamp, months: Timestamp) -> Bool {
    let before = pieces.map(\.count)
    pieces[0].removeAll { $0.start < days }
    pieces[1].removeAll { $0.start < days }
    pieces[2].removeAll { $0.start < months }
    return before != pieces.map(\.count)
  }

  /// The pieces that make up a period, each stretch of time once.
  func pieces(in period: Range<Timestamp>) -> [Piece] {
    var found: [Piece] = []
    for size in [2, 1, 0] {
      for piece in pieces[size] where period.lowerBound <= piece.start && piece.end <= period.upperBound {
        let isKnown = found.contains { $0.start <= piece.start && piece.end <= $0.end }
        if !isKnown { found.append(piece) }
      }
    }
    return found
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    var names: [Signal.Quantity] = []
    for amount in pieces.joined().flatMap(\.amounts) where !names.contains(amount.quantity) {
      names.append(amount.quantity)
    }
    writer.varint(names.count)
    for name in names { writer.string(name.rawValue) }
    for list in pieces {
      writer.varint(list.count)
      var before = Timestamp(seconds: 0)
      for piece in list {
        writer.zigzag((piece.start - before).nanoseconds)
        writer.zigzag((piece.end - piece.start).nanoseconds)
        before = piece.start
        writer.varint(piece.amounts.count)
        for amount in piece.amounts {
          writer.varint(names.firstIndex(of: amount.quantity) ?? 0)
          writer.scaled(amount.value)
        }
        writer.boolean(piece.cost != nil)
        if let cost = piece.cost { writer.decimal(cost) }
      }
    }
    guard pieces.joined().contains(where: { $0.hourly != nil }) else { return }
    for piece in pieces.joined() {
      writer.boolean(piece.hourly != nil)
      piece.hourly?.encode(into: &writer)
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws {
    var names: [Signal.Quantity] = []
    for _ in 0..<(try reader.count()) {
      guard let name = Signal.Quantity(rawValue: try reader.string()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a counted quantity")
      }
      names.append(name)
    }
    for size in pieces.indices {
      var before = Timestamp(seconds: 0)
      for _ in 0..<(try reader.count()) {
        let start = before + Span64(nanoseconds: try reader.zigzag())
        let end = start + Span64(nanoseconds: try reader.zigzag())
        before = start
        var amounts: [MeterFigures.Amount] = []
        for _ in 0..<(try reader.count()) {
          let place = try reader.integer()
          guard names.indices.contains(place) else {
            throw ByteReaderError(offset: reader.offset, expected: "a quantity that was named")
          }
          amounts.append(MeterFigures.Amount(quantity: names[place], value: try reader.scaled()))
        }
        pieces[size].append(
          Piece(start: start, end: end, amounts: amounts, cost: try reader.boolean() ? try reader.decimal() : nil))
      }
    }
    // Without hours the state ends here.
    guard !reader.isAtEnd else { return }
    for size in pieces.indices {
      for place in pieces[size].indices {
        if try reader.boolean() { pieces[size][place].hourly = try HourlySums(from: &reader) }
      }
    }
  }
}
