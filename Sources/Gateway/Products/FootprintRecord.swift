import Store
import Telemetry

/// A `product-footprint` record as documents for people outside need it.
struct FootprintRecord {
  var id: String
  /// Of its body, hexadecimal.
  var hash: String
  var issued: Timestamp
  var start: Timestamp
  var end: Timestamp
  var body: JSONValue

  init(id: String, hash: String, issued: Timestamp, start: Timestamp, end: Timestamp, body: JSONValue) {
    self.id = id
    self.hash = hash
    self.issued = issued
    self.start = start
    self.end = end
    self.body = body
  }

  init(_ record: IssuedRecord) throws {
    let envelope = try JSONValue(parsing: record.json)
    self.init(
      id: record.id, hash: envelope["hash"]?.stringValue ?? "", issued: record.issued, start: record.start,
      end: record.end, body: envelope["body"] ?? .null)
  }

  func text(_ member: String) -> String? { body[member]?.stringValue }
  func decimal(_ member: String) -> ExactDecimal? { text(member).flatMap { ExactDecimal($0) } }
  var order: String { text("order") ?? "" }
  var isFinal: Bool { text("status") == "final" }
  func isOf(_ name: String) -> Bool { ["order", "batch", "product"].contains { text($0) == name } }
}
