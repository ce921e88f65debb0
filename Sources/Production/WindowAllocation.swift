import Plant
import Telemetry
import Templates

/// One window of a line, divided among its orders: every amount is the sum of its shares, exactly.
///
/// The steps, of which the first one that can be taken is:
/// 1. *sub-meter*: one order ran for the whole window; nothing is divided.
/// 2. *machine-time*: by the time in which the line ran for each order; what it ran beside all orders stays outside.
/// 3. *order-time*, idle: the line is known not to have run; by the time for which each order was open, pauses
///    included; the time without an order stays outside.
/// 4. *pieces*: nothing tells whether the line ran; by the pieces that each order made.
/// 5. *order-time*: by the time for which each order ran.
struct WindowAllocation: Hashable, Sendable {
  enum Basis: UInt8, Hashable, Sendable, CaseIterable {
    case meter = 0
    case machineTime = 1
    case pieces = 2
    case orderTime = 3

    var word: String {
      switch self {
      case .meter: "sub-meter"
      case .machineTime: "machine-time"
      case .pieces: "pieces"
      case .orderTime: "order-time"
      }
    }
  }

  struct Amount: Hashable, Sendable {
    var carrier: Carrier
    var value: ExactDecimal
    var isEstimated: Bool
  }

  /// What fell to one order, or outside.
  struct Share: Hashable, Sendable {
    /// Nanoseconds in which the order ran; of orders at the same time each has its part.
    var orderTime: Int64 = 0
    /// Of it, with the line running.
    var runTime: Int64 = 0
    var good = ExactDecimal.zero
    var scrap = ExactDecimal.zero
    /// By carrier.
    var amounts: [Amount] = []
  }

  var basis = Basis.orderTime
  /// The line is known not to have run.
  var isIdle = false
  /// No order was open at any time of it.
  var isWithoutOrder = true
  /// Of the line.
  var runTime: Int64 = 0
  /// What the meters counted, by carrier.
  var metered: [Amount] = []
  /// By key.
  var shares: [(key: String, share: Share)] = []
  var outside = Share()

  static func == (one: WindowAllocation, other: WindowAllocation) -> Bool {
    one.basis == other.basis && one.isIdle == other.isIdle && one.isWithoutOrder == other.isWithoutOrder
      && one.runTime == other.runTime && one.metered == other.metered && one.outside == other.outside
      && one.shares.map(\.key) == other.shares.map(\.key) && one.shares.map(\.share) == other.shares.map(\.share)
  }
  func hash(into hasher: inout Hasher) {
    hasher.combine(metered)
    hasher.combine(shares.map(\.key))
  }

  init() {}

  /// - Parameters:
  ///   - run: stretches of time in which the line ran, by time, without overlap; nil = nothing is known of it.
  ///   - good, scrap: pieces of the line in the window.
  ///   - orders: by key.
  init(
    window: Range<Timestamp>, metered: [Amount], run: [Range<Timestamp>]?, steps: [PieceStep], good: ExactDecimal,
    scrap: ExactDecimal, orders: [(key: String, order: ProductionOrder)]
  ) throws(DecimalError) {
    self.metered = metered
    let touching = orders.filter { $0.order.touches(window) }
    isWithoutOrder = touching.isEmpty
    shares = touching.map { ($0.key, Share()) }
    let active = touching.map { $0.order.active.compactMap { $0.clipped(to: window) } }
    let open = touching.map { $0.order.open.compactMap { $0.clipped(to: window) } }
    let whole = (window.upperBound - window.lowerBound).nanoseconds
    runTime = (run ?? []).reduce(0) { $0 + ($1.upperBound - $1.lowerBound).nanoseconds }
    isIdle = run != nil && runTime == 0

    let orderTimes = Self.divide([window], among: active)
    let runTimes = Self.divide(run ?? [], among: active)
    for place in shares.indices {
      shares[place].share.orderTime = Int64(orderTimes.parts[place])
      shares[place].share.runTime = Int64(runTimes.parts[place])
    }
    outside.orderTime = Int64(orderTimes.outside)
    outside.runTime = Int64(runTimes.outside)

    let pieces = Self.pieces(steps, active)
    try allocate(good: good, scrap: scrap, pieces, orderTimes)

    let alone = active.indices.filter { !active[$0].isEmpty }
    var weights: Weights
    if alone.count == 1, orderTimes.parts[alone[0]] == Int128(whole) {
      basis = .meter
      weights = orderTimes
    } else if runTime > 0 {
      basis = .machineTime
      weights = runTimes
    } else if isIdle {
      weights = Self.divide([window], among: open)
    } else if pieces.all.sum > 0 {
      basis = .pieces
      weights = (pieces.all.parts, pieces.all.outside)
    } else {
      weights = orderTimes.parts.contains { $0 > 0 } ? orderTimes : Self.divide([window], among: open)
    }
    if touching.isEmpty || (weights.parts + [weights.outside]).allSatisfy({ $0 == 0 }) {
      weights = (shares.map { _ in 0 }, 1)
    }
    let exact = (weights.parts + [weights.outside]).map { ExactDecimal(whole: $0) }
    for amount in metered {
      let parts = try amount.value.allocated(by: exact)
      for (place, part) in parts.enumerated() where !part.isZero {
        let share = Amount(carrier: amount.carrier, value: part, isEstimated: amount.isEstimated)
        if place < shares.count { shares[place].share.amounts.append(share) } else { outside.amounts.append(share) }
      }
    }
  }

