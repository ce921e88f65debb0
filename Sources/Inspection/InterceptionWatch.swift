import Telemetry

/// Units that a station has rejected, until they are released: which of them went on all the same.
///
/// A rejected unit may be seen again at its own station (for another attempt) and at places of rework. A good verdict of
/// the station that had rejected it, the verdict `rework`, or a review that calls the rejection false releases it. Whatever
/// comes in another order gives the same: each unit is judged by its visits in the order of their times.
public struct InterceptionWatch: Hashable, Sendable {
  /// What happened to a unit.
  public struct Visit: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
      case rejected = 0
      /// Good, or repaired, or the rejection was false.
      case released = 1
      /// Seen at a station, whatever it said.
      case seen = 2
    }
    public var time: Timestamp
    /// Position of the station in the site.
    public var station: Int
    public var kind: Kind
  }

  /// A rejected unit that went on.
  public struct Escape: Hashable, Sendable {
    public var unit: String
    public var rejectedAt: Int
    public var rejected: Timestamp
    public var seenAt: Int
    public var seen: Timestamp
  }

  /// Most units that are held; the oldest are forgotten first.
  static let mostUnits = 20_000

  /// By unit, each by time.
  private var held: [String: [Visit]] = [:]

  public init() {}

  public var isEmpty: Bool { held.isEmpty }
  public var count: Int { held.count }
  public func isHeld(_ unit: String) -> Bool { held[unit] != nil }

  /// - Returns: the unit's escape before and after this visit; equal where nothing has changed.
  public mutating func add(_ visit: Visit, unit: String) -> (before: Escape?, after: Escape?) {
    // Units that nobody has rejected cost one look.
    guard held[unit] != nil || visit.kind == .rejected else { return (nil, nil) }
    let before = escape(unit)
    var visits = held[unit] ?? []
    let place = visits.firstIndex { ($0.time, $0.station, $0.kind.rawValue) >= (visit.time, visit.station, visit.kind.rawValue) }
      ?? visits.endIndex
    if place == visits.endIndex || visits[place] != visit { visits.insert(visit, at: place) }
    held[unit] = visits
    let after = escape(unit)
    // Released at the end, and nothing open: it need not be remembered.
    if after == nil, Self.isReleased(visits) { held[unit] = nil }
    if held.count > Self.mostUnits { forgetOldest() }
    return (before, after)
  }

  /// The newest rejection that nothing has released, and the first other station that saw the unit after it.
  public func escape(_ unit: String) -> Escape? {
    guard let visits = held[unit] else { return nil }
    var rejection: Visit?
    var escape: Escape?
    for visit in visits {
      switch visit.kind {
      case .rejected:
        if rejection == nil || rejection?.station == visit.station {
          rejection = visit
        } else if let first = rejection, escape == nil {
          // Rejected at another station: it had gone there.
          escape = Escape(
            unit: unit, rejectedAt: first.station, rejected: first.time, seenAt: visit.station, seen: visit.time)
        }
      case .released:
        if rejection != nil, escape == nil || visit.station == rejection?.station {
          rejection = nil
          escape = nil
        }
      case .seen:
        if let first = rejection, first.station != visit.station, escape == nil {
          escape = Escape(
            unit: unit, rejectedAt: first.station, rejected: first.time, seenAt: visit.station, seen: visit.time)
        }
      }
    }
    return escape
  }

  private static func isReleased(_ visits: [Visit]) -> Bool { visits.last?.kind == .released }

  /// Forgets units of which nothing was heard since.
  /// - Returns: the escapes among them.
  public mutating func forget(before time: Timestamp) -> [Escape] {
    let old = held.filter { $0.value.last.map { $0.time < time } ?? true }.keys.sorted()
    return old.compactMap { unit in
      let escape = escape(unit)
      held[unit] = nil
      return escape
    }
  }

  private mutating func forgetOldest() {
    let oldest = held.min { a, b in
      (a.value.last?.time ?? .distantPast, a.key) < (b.value.last?.time ?? .distantPast, b.key)
    }
    if let oldest { held[oldest.key] = nil }
  }

  // MARK: Coding

  public func encode(into writer: inout ByteWriter) {
    writer.varint(held.count)
    for (unit, visits) in held.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.varint(visits.count)
      for visit in visits {
        writer.timestamp(visit.time)
        writer.varint(visit.station)
        writer.byte(visit.kind.rawValue)
      }
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      var visits: [Visit] = []
      for _ in 0..<(try reader.count()) {
        let time = try reader.timestamp()
        let station = try reader.integer()
        guard let kind = Visit.Kind(rawValue: try reader.byte()) else {
          throw ByteReaderError(offset: reader.offset, expected: "what happened to a unit")
        }
        visits.append(Visit(time: time, station: station, kind: kind))
      }
      held[unit] = visits
    }
  }
}
