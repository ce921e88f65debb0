import Plant
import Telemetry
import Templates

/// What was made and used for an order so far: the sum of its shares of all closed windows.
struct OrderAccount: Hashable, Sendable {
  struct Sum: Hashable, Sendable {
    var carrier: Carrier
    /// By `WindowAllocation.Basis`.
    var byBasis = Array(repeating: ExactDecimal.zero, count: WindowAllocation.Basis.allCases.count)
    var idle = ExactDecimal.zero
    var estimated = ExactDecimal.zero

    func total() throws(DecimalError) -> ExactDecimal {
      var sum = ExactDecimal.zero
      for part in byBasis { sum = try sum + part }
      return sum
    }
  }

  /// The newest revision of a record; nil before the first.
  struct Issued: Hashable, Sendable {
    var revision: Int
    var bodyHash: UInt64
  }

  var order: ProductionOrder
  var orderTime: Int64 = 0
  var runTime: Int64 = 0
  var good = ExactDecimal.zero
  var scrap = ExactDecimal.zero
  /// By carrier.
  var sums: [Sum] = []
  var record: Issued?
  var footprint: Issued?
  /// Start of the first record that was issued: by it and the key the Store knows them, though a late event may say that
  /// the order began earlier.
  var recordStart: Timestamp?

  init(order: ProductionOrder) { self.order = order }

  /// Adds a window's share, or takes it back.
  mutating func add(_ share: WindowAllocation.Share, of window: WindowAllocation, sign: Int) throws(DecimalError) {
    let factor = ExactDecimal(sign)
    orderTime += share.orderTime * Int64(sign)
    runTime += share.runTime * Int64(sign)
    good = try good + share.good * factor
    scrap = try scrap + share.scrap * factor
    for amount in share.amounts {
      let place = sums.firstIndex { !($0.carrier < amount.carrier) } ?? sums.endIndex
      if place == sums.endIndex || sums[place].carrier != amount.carrier {
        sums.insert(Sum(carrier: amount.carrier), at: place)
      }
      let value = try amount.value * factor
      let basis = Int(window.basis.rawValue)
      sums[place].byBasis[basis] = try sums[place].byBasis[basis] + value
      if window.isIdle { sums[place].idle = try sums[place].idle + value }
      if amount.isEstimated { sums[place].estimated = try sums[place].estimated + value }
    }
  }
}

/// A line's plant-local day: what its meters counted and where it went.
struct LineDay: Hashable, Sendable {
  struct Pieces: Hashable, Sendable {
    var good = ExactDecimal.zero
    var scrap = ExactDecimal.zero
  }

  struct Sum: Hashable, Sendable {
    var carrier: Carrier
    var metered = ExactDecimal.zero
    /// By key, each once.
    var orders: [String: ExactDecimal] = [:]
    /// In windows without an order, and beside the orders of a window.
    var withoutOrder = ExactDecimal.zero
    var outside = ExactDecimal.zero
  }

  var start: Timestamp
  /// By carrier.
  var sums: [Sum] = []
  var runTime: Int64 = 0
  var good = ExactDecimal.zero
  var scrap = ExactDecimal.zero
  var goodOutside = ExactDecimal.zero
  var scrapOutside = ExactDecimal.zero
  /// With energy.
  var windows = 0
  /// By key of the order, without those that made none; nil for a day that was begun before it was kept.
  var pieces: [String: Pieces]? = [:]
  /// Keys of the orders that had a share of a window, sorted.
  var orders: [String] = []
  var record: OrderAccount.Issued?

  init(start: Timestamp) { self.start = start }

  mutating func add(_ window: WindowAllocation, sign: Int) throws(DecimalError) {
    let factor = ExactDecimal(sign)
    runTime += window.runTime * Int64(sign)
    windows += window.metered.isEmpty ? 0 : sign
    for amount in window.metered {
      let place = place(of: amount.carrier)
      sums[place].metered = try sums[place].metered + amount.value * factor
    }
    for (key, share) in window.shares {
      if !orders.contains(key) { orders = (orders + [key]).sorted() }
      good = try good + share.good * factor
      scrap = try scrap + share.scrap * factor
      if var own = pieces?.removeValue(forKey: key) ?? (pieces == nil ? nil : Pieces()) {
        own.good = try own.good + share.good * factor
        own.scrap = try own.scrap + share.scrap * factor
        if own != Pieces() { pieces?[key] = own }
      }
      for amount in share.amounts {
        let place = place(of: amount.carrier)
        let sum = try (sums[place].orders[key] ?? .zero) + amount.value * factor
        sums[place].orders[key] = sum.isZero ? nil : sum
      }
    }
    good = try good + window.outside.good * factor
    scrap = try scrap + window.outside.scrap * factor
    goodOutside = try goodOutside + window.outside.good * factor
    scrapOutside = try scrapOutside + window.outside.scrap * factor
    for amount in window.outside.amounts {
      let place = place(of: amount.carrier)
      if window.isWithoutOrder {
        sums[place].withoutOrder = try sums[place].withoutOrder + amount.value * factor
      } else {
        sums[place].outside = try sums[place].outside + amount.value * factor
      }
    }
  }

  private mutating func place(of carrier: Carrier) -> Int {
    let place = sums.firstIndex { !($0.carrier < carrier) } ?? sums.endIndex
    if place == sums.endIndex || sums[place].carrier != carrier { sums.insert(Sum(carrier: carrier), at: place) }
    return place
  }
}
