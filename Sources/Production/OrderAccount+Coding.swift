import Plant
import Telemetry

extension OrderAccount {
  func encode(into writer: inout ByteWriter) {
    order.encode(into: &writer)
    writer.zigzag(orderTime)
    writer.zigzag(runTime)
    writer.decimal(good)
    writer.decimal(scrap)
    writer.varint(sums.count)
    for sum in sums {
      sum.carrier.encode(into: &writer)
      for part in sum.byBasis { writer.decimal(part) }
      writer.decimal(sum.idle)
      writer.decimal(sum.estimated)
    }
    for issued in [record, footprint] { Issued.encode(issued, into: &writer) }
    writer.optional(recordStart)
  }

  init(from reader: inout ByteReader) throws {
    self.init(order: try ProductionOrder(from: &reader))
    orderTime = try reader.zigzag()
    runTime = try reader.zigzag()
    good = try reader.decimal()
    scrap = try reader.decimal()
    for _ in 0..<(try reader.count()) {
      var sum = Sum(carrier: try Carrier(from: &reader))
      for place in sum.byBasis.indices { sum.byBasis[place] = try reader.decimal() }
      sum.idle = try reader.decimal()
      sum.estimated = try reader.decimal()
      sums.append(sum)
    }
    record = try Issued.decode(from: &reader)
    footprint = try Issued.decode(from: &reader)
    recordStart = try reader.optionalTimestamp()
  }
}

extension OrderAccount.Issued {
  static func encode(_ issued: Self?, into writer: inout ByteWriter) {
    writer.boolean(issued != nil)
    guard let issued else { return }
    writer.varint(issued.revision)
    writer.fixed64(issued.bodyHash)
  }

  static func decode(from reader: inout ByteReader) throws -> Self? {
    guard try reader.boolean() else { return nil }
    let revision = try reader.integer()
    return Self(revision: revision, bodyHash: try reader.fixed64())
  }
}

extension LineDay {
  func encode(into writer: inout ByteWriter) {
    writer.timestamp(start)
    writer.varint(sums.count)
    for sum in sums {
      sum.carrier.encode(into: &writer)
      for part in [sum.metered, sum.withoutOrder, sum.outside] { writer.decimal(part) }
      writer.varint(sum.orders.count)
      for (key, part) in sum.orders.sorted(by: { $0.key < $1.key }) {
        writer.string(key)
        writer.decimal(part)
      }
    }
    writer.zigzag(runTime)
    for part in [good, scrap, goodOutside, scrapOutside] { writer.decimal(part) }
    writer.zigzag(Int64(windows))
    writer.varint(orders.count)
    for key in orders { writer.string(key) }
    OrderAccount.Issued.encode(record, into: &writer)
    guard let pieces else { return }
    writer.varint(pieces.count)
    for (key, own) in pieces.sorted(by: { $0.key < $1.key }) {
      writer.string(key)
      writer.decimal(own.good)
      writer.decimal(own.scrap)
    }
  }

  init(from reader: inout ByteReader) throws {
    self.init(start: try reader.timestamp())
    for _ in 0..<(try reader.count()) {
      var sum = Sum(carrier: try Carrier(from: &reader))
      sum.metered = try reader.decimal()
      sum.withoutOrder = try reader.decimal()
      sum.outside = try reader.decimal()
      for _ in 0..<(try reader.count()) {
        let key = try reader.string()
        sum.orders[key] = try reader.decimal()
      }
      sums.append(sum)
    }
    runTime = try reader.zigzag()
    good = try reader.decimal()
    scrap = try reader.decimal()
    goodOutside = try reader.decimal()
    scrapOutside = try reader.decimal()
    windows = Int(try reader.zigzag())
    orders = try (0..<(try reader.count())).map { _ in try reader.string() }
    record = try OrderAccount.Issued.decode(from: &reader)
    // A day from before pieces were kept by order ends here.
    pieces = nil
    guard !reader.isAtEnd else { return }
    pieces = [:]
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      pieces?[key] = Pieces(good: try reader.decimal(), scrap: try reader.decimal())
    }
  }
}

extension ProductionOrder {
  func encode(into writer: inout ByteWriter) {
    writer.string(id)
    for text in [product, operation, batch] { writer.optional(text) }
    for number in [planned, produced, scrapped] { writer.optional(number) }
    writer.byte(state.rawValue)
    for intervals in [active, open] {
      writer.varint(intervals.count)
      for interval in intervals {
        writer.timestamp(interval.start)
        writer.optional(interval.end)
      }
    }
  }

  init(from reader: inout ByteReader) throws {
    self.init(id: try reader.string())
    product = try reader.optionalString()
    operation = try reader.optionalString()
    batch = try reader.optionalString()
    planned = try reader.optionalScaled()
    produced = try reader.optionalScaled()
    scrapped = try reader.optionalScaled()
    guard let state = State(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of an order")
    }
    self.state = state
    active = try Self.intervals(from: &reader)
    open = try Self.intervals(from: &reader)
  }

  private static func intervals(from reader: inout ByteReader) throws -> [Interval] {
    try (0..<(try reader.count())).map { _ in
      let start = try reader.timestamp()
      return Interval(start: start, end: try reader.optionalTimestamp())
    }
  }
}
