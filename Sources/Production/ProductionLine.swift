import Plant
import Telemetry
import Templates

/// What is metered: a quantity, and of fuels which one.
public struct Carrier: Hashable, Sendable, Comparable {
  public var quantity: Signal.Quantity
  public var fuel: String?

  public init(_ quantity: Signal.Quantity, fuel: String? = nil) {
    self.quantity = quantity
    self.fuel = fuel
  }

  /// `active-energy-import`, `gas-volume-normal/natural_gas`
  public var name: String { quantity.rawValue + (fuel.map { "/\($0)" } ?? "") }
  public static func < (one: Carrier, other: Carrier) -> Bool { one.name < other.name }

  /// What a line consumes; counts of pieces, hours, reactive energy and what it gives back are none.
  static let consumed: [Signal.Quantity] = [
    .activeEnergyImport, .gasVolume, .gasVolumeNormal, .waterVolume, .steamMass, .heatEnergy, .coolingEnergy,
    .compressedAirVolume, .compressedAirVolumeNormal, .nitrogenVolume, .nitrogenVolumeNormal,
  ]
}

/// A line: the place that order feeds speak for, with the assets that belong to it. Positions are those in `Site.assets`.
///
/// An asset belongs to the nearest line that its place (or what its `serves` says) lies in.
public struct ProductionLine: Hashable, Sendable {
  public var place: String
  /// Not empty. The first one gives the line's records their asset.
  public var feeds: [Int]
  /// Whose pieces are those of the line: the ones marked with `counts-pieces`, else all counters.
  public var counters: [Int] = []
  /// What tells whether the line runs: it does while one of them does.
  public var runners: [Int] = []
  /// Which meters add up to what the line consumed, nothing twice.
  public var meters: [Carrier: [Int]] = [:]

  /// In the order of their first feeds.
  public static func lines(of site: Site) -> [ProductionLine] {
    var lines: [ProductionLine] = []
    for (position, asset) in site.assets.enumerated() {
      guard asset.orderSignal != nil, !asset.production.servesNone else { continue }
      let place = asset.production.serves ?? asset.place
      if let line = lines.firstIndex(where: { $0.place == place }) {
        lines[line].feeds.append(position)
      } else {
        lines.append(ProductionLine(place: place, feeds: [position]))
      }
    }
    guard !lines.isEmpty else { return [] }
    let lineOf = site.assets.map { line(of: $0, in: lines) }
    let topology = MeterTopology(site.assets)
    for line in lines.indices {
      let members = site.assets.indices.filter { lineOf[$0] == line }
      lines[line].counters = counters(members, site)
      lines[line].runners = runners(members, site, counters: lines[line].counters)
      for quantity in Carrier.consumed {
        for meter in topology.counted(quantity, among: { lineOf[$0] == line })
        where !isSaidOtherwise(quantity, site.assets[meter].quantities) {
          lines[line].meters[Carrier(quantity, fuel: fuel(quantity, site.assets[meter])), default: []].append(meter)
        }
      }
    }
    return lines
  }

  /// Whether another register of the same meter counts the same: a gas at normal conditions, steam by its heat, air and
  /// cold by the electricity that the machine makes them of.
  private static func isSaidOtherwise(_ quantity: Signal.Quantity, _ counts: Set<Signal.Quantity>) -> Bool {
    if let better = quantity.betterMeasure, counts.contains(better) { return true }
    return quantity.isMadeOfElectricity && counts.contains(.activeEnergyImport)
  }

  private static func fuel(_ quantity: Signal.Quantity, _ asset: Asset) -> String? {
    quantity == .gasVolume || quantity == .gasVolumeNormal ? asset.metering.fuel : nil
  }

  /// Position of the line that an asset belongs to.
  static func line(of asset: Asset, in lines: [ProductionLine]) -> Int? {
    guard !asset.production.servesNone else { return nil }
    let place = asset.production.serves ?? asset.place
    var nearest: Int?
    for (position, line) in lines.enumerated() {
      guard line.place.isEmpty || place == line.place || place.hasPrefix(line.place + "/") else { continue }
      if let nearest, lines[nearest].place.utf8.count >= line.place.utf8.count { continue }
      nearest = position
    }
    return nearest
  }

  private static func counters(_ members: [Int], _ site: Site) -> [Int] {
    let marked = members.filter { site.assets[$0].production.countsPieces == true }
    guard marked.isEmpty else { return marked }
    return members.filter { site.assets[$0].production.countsPieces == nil && site.assets[$0].hasPieceCounter }
  }

  /// Those that count the pieces, else those that are told to say it, else all that can.
  private static func runners(_ members: [Int], _ site: Site, counters: [Int]) -> [Int] {
    let able = members.filter { site.assets[$0].runSource != nil }
    let counting = able.filter { counters.contains($0) }
    guard counting.isEmpty else { return counting }
    let told = able.filter { site.assets[$0].production.runState != nil }
    return told.isEmpty ? able : told
  }
}

/// Where an asset's run state comes from.
enum RunReading: Hashable, Sendable {
  /// State by the value of the sample, nil for names that tell nothing.
  case state(signal: Int, names: [RunState?])
  case threshold(signal: Int, running: Double, idle: Double?)

  var signal: Int {
    switch self {
    case .state(let signal, _), .threshold(let signal, _, _): signal
    }
  }

  func state(_ value: Value) -> RunState? {
    guard case .double(let number) = value else { return nil }
    switch self {
    case .state(_, let names):
      guard let place = Int(exactly: number), names.indices.contains(place) else { return nil }
      return names[place]
    case .threshold(_, let running, let idle): return RunState(value: number, running: running, idle: idle)
    }
  }
}

extension Asset {
  /// Nil if nothing tells whether it runs.
  var runSource: RunReading? {
    switch production.runState {
    case .off: return nil
    case .threshold(let name, let running, let idle):
      guard let signal = signals.firstIndex(where: { $0.name == name }) else { return nil }
      return .threshold(signal: signal, running: running.doubleValue, idle: idle?.doubleValue)
    case .state(let name): return signals.firstIndex { $0.name == name }.flatMap(stateReading)
    case nil: return signals.indices.lazy.compactMap(stateReading).first
    }
  }

  private func stateReading(_ signal: Int) -> RunReading? {
    guard case .state(let names) = signals[signal].kind else { return nil }
    let states = names.map { RunState(stateName: $0) }
    return states.contains(.running) ? .state(signal: signal, names: states) : nil
  }

  var hasPieceCounter: Bool {
    signals.contains { $0.kind.quantity == .goodCount || $0.kind.quantity == .productionCount }
  }
}
