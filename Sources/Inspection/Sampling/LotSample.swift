import Telemetry
import Templates

/// The pieces of a lot that were inspected, by time. The first ones are its sample.
struct LotSample: Hashable, Sendable {
  /// More verdicts than this are not kept; the sample is among the first ones.
  static let mostPieces = 50_000

  struct Entry: Hashable, Sendable {
    var piece: LotPieces.Piece
    /// Place in `stations`.
    var station: Int

    static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
      (a.piece.time, a.piece.unit, a.piece.step, a.station) < (b.piece.time, b.piece.unit, b.piece.step, b.station)
    }
  }

  /// Pieces in the lot, as the results say it.
  private(set) var size: Int?
  /// When they said so last.
  private var sized = Timestamp.distantPast
  private(set) var stations: [String] = []
  private(set) var entries: [Entry] = []

  init() {}

  /// The station that saw its first piece.
  var station: String? { entries.first.map { stations[$0.station] } }
  var start: Timestamp? { entries.first?.piece.time }

  /// What a station saw in [start, end), in place of what it had told of this time before.
  ///
  /// - Parameter ids: of the station, that of now first.
  /// - Returns: false if nothing is different.
  mutating func replace(_ lot: LotPieces.Lot, station ids: [String], from start: Timestamp, to end: Timestamp) -> Bool {
    let old = self
    if let size = lot.size, start >= sized {
      self.size = size
      sized = start
    }
    if entries.count == Self.mostPieces, let last = entries.last, last.piece.time < start { return self != old }
    let known = Set(stations.indices.filter { ids.contains(stations[$0]) })
    let place = known.min() ?? stations.count
    if place == stations.count, let id = ids.first { stations.append(id) }
    entries.removeAll { known.contains($0.station) && start <= $0.piece.time && $0.piece.time < end }
    entries += lot.pieces.map { Entry(piece: $0, station: place) }
    entries.sort(by: Entry.isBefore)
    if entries.count > Self.mostPieces { entries.removeLast(entries.count - Self.mostPieces) }
    return self != old
  }

  /// What was found among the first units.
  struct Count: Hashable, Sendable {
    var inspected = 0
    /// Names of the nonconforming units, as they were found.
    var nonconforming: [String] = []
    /// When the number that refuses was reached; nothing is counted after it.
    var refused: Timestamp?
    /// When the last unit of the sample was seen.
    var complete: Timestamp?
  }

  /// - Parameters:
  ///   - sample: units that are looked at.
  ///   - refuse: so many nonconforming ones end it.
  func count(sample: Int, refuse: Int) -> Count {
    struct Look: Hashable {
      var unit: UInt64
      var step: UInt64
      var station: Int
    }
    var count = Count()
    var units: [UInt64: Bool] = [:]
    var seen: Set<Look> = []
    for entry in entries {
      let piece = entry.piece
      // A unit that was found nonconforming stays so: a second attempt says nothing of the lot.
      if units[piece.unit] == nil {
        guard count.inspected < sample else { continue }
        units[piece.unit] = false
        count.inspected += 1
        if count.inspected == sample { count.complete = piece.time }
      }
      guard seen.insert(Look(unit: piece.unit, step: piece.step, station: entry.station)).inserted, piece.isBad,
        units[piece.unit] == false
      else { continue }
      units[piece.unit] = true
      count.nonconforming.append(piece.name)
      if count.nonconforming.count == refuse {
        count.refused = piece.time
        return count
      }
    }
    return count
  }

  // MARK: Coding

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.varint(size ?? 0)
    writer.varint(stations.count)
    for station in stations { writer.string(station) }
    writer.varint(entries.count)
    for entry in entries {
      writer.varint(entry.station)
      entry.piece.encode(into: &writer)
    }
    writer.timestamp(sized)
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    let size = try reader.integer()
    self.size = size > 0 ? size : nil
    for _ in 0..<(try reader.count()) { stations.append(try reader.string()) }
    for _ in 0..<(try reader.count()) {
      let station = try reader.integer()
      guard stations.indices.contains(station) else {
        throw ByteReaderError(offset: reader.offset, expected: "a station of the lot")
      }
      entries.append(Entry(piece: try LotPieces.Piece(from: &reader), station: station))
    }
    // Rows of before end here.
    if !reader.isAtEnd { sized = try reader.timestamp() }
  }
}
