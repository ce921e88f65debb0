import Plant
import Rules
import Telemetry
import Templates

/// Pieces of lots that a station saw in a window, as one plan counts them: what stations tell the rule of lots.
struct LotPieces: Hashable, Sendable {
  static let name = "inspection/lots"

  /// One verdict.
  struct Piece: Hashable, Sendable {
    var time: Timestamp
    /// Hash of the unit's name.
    var unit: UInt64
    /// Hash of the step.
    var step: UInt64
    /// The unit's name, of a nonconforming one.
    var name = ""
    var isBad = false
  }

  struct Lot: Hashable, Sendable {
    var name: String
    /// The supplier or product; "" where the results do not say it.
    var series: String
    var size: Int?
    /// By time; the first verdict of each unit and step.
    var pieces: [Piece] = []
  }

  var plan: String
  var lots: [Lot] = []

  /// - Parameters:
  ///   - results: of the station, by time.
  ///   - reviews: of the same window, by time.
  init(_ plan: LotPlan, results: [Event], reviews: [Event]) {
    self.plan = plan.name
    var words: [ReviewedPart: Event] = [:]
    for review in reviews { if let part = ReviewedPart(review: review) { words[part] = review } }
    // A review that leaves out step and attempt is of the last result that it may mean.
    var judged: [ReviewedPart: Int] = [:]
    if !words.isEmpty {
      for (place, result) in results.enumerated() {
        for part in ReviewedPart.names(of: result) where words[part] != nil { judged[part] = place }
      }
    }
    var found: [Int: Event] = [:]
    for (part, place) in judged { if let review = words[part] { found[place] = later(found[place], review) } }
    var places: [[String]: Int] = [:]
    var seen: Set<[UInt64]> = []
    for (place, result) in results.enumerated() {
      guard let lot = result.first(plan.source.rawValue), !lot.isEmpty, plan.counts(product: result.first("product")),
        let isBad = plan.isBad(result, review: result.first("review") == nil ? found[place] : result)
      else { continue }
      let series = plan.series == .plan ? "" : result.first(plan.series.rawValue) ?? ""
      let index = places[[series, lot]] ?? lots.count
      if index == lots.count {
        places[[series, lot]] = index
        lots.append(Lot(name: lot, series: series, size: nil))
      }
      if let size = result.first("lot-size").flatMap({ Int($0) }), size > 0 { lots[index].size = size }
      let unit = result.first("unit") ?? ""
      let piece = Piece(
        time: result.time, unit: unit.isEmpty ? result.identity : Self.hash(unit),
        step: Self.hash(result.first("step") ?? ""), name: isBad ? unit : "", isBad: isBad)
      guard seen.insert([UInt64(index), piece.unit, piece.step]).inserted else { continue }
      lots[index].pieces.append(piece)
    }
  }

  private static func hash(_ text: String) -> UInt64 {
    var hash = Hash64()
    hash.combine(text)
    return hash.value
  }

  // MARK: Telling

  func published(start: Timestamp, end: Timestamp, cause: RevisionCause?) -> Published {
    var writer = ByteWriter()
    writer.string(plan)
    writer.varint(lots.count)
    for lot in lots {
      writer.string(lot.name)
      writer.string(lot.series)
      writer.varint(lot.size ?? 0)
      writer.varint(lot.pieces.count)
      for piece in lot.pieces { piece.encode(into: &writer) }
    }
    return .derived(DerivedFigures(name: Self.name, start: start, end: end, bytes: writer.bytes, cause: cause))
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    plan = try reader.string()
    for _ in 0..<(try reader.count()) {
      var lot = Lot(name: try reader.string(), series: try reader.string(), size: nil)
      let size = try reader.integer()
      lot.size = size > 0 ? size : nil
      for _ in 0..<(try reader.count()) { lot.pieces.append(try Piece(from: &reader)) }
      lots.append(lot)
    }
  }
}

extension LotPieces.Piece {
  func encode(into writer: inout ByteWriter) {
    writer.timestamp(time)
    writer.fixed64(unit)
    writer.fixed64(step)
    writer.boolean(isBad)
    if isBad { writer.string(name) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init(time: try reader.timestamp(), unit: try reader.fixed64(), step: try reader.fixed64())
    isBad = try reader.boolean()
    if isBad { name = try reader.string() }
  }
}

/// Of two reviews of one result the last one counts.
private func later(_ one: Event?, _ other: Event) -> Event {
  guard let one else { return other }
  return (one.time, one.identity) < (other.time, other.identity) ? other : one
}

extension LotPlan {
  func counts(product: String?) -> Bool {
    products.isEmpty || products.contains { Wildcard.matches(product ?? "", $0) }
  }

  private func counts(_ defects: [String]) -> Bool {
    self.defects.isEmpty || defects.contains { code in self.defects.contains { Wildcard.matches(code, $0) } }
  }

  /// Whether the piece is nonconforming; nil while nobody has decided.
  ///
  /// - Parameter review: the event that says what a person found.
  func isBad(_ result: Event, review: Event?) -> Bool? {
    let verdict = result.first("verdict")
    let rejected = verdict == UnitVisit.bad ? true : verdict == UnitVisit.good ? false : nil
    let word = review?.first("review").flatMap(ReviewWord.init)
    guard let review, let isBad = word?.isBad(rejected: rejected) else {
      return rejected.map { $0 && counts(result.all("defect")) }
    }
    return isBad && counts(result.all("defect") + review.all("defect"))
  }
}
