/// Texts that repeat within a row of the store: written once each, in the order of their first use, and named by their
/// place from then on.
public struct TextTable: Sendable {
  private var places: [String: Int] = [:]
  private var texts: [String] = []

  public init() {}

  /// Of a text of the row, known or new.
  public mutating func place(_ text: String) -> Int {
    if let known = places[text] { return known }
    places[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }

  /// Number of texts, and each.
  public func encode(into writer: inout ByteWriter) {
    writer.varint(texts.count)
    for text in texts { writer.string(text) }
  }

  /// To look up, not to go on with.
  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    let count = try reader.count()
    texts.reserveCapacity(count)
    for _ in 0..<count { texts.append(try reader.string()) }
  }

  /// Reads a place, which `ByteWriter.varint` wrote.
  public func text(_ reader: inout ByteReader) throws(ByteReaderError) -> String {
    let place = try reader.integer()
    guard texts.indices.contains(place) else {
      throw ByteReaderError(offset: reader.offset, expected: "one of \(texts.count) texts")
    }
    return texts[place]
  }
}
