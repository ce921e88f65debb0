import Telemetry

/// Units that a station has rejected, until they are released: which of them went on all the same.
///
/// A rejected unit may be seen again at its own station. A good verdict there for the same step, the verdict `rework`
/// anywhere, or a review that calls the rejection false releases it. From its rejection on each unit is judged by its visits
/// in the order of their times, whatever order they come in. What was seen before the rejection *came* is not known: of a
/// station that was cut off while the unit went on, only the next station that sees it makes an alarm. The unit's file has
/// all of it.
public struct InterceptionWatch: Hashable, Sendable {
  /// What happened to a unit.
  public struct Visit: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
      case rejected = 0
      /// Found good.
      case passed = 1
      /// Repaired, or the rejection was false.
      case released = 2
      /// Seen without a verdict that decides.
      case seen = 3
      /// A person found bad what the station had passed.
      case condemned = 4
    }
    public var time: Timestamp
    /// Hash of the station's id.
    public var station: UInt64
    /// Hash of the step's name.
    public var step: UInt64
    public var kind: Kind

    public init(time: Timestamp, station: UInt64, step: UInt64, kind: Kind) {
      self.time = time
      self.station = station
      self.step = step
      self.kind = kind
    }
  }

  /// A rejected unit that went on.
  public struct Escape: Hashable, Sendable {
    public var unit: String
    public var rejectedAt: UInt64
    public var rejected: Timestamp
    public var seenAt: UInt64
    public var seen: Timestamp
  }

  /// Visits of one unit: with more it is rather the name of all that could not be read.
  static let mostOfUnit = 64

  /// By unit, each by time.
  private var held: [String: [Visit]] = [:]

  /// Of all units.
  public private(set) var visits = 0

  public init() {}

  public var count: Int { held.count }
  public func isHeld(_ unit: String) -> Bool { held[unit] != nil }

  /// Units that nobody has rejected cost one look.
  /// - Returns: whether anything is remembered or forgotten by it.
  public mutating func add(_ visit: Visit, unit: String) -> Bool {
    guard held[unit] != nil || visit.kind == .rejected || visit.kind == .condemned else { return false }
    var known = held[unit] ?? []
    let place = known.firstIndex { Self.order($0) >= Self.order(visit) } ?? known.endIndex
    if place < known.endIndex, known[place] == visit { return false }
    known.insert(visit, at: place)
    visits += 1
    if known.count > Self.mostOfUnit {
      known.remove(at: Self.least(known))
      visits -= 1
    }
    held[unit] = known
    // Nothing is open and the unit goes on: what is late now changes nothing that could still be stopped.
    if Self.open(known).isEmpty { drop(unit) }
    return true
  }

  private mutating func drop(_ unit: String) {
    visits -= held.removeValue(forKey: unit)?.count ?? 0
  }

  /// Which one goes when more visits come than are kept: the oldest that neither rejects nor releases, and is not the first
  /// one after the rejection.
  private static func least(_ visits: [Visit]) -> Int {
    let passed = open(visits).first.flatMap { seen(visits, after: $0) }
    let rejecting = Set(visits.lazy.filter { $0.kind == .rejected || $0.kind == .condemned }.map(\.station))
    return visits.firstIndex {
      ($0.kind == .seen || $0.kind == .passed && !rejecting.contains($0.station)) && $0 != passed
    } ?? 1
  }

  private static func seen(_ visits: [Visit], after rejection: Visit) -> Visit? {
    visits.first { $0.time > rejection.time && $0.station != rejection.station }
  }

  /// The first other station that saw the unit while it was rejected; nil if none did, or if it was released.
  public func escape(_ unit: String) -> Escape? {
    guard let visits = held[unit], let rejection = Self.open(visits).first,
      let seen = Self.seen(visits, after: rejection)
    else { return nil }
    return Escape(
      unit: unit, rejectedAt: rejection.station, rejected: rejection.time, seenAt: seen.station, seen: seen.time)
  }

  /// Rejections that nothing has released, by time.
  private static func open(_ visits: [Visit]) -> [Visit] {
    var open: [Visit] = []
    for visit in visits {
      switch visit.kind {
      case .rejected, .condemned:
        if !open.contains(where: { $0.station == visit.station && $0.step == visit.step }) { open.append(visit) }
      case .passed:
        // A person may leave out the step of what is reviewed.
        open.removeAll { $0.station == visit.station && ($0.step == visit.step || $0.step == Self.anyStep) }
      case .released: open = []
      case .seen: break
      }
    }
    return open
  }

  /// Stations under the hashes of their ids of now.
  public mutating func rename(_ stations: [UInt64: UInt64]) {
    for (unit, visits) in held {
      held[unit] = visits.map { visit in
        var visit = visit
        visit.station = stations[visit.station] ?? visit.station
        return visit
      }.sorted { Self.order($0) < Self.order($1) }
    }
  }

  /// A review has the time of the result that it judges, and comes after it; what releases comes last.
  private static func order(_ visit: Visit) -> (Timestamp, UInt8, UInt64, UInt64, UInt8) {
    let rank: UInt8 =
      switch visit.kind {
      case .rejected, .passed, .seen: 0
      case .condemned: 1
      case .released: 2
      }
    return (visit.time, rank, visit.station, visit.step, visit.kind.rawValue)
  }

  /// Of a visit that names no step.
  static let anyStep = step("")

  static func step(_ name: String) -> UInt64 {
    var hash = Hash64()
    hash.combine(name)
    return hash.value
  }

  /// Forgets units of which nothing was heard since.
  public mutating func forget(before time: Timestamp) -> [String] {
    let old = held.filter { $0.value.last.map { $0.time < time } ?? true }.keys.sorted()
    for unit in old { drop(unit) }
    return old
  }

  /// Forgets the units of which nothing was heard for longest, until so many visits remain.
  public mutating func forget(downTo most: Int) -> [String] {
    var old: [String] = []
    for (unit, known) in held.sorted(by: {
      ($0.value.last?.time ?? .distantPast, $0.key) < ($1.value.last?.time ?? .distantPast, $1.key)
    }) {
      guard visits > most, !known.isEmpty else { break }
      drop(unit)
      old.append(unit)
    }
    return old
  }

  // MARK: Coding

  public func encode(into writer: inout ByteWriter) {
    writer.varint(held.count)
    for (unit, visits) in held.sorted(by: { $0.key < $1.key }) {
      writer.string(unit)
      writer.varint(visits.count)
      for visit in visits { visit.encode(into: &writer) }
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let unit = try reader.string()
      var known: [Visit] = []
      for _ in 0..<(try reader.count()) { known.append(try Visit(from: &reader)) }
      visits += known.count - (held[unit]?.count ?? 0)
      held[unit] = known
    }
  }
}

extension InterceptionWatch.Visit {
  func encode(into writer: inout ByteWriter) {
    writer.timestamp(time)
    writer.fixed64(station)
    writer.fixed64(step)
    writer.byte(kind.rawValue)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    time = try reader.timestamp()
    station = try reader.fixed64()
    step = try reader.fixed64()
    guard let kind = Kind(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "what happened to a unit")
    }
    self.kind = kind
  }
}
