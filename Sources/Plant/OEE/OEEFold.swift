import Telemetry

/// What one machine did in an interval, as elements of ISO 22400-2 by product: a fold over the windows that it told.
public struct OEEFold: Sendable {
  /// A window as it was told; they do not overlap.
  public struct Window: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    /// By time; where there is none, nothing is known.
    public var states: [StateSpan]
    public var pieces: [PieceStep]
    /// kWh; nil = not metered.
    public var energy: ExactDecimal?

    public init(
      start: Timestamp, end: Timestamp, states: [StateSpan] = [], pieces: [PieceStep] = [], energy: ExactDecimal? = nil
    ) {
      self.start = start
      self.end = end
      self.states = states
      self.pieces = pieces
      self.energy = energy
    }
  }

  /// What the machine made in a stretch of time: of one order, or of several of one product.
  public struct Product: Hashable, Sendable {
    public var name: String?
    public var start: Timestamp
    public var end: Timestamp
    public init(name: String?, start: Timestamp, end: Timestamp) {
      self.name = name
      self.start = start
      self.end = end
    }
  }

  /// Elements of one product (nil = without an order, or of several orders at the same time).
  public struct Part: Hashable, Sendable {
    public var product: String?
    public var elements: OEEElements
  }

  public var interval: Range<Timestamp>
  /// Ascending, without overlaps, within the interval.
  public var planned: [Range<Timestamp>]
  /// Time of the shifts, planned stops included.
  public var shifts: [Range<Timestamp>] = []
  /// By time.
  public var windows: [Window]
  /// By time, without overlaps.
  public var products: [Product] = []
  /// PRI by product, s; `standard` of those that are not listed and of no product.
  public var cycles: [String: ExactDecimal] = [:]
  public var standard: ExactDecimal?
  /// A stop without a reason that is no longer than this is a minor stop.
  public var minorStop: Span64
  /// Losses of states, beside what their names mean.
  public var losses: [String: OEELoss] = [:]
  public var countsPieces: Bool

  public init(
    interval: Range<Timestamp>, planned: [Range<Timestamp>], windows: [Window], minorStop: Span64, countsPieces: Bool
  ) {
    self.interval = interval
    self.planned = planned
    self.windows = windows
    self.minorStop = minorStop
    self.countsPieces = countsPieces
  }

  /// By product, none first. Empty windows between the told ones are time of which nothing is known.
  public func parts() throws(DecimalError) -> [Part] {
    var sums: [String?: OEEElements] = [:]
    let short = shortStops()
    var cursor = interval.lowerBound
    for window in windows where window.start < interval.upperBound && interval.lowerBound < window.end {
      if cursor < window.start { try add(Window(start: cursor, end: window.start), short, to: &sums) }
      try add(window, short, to: &sums)
      cursor = max(cursor, window.end)
    }
    if cursor < interval.upperBound {
      try add(Window(start: cursor, end: interval.upperBound), short, to: &sums)
    }
    return sums.sorted { ($0.key ?? "") < ($1.key ?? "") }.map { Part(product: $0.key, elements: $0.value) }
  }

  /// All of them as one.
  public static func sum(_ parts: [Part]) throws(DecimalError) -> OEEElements {
    var sum = OEEElements()
    for part in parts { try sum.add(part.elements) }
    return sum
  }

  // MARK: Time

  private func add(
    _ window: Window, _ short: Set<StateSpan>, to sums: inout [String?: OEEElements]
  ) throws(DecimalError) {
    let range = max(window.start, interval.lowerBound)..<min(window.end, interval.upperBound)
    guard range.lowerBound < range.upperBound else { return }
    /// Nanoseconds by product, and how much of them with the machine running.
    var shares: [(product: String?, time: Int64, run: Int64)] = []
    for (from, to) in slices(range, window) {
      let length = (to - from).nanoseconds
      let span = window.states.first { $0.start <= from && from < $0.end }
      let product = product(at: from)
      let isRunning = span?.state == .running && losses[span?.name ?? ""] == nil
      let place = shares.firstIndex { $0.product == product } ?? shares.endIndex
      if place == shares.endIndex { shares.append((product, 0, 0)) }
      shares[place].time += length
      if isRunning { shares[place].run += length }
      let idle = span?.state == .idle ? length : 0
      var elements = sums[product] ?? empty
      if isPlanned(from) {
        elements.planned += length
        elements.idle += idle
        if isRunning {
          elements.production += length
        } else {
          elements[span.map { loss($0, short) } ?? .noData] += length
        }
      } else {
        if isRunning { elements.outsideProduction += length }
        elements.outsideIdle += idle
        if shifts.contains(where: { $0.contains(from) }) { elements.plannedStops += length }
      }
      sums[product] = elements
    }
    for step in window.pieces { try add(step, window, to: &sums) }
    try divide(window, range, shares, to: &sums)
  }

  private var empty: OEEElements {
    var elements = OEEElements()
    elements.countsPieces = countsPieces
    elements.hasPlannedRunTime = standard != nil || !cycles.isEmpty
    return elements
  }

  private func slices(_ range: Range<Timestamp>, _ window: Window) -> [(Timestamp, Timestamp)] {
    var edges: Set<Timestamp> = [range.lowerBound, range.upperBound]
    func add(_ edge: Timestamp) { if range.contains(edge) { edges.insert(edge) } }
    for span in window.states {
      add(span.start)
      add(span.end)
    }
    for part in planned + shifts {
      add(part.lowerBound)
      add(part.upperBound)
    }
    for product in products {
      add(product.start)
      add(product.end)
    }
    let sorted = edges.sorted()
    return Array(zip(sorted, sorted.dropFirst()))
  }

  private func isPlanned(_ time: Timestamp) -> Bool { planned.contains { $0.contains(time) } }

  private func product(at time: Timestamp) -> String? {
    products.first { $0.start <= time && time < $0.end }?.name
  }

  private func loss(_ span: StateSpan, _ short: Set<StateSpan>) -> OEELoss {
    losses[span.name] ?? OEELoss(stateName: span.name) ?? (short.contains(span) ? .minorStops : .unexplained)
  }

  /// Spans of stops that are minor ones; what windows have cut is one stop.
  private func shortStops() -> Set<StateSpan> {
    var short: Set<StateSpan> = []
    var stop: [StateSpan] = []
    func close() {
      if let first = stop.first, let last = stop.last, !(minorStop < last.end - first.start) { short.formUnion(stop) }
      stop = []
    }
    for window in windows {
      for span in window.states {
        if let last = stop.last, span.state == .running || last.end != span.start || last.name != span.name { close() }
        if span.state != .running { stop.append(span) }
      }
    }
    close()
    return short
  }

  // MARK: Pieces and energy

  /// Pieces count where the machine last ran before the reading that tells them (within its window); else at the reading.
  private func add(
    _ step: PieceStep, _ window: Window, to sums: inout [String?: OEEElements]
  ) throws(DecimalError) {
    var time = step.time
    var name = window.states.first { $0.start <= step.time && step.time < $0.end }?.name
    if step.since < step.time {
      let from = max(step.since, window.start)
      let run = window.states.last { $0.state == .running && $0.start < step.time && from < $0.end }
      name = run?.name ?? name
      time = Timestamp(nanoseconds: min(step.time, run?.end ?? step.time).nanoseconds - 1)
    }
    guard interval.contains(time) else { return }
    let product = product(at: time)
    var elements = sums[product] ?? empty
    if isPlanned(time) {
      try elements.add(
        good: step.good, scrap: step.scrap, rework: max(0, min(step.good, -step.scrap)),
        startupScrap: name.map(OEELoss.isStartup) == true ? max(0, step.scrap) : 0,
        cycle: product.flatMap { cycles[$0] } ?? standard)
    } else {
      elements.outsideGood += step.good
      elements.outsideScrap += step.scrap
    }
    sums[product] = elements
  }

  /// The energy of a window that the interval cuts, or with several products, by their time with the machine running,
  /// else by their time.
  private func divide(
    _ window: Window, _ range: Range<Timestamp>, _ shares: [(product: String?, time: Int64, run: Int64)],
    to sums: inout [String?: OEEElements]
  ) throws(DecimalError) {
    guard let energy = window.energy, !shares.isEmpty else { return }
    let whole = (window.end - window.start).nanoseconds
    let inside = (range.upperBound - range.lowerBound).nanoseconds
    let own = inside == whole ? energy : try energy.allocated(by: [decimal(inside), decimal(whole - inside)])[0]
    let ran = shares.contains { $0.run > 0 }
    let parts = try own.allocated(by: shares.map { decimal(ran ? $0.run : $0.time) })
    for (share, part) in zip(shares, parts) {
      var elements = sums[share.product] ?? empty
      elements.energy = try (elements.energy ?? .zero) + part
      sums[share.product] = elements
    }
  }

  private func decimal(_ value: Int64) -> ExactDecimal { ExactDecimal(Int(value)) }
}