  // MARK: Time

  /// Divides stretches of time: what several orders have at the same time is halved (in three, …) among them.
  private static func divide(_ time: [Range<Timestamp>], among orders: [[Range<Timestamp>]]) -> Weights {
    var parts = orders.map { _ in Int128(0) }
    var outside: Int128 = 0
    for stretch in time {
      var edges: Set<Timestamp> = [stretch.lowerBound, stretch.upperBound]
      for interval in orders.joined() {
        if stretch.contains(interval.lowerBound) { edges.insert(interval.lowerBound) }
        if stretch.contains(interval.upperBound) { edges.insert(interval.upperBound) }
      }
      let sorted = edges.sorted()
      for (from, to) in zip(sorted, sorted.dropFirst()) {
        let length = Int128((to - from).nanoseconds)
        let present = orders.indices.filter { orders[$0].contains { $0.lowerBound <= from && to <= $0.upperBound } }
        guard !present.isEmpty else {
          outside += length
          continue
        }
        let count = Int128(present.count)
        for (place, order) in present.enumerated() {
          parts[order] += length / count + (Int128(place) < length % count ? 1 : 0)
        }
      }
    }
    return (parts, outside)
  }

  // MARK: Pieces

  /// Wider than the pieces that a register can tell, so that no reading of it, however wrong, is too many.
  private typealias Weights = (parts: [Int128], outside: Int128)
  private typealias Pieces = (good: Weights, scrap: Weights, all: (parts: [Int128], outside: Int128, sum: Int128))

  /// In millionths. Pieces counted between two readings belong to the orders that ran between them, by their time; those
  /// of a time in which none ran are outside.
  private static func pieces(_ steps: [PieceStep], _ active: [[Range<Timestamp>]]) -> Pieces {
    var good: Weights = (active.map { _ in 0 }, 0)
    var scrap = good
    for step in steps {
      // An instant is the nanosecond that begins with it.
      let end = step.since < step.time ? step.time : Timestamp(nanoseconds: step.time.nanoseconds + 1)
      let stretch = min(step.since, step.time)..<end
      let times = active.map { intervals in
        intervals.reduce(Int64(0)) { sum, interval in
          let overlap =
            min(interval.upperBound, end).nanoseconds - max(interval.lowerBound, stretch.lowerBound).nanoseconds
          return sum + max(0, overlap)
        }
      }
      let whole = times.reduce(0, +)
      guard whole > 0 else {
        good.outside += Int128(step.good) * 1_000_000
        scrap.outside += Int128(step.scrap) * 1_000_000
        continue
      }
      for place in times.indices {
        good.parts[place] += millionths(step.good, times[place], whole)
        scrap.parts[place] += millionths(step.scrap, times[place], whole)
      }
    }
    let positive: (Weights) -> Weights = { ($0.parts.map { max(0, $0) }, max(0, $0.outside)) }
    (good, scrap) = (positive(good), positive(scrap))
    let parts = zip(good.parts, scrap.parts).map(+)
    let outside = good.outside + scrap.outside
    return (good, scrap, (parts, outside, parts.reduce(outside, +)))
  }

  /// pieces × 10⁶ × part ÷ whole, in two steps: the product of all three could be too long.
  private static func millionths(_ pieces: Int64, _ part: Int64, _ whole: Int64) -> Int128 {
    let (quotient, rest) = (Int128(pieces) * Int128(part)).quotientAndRemainder(dividingBy: Int128(whole))
    return quotient * 1_000_000 + rest * 1_000_000 / Int128(whole)
  }

  private mutating func allocate(
    good: ExactDecimal, scrap: ExactDecimal, _ pieces: Pieces, _ orderTimes: Weights
  ) throws(DecimalError) {
    for (total, weights, isGood) in [(good, pieces.good, true), (scrap, pieces.scrap, false)] {
      guard !total.isZero else { continue }
      var weights = weights
      // Counted without a reading that says when: by the orders' time.
      if weights.parts.allSatisfy({ $0 == 0 }), weights.outside == 0 {
        weights = orderTimes.parts.contains { $0 > 0 } ? (orderTimes.parts, 0) : (orderTimes.parts, 1)
      }
      let exact = (weights.parts + [weights.outside]).map { ExactDecimal(whole: $0) }
      let isWhole = total == total.rounded(to: 0)
      for (place, part) in try total.allocated(by: exact, places: isWhole ? 0 : ExactDecimal.quotientPlaces)
        .enumerated()
      {
        if place < shares.count {
          if isGood { shares[place].share.good = part } else { shares[place].share.scrap = part }
        } else if isGood {
          outside.good = part
        } else {
          outside.scrap = part
        }
      }
    }
  }
}
