import Plant
import Telemetry
import Templates
import Testing

@testable import Production

@Suite struct WindowAllocationTests {
  private static func at(_ minute: Int64) -> Timestamp { LinePlant.at(minute) }

  /// An order that runs in `active` (minutes) and is open from the first to the last.
  private static func order(_ id: String, _ active: [(Int64, Int64)], until end: Int64? = nil) -> (
    String, ProductionOrder
  ) {
    var events: [OrderEvent] = []
    for (place, part) in active.enumerated() {
      let number = UInt64(place * 2)
      events.append(OrderEvent(time: at(part.0), identity: number, kind: place == 0 ? .start : .resume))
      events.append(OrderEvent(time: at(part.1), identity: number + 1, kind: .pause))
    }
    if let last = end ?? active.last?.1 { events.append(OrderEvent(time: at(last), identity: 99, kind: .end)) }
    return (id, ProductionOrder(id: id, events: events.sorted()))
  }

  private func divide(
    _ orders: [(String, ProductionOrder)], run: [(Int64, Int64)]?, steps: [PieceStep] = [], good: Int = 0
  ) throws -> WindowAllocation {
    try WindowAllocation(
      window: Self.at(0)..<Self.at(15),
      metered: [.init(carrier: Carrier(.activeEnergyImport), value: ExactDecimal(30), isEstimated: false)],
      run: run?.map { Self.at($0.0)..<Self.at($0.1) }, steps: steps, good: ExactDecimal(good), scrap: .zero,
      orders: orders.map { (key: $0.0, order: $0.1) })
  }

  private func text(_ window: WindowAllocation) -> String {
    let parts = window.shares.map { "\($0.key) \($0.share.amounts.first?.value ?? .zero)" }
    return (parts + ["– \(window.outside.amounts.first?.value ?? .zero)", window.basis.word]).joined(separator: ", ")
  }

  /// A register without a range may show anything.
  @Test(arguments: [100_000_000_000_000, Int64.max])
  func oneWrongReadingOfACounterIsNotTooMuch(count: Int64) throws {
    let order = Self.order("A", [(0, 5)])
    let days = PieceStep(since: Self.at(-10_000), time: Self.at(5), good: count, scrap: 0)
    let shared = try divide([order, Self.order("B", [(0, 5)])], run: nil, steps: [days, days], good: 4)
    #expect(shared.shares.map(\.share.good) == [ExactDecimal(2), ExactDecimal(2)])
    #expect(text(shared) == "A 15, B 15, – 0, pieces")
    let outside = PieceStep(since: Self.at(6), time: Self.at(9), good: count, scrap: count)
    let apart = try divide([order], run: nil, steps: [outside], good: 4)
    #expect(apart.outside.good == ExactDecimal(4) && text(apart) == "A 0, – 30, pieces")
  }

  @Test func stepByStep() throws {
    let whole = Self.order("A", [(-5, 20)])
    let first = Self.order("A", [(0, 5)])
    let second = Self.order("B", [(5, 10)])
    let paused = Self.order("C", [(-9, -1)], until: 30)
    #expect(try text(divide([], run: nil)) == "– 30, order-time")
    #expect(try text(divide([whole], run: nil)) == "A 30, – 0, sub-meter")
    #expect(try text(divide([whole, paused], run: [(0, 3)])) == "A 30, C 0, – 0, sub-meter")
    #expect(try text(divide([first, second], run: [(0, 15)])) == "A 10, B 10, – 10, machine-time")
    #expect(try text(divide([first, second], run: [(4, 10)])) == "A 5, B 25, – 0, machine-time")
    #expect(try text(divide([first, second], run: [])) == "A 10, B 10, – 10, order-time")
    #expect(try divide([first, second], run: []).isIdle)
    #expect(try text(divide([paused], run: [])) == "C 30, – 0, order-time")
    #expect(try text(divide([paused], run: [(0, 1)])) == "C 0, – 30, machine-time")
    #expect(try text(divide([first, second], run: nil)) == "A 10, B 10, – 10, order-time")
    let steps = [
      PieceStep(since: Self.at(0), time: Self.at(5), good: 1, scrap: 0),
      PieceStep(since: Self.at(5), time: Self.at(9), good: 1, scrap: 1),
    ]
    #expect(try text(divide([first, second], run: nil, steps: steps, good: 2)) == "A 10, B 20, – 0, pieces")
  }

  @Test func ordersAtTheSameTimeShareIt() throws {
    let a = Self.order("A", [(0, 10)])
    let b = Self.order("B", [(0, 15)])
    let window = try divide([a, b], run: [(0, 15)])
    #expect(text(window) == "A 10, B 20, – 0, machine-time")
    #expect(window.shares.map(\.share.runTime) == [300_000_000_000, 600_000_000_000])
  }

  @Test func piecesBelongToWhoRanBetweenTheReadings() throws {
    let a = Self.order("A", [(0, 5)])
    let b = Self.order("B", [(5, 10)])
    let steps = [
      PieceStep(since: Self.at(0), time: Self.at(4), good: 6, scrap: 0),
      PieceStep(since: Self.at(4), time: Self.at(6), good: 2, scrap: 0),
      // The last reading comes after the order's end: still its pieces.
      PieceStep(since: Self.at(9), time: Self.at(11), good: 3, scrap: 0),
      PieceStep(since: Self.at(11), time: Self.at(14), good: 1, scrap: 0),
    ]
    let window = try divide([a, b], run: nil, steps: steps, good: 12)
    #expect(window.shares.map(\.share.good) == [ExactDecimal(7), ExactDecimal(4)])
    #expect(window.outside.good == ExactDecimal(1))
  }

  @Test func stateSurvives() throws {
    var window = LineWindow(start: Self.at(0))
    window.set(
      [.init(asset: "m", quantity: .gasVolumeNormal, value: ScaledInteger(5, exponent: -1), isEstimated: true)],
      of: ["m"])
    window.set(
      LineWindow.Activity(
        asset: "c", run: [RunSpan(state: .idle, start: Self.at(1), end: Self.at(2))],
        pieces: [PieceStep(since: Self.at(0), time: Self.at(2), good: -1, scrap: 1)]), of: ["c"])
    window.add(order: "f/A")
    window.accounted = try divide([Self.order("f/A", [(0, 5)])], run: [(0, 15)], good: 3)
    var writer = ByteWriter()
    window.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try LineWindow(from: &reader) == window)
    #expect(reader.isAtEnd)
  }
}
