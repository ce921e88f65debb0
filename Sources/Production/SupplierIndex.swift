import Factors
import Telemetry

/// Which imported footprints there are, and which of them counts for a product at a time.
///
/// Not superseded ones count. Of several the one with the latest reference period that had begun by then, of one period
/// the one created last; if none had begun yet, the earliest. So what counts does not depend on the order of the imports.
struct SupplierIndex: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    var id: String
    var products: [String]
    var preceding: [String]
    var start: Timestamp
    var created: Timestamp

    init(_ footprint: SupplierFootprint) {
      id = footprint.id
      products = footprint.productIDs
      preceding = footprint.precedingIDs
      start = footprint.start
      created = footprint.created
    }

    init(from reader: inout ByteReader) throws {
      id = try reader.string()
      products = try (0..<(try reader.count())).map { _ in try reader.string() }
      preceding = try (0..<(try reader.count())).map { _ in try reader.string() }
      start = try reader.timestamp()
      created = try reader.timestamp()
    }

    func encode(into writer: inout ByteWriter) {
      writer.string(id)
      writer.varint(products.count)
      for product in products { writer.string(product) }
      writer.varint(preceding.count)
      for id in preceding { writer.string(id) }
      writer.timestamp(start)
      writer.timestamp(created)
    }
  }

  /// By id.
  private(set) var entries: [Entry] = []

  func contains(_ id: String) -> Bool { entries.contains { $0.id == id } }

  mutating func add(_ entry: Entry) {
    entries.insert(entry, at: entries.firstIndex { entry.id < $0.id } ?? entries.endIndex)
  }

  /// The footprint that says that it replaces this one; of several the one created last.
  func successor(of id: String) -> String? {
    entries.filter { $0.id != id && $0.preceding.contains(id) }.max { ($0.created, $0.id) < ($1.created, $1.id) }?.id
  }

  /// Id of the footprint that counts for a product at a time.
  func choice(_ product: String, at time: Timestamp) -> String? {
    let known = entries.filter { $0.products.contains(product) && successor(of: $0.id) == nil }
    let begun = known.filter { $0.start <= time }
    if begun.isEmpty {
      return known.min { ($0.start, $1.created, $1.id) < ($1.start, $0.created, $0.id) }?.id
    }
    return begun.max { ($0.start, $0.created, $0.id) < ($1.start, $1.created, $1.id) }?.id
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(entries.count)
    for entry in entries { entry.encode(into: &writer) }
  }

  init() {}

  init(from reader: inout ByteReader) throws {
    entries = try (0..<(try reader.count())).map { _ in try Entry(from: &reader) }
  }
}
