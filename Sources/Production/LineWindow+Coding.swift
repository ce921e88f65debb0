import Plant
import Telemetry
import Templates

extension LineWindow {
  func encode(into writer: inout ByteWriter) {
    writer.timestamp(start)
    writer.varint(amounts.count)
    for amount in amounts {
      writer.string(amount.asset)
      writer.string(amount.quantity.rawValue)
      writer.scaled(amount.value)
      writer.boolean(amount.isEstimated)
    }
    writer.varint(activities.count)
    for activity in activities {
      writer.string(activity.asset)
      writer.varint(activity.run.count)
      for span in activity.run {
        writer.byte(span.state.rawValue)
        writer.zigzag((span.start - start).nanoseconds)
        writer.zigzag((span.end - span.start).nanoseconds)
      }
      writer.varint(activity.pieces.count)
      for step in activity.pieces {
        writer.zigzag((step.since - start).nanoseconds)
        writer.zigzag((step.time - step.since).nanoseconds)
        writer.zigzag(step.good)
        writer.zigzag(step.scrap)
      }
    }
    writer.varint(orders.count)
    for key in orders { writer.string(key) }
    writer.boolean(accounted != nil)
    accounted?.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws {
    self.init(start: try reader.timestamp())
    for _ in 0..<(try reader.count()) {
      let asset = try reader.string()
      let quantity = try reader.quantity()
      let value = try reader.scaled()
      amounts.append(Amount(asset: asset, quantity: quantity, value: value, isEstimated: try reader.boolean()))
    }
    for _ in 0..<(try reader.count()) {
      var activity = Activity(asset: try reader.string(), run: [], pieces: [])
      for _ in 0..<(try reader.count()) {
        guard let state = RunState(rawValue: try reader.byte()) else {
          throw ByteReaderError(offset: reader.offset, expected: "a run state")
        }
        let from = start + Span64(nanoseconds: try reader.zigzag())
        activity.run.append(RunSpan(state: state, start: from, end: from + Span64(nanoseconds: try reader.zigzag())))
      }
      for _ in 0..<(try reader.count()) {
        let since = start + Span64(nanoseconds: try reader.zigzag())
        let time = since + Span64(nanoseconds: try reader.zigzag())
        activity.pieces.append(
          PieceStep(since: since, time: time, good: try reader.zigzag(), scrap: try reader.zigzag()))
      }
      activities.append(activity)
    }
    orders = try (0..<(try reader.count())).map { _ in try reader.string() }
    accounted = try reader.boolean() ? try WindowAllocation(from: &reader) : nil
  }
}

extension WindowAllocation {
  func encode(into writer: inout ByteWriter) {
    writer.byte(basis.rawValue)
    writer.boolean(isIdle)
    writer.boolean(isWithoutOrder)
    writer.zigzag(runTime)
    Self.encode(metered, into: &writer)
    writer.varint(shares.count)
    for (key, share) in shares {
      writer.string(key)
      share.encode(into: &writer)
    }
    outside.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws {
    self.init()
    guard let basis = Basis(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the basis of an allocation")
    }
    self.basis = basis
    isIdle = try reader.boolean()
    isWithoutOrder = try reader.boolean()
    runTime = try reader.zigzag()
    metered = try Self.amounts(from: &reader)
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      shares.append((key, try Share(from: &reader)))
    }
    outside = try Share(from: &reader)
  }

  fileprivate static func encode(_ amounts: [Amount], into writer: inout ByteWriter) {
    writer.varint(amounts.count)
    for amount in amounts {
      amount.carrier.encode(into: &writer)
      writer.decimal(amount.value)
      writer.boolean(amount.isEstimated)
    }
  }

  fileprivate static func amounts(from reader: inout ByteReader) throws -> [Amount] {
    try (0..<(try reader.count())).map { _ in
      let carrier = try Carrier(from: &reader)
      return Amount(carrier: carrier, value: try reader.decimal(), isEstimated: try reader.boolean())
    }
  }
}

extension WindowAllocation.Share {
  func encode(into writer: inout ByteWriter) {
    writer.zigzag(orderTime)
    writer.zigzag(runTime)
    writer.decimal(good)
    writer.decimal(scrap)
    WindowAllocation.encode(amounts, into: &writer)
  }

  init(from reader: inout ByteReader) throws {
    orderTime = try reader.zigzag()
    runTime = try reader.zigzag()
    good = try reader.decimal()
    scrap = try reader.decimal()
    amounts = try WindowAllocation.amounts(from: &reader)
  }
}

extension Carrier {
  func encode(into writer: inout ByteWriter) {
    writer.string(quantity.rawValue)
    writer.optional(fuel)
  }

  init(from reader: inout ByteReader) throws {
    let quantity = try reader.quantity()
    self.init(quantity, fuel: try reader.optionalString())
  }
}

extension ByteReader {
  mutating func quantity() throws(ByteReaderError) -> Signal.Quantity {
    guard let quantity = Signal.Quantity(rawValue: try string()) else {
      throw ByteReaderError(offset: offset, expected: "a counted quantity")
    }
    return quantity
  }
}
