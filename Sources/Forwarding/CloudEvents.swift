import Telemetry

/// Records as CloudEvents 1.0 in the JSON format (structured mode, or the batch format).
struct CloudEvents: Sendable {
  static let single = "application/cloudevents+json"
  static let batch = "application/cloudevents-batch+json"

  /// `weir/<gateway>`, a relative URI reference; with `id` it identifies the event for ever.
  private let source: [UInt8]

  init(gateway: String) {
    source = Self.string("weir/" + gateway)
  }

  /// One event as a JSON object.
  func event(_ record: OutboundRecord) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(record.json.count + 320)
    append(record, to: &out)
    return out
  }

  /// A JSON array of events.
  func batch(_ records: ArraySlice<OutboundRecord>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(records.reduce(2) { $0 + $1.json.count + 320 })
    out.append(UInt8(ascii: "["))
    for record in records {
      if record.sequence != records.first?.sequence { out.append(UInt8(ascii: ",")) }
      append(record, to: &out)
    }
    out.append(UInt8(ascii: "]"))
    return out
  }

  private func append(_ record: OutboundRecord, to out: inout [UInt8]) {
    out.append(contentsOf: #"{"specversion":"1.0","id":"#.utf8)
    out.append(contentsOf: Self.string(record.id))
    out.append(contentsOf: #","source":"#.utf8)
    out.append(contentsOf: source)
    out.append(contentsOf: #","type":"io.weir."#.utf8)
    out.append(contentsOf: record.kind.rawValue.utf8)
    out.append(contentsOf: #".v1","#.utf8)
    // An attribute may be absent but not empty.
    if !record.asset.isEmpty {
      out.append(contentsOf: #""subject":"#.utf8)
      out.append(contentsOf: Self.string(record.asset))
      out.append(UInt8(ascii: ","))
    }
    out.append(contentsOf: #""time":""#.utf8)
    out.append(contentsOf: record.issued.rfc3339UTC.utf8)
    out.append(contentsOf: #"","datacontenttype":"application/json","data":"#.utf8)
    out.append(contentsOf: record.json)
    out.append(UInt8(ascii: "}"))
  }

  private static func string(_ text: String) -> [UInt8] { JSONValue.string(text).canonicalBytes() }
}
