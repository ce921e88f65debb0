import Journal
import Telemetry
import Templates

/// A random history of a plant with everything that goes wrong: repetitions, conflicts, late and unordered samples,
/// lost connections with a backlog, wrong clocks, bad values.
struct Scenario {
  let plant: TestPlant
  private(set) var batches: [Batch] = []
  /// Expected sums: what a sorted dictionary per series says.
  private(set) var model = Model()

  struct Model {
    var samples: [SeriesID: [Timestamp: Value]] = [:]
    var events: [String: [UInt64: Event]] = [:]
    var decoded = 0
    var duplicates = 0
    var conflicts = 0
    var future = 0
    var tooOld = 0
    var bad = 0
  }

  private enum Item {
    case sample(Sample)
    case event(Event)
  }

  private var random: SplitMix64
  private var maker = BatchMaker()
  private var clock: Timestamp?
  private var sent: [[Item]]
  /// What waits at the broker while a connection is down.
  private var backlog: [[Item]]
  private var isUp: [Bool]
  private var now = 0.0
  private var nextIdentity: UInt64 = 1

  init(seed: UInt64, steps: Int, assets: Int = 4, clock: ClockSource = .system) {
    plant = TestPlant(assets: assets, clock: clock)
    random = SplitMix64(seed: seed)
    sent = Array(repeating: [], count: assets)
    backlog = Array(repeating: [], count: 2)
    isUp = [true, true]
    batches.append(maker.batch { $0.drain(plant) })
    for _ in 0..<steps { step() }
    finish()
  }

  private mutating func step() {
    var batch = Batch()
    for connection in 0..<2 where random.chance(4) { toggle(connection, &batch) }
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      now += Double.random(in: 0...8, using: &random)
      if random.chance(1) { now += 4000 }
      send(randomItem(), &batch)
    }
    if random.chance(60) { mark(&batch) }
    append(batch)
  }

  private mutating func finish() {
    var batch = Batch()
    for connection in 0..<2 where !isUp[connection] { toggle(connection, &batch) }
    now += 100_000
    mark(&batch)
    append(batch)
    // Closes what the mark's own late windows left.
    var last = Batch()
    now += 1
    mark(&last)
    append(last)
  }

  private mutating func append(_ batch: Batch) {
    var batch = batch
    batch.position = maker.batch { _ in }.position
    batches.append(batch)
  }

  private mutating func mark(_ batch: inout Batch) {
    let time = plant.at(now)
    clock = time
    batch.entries.append(.mark(time))
  }

  private mutating func toggle(_ connection: Int, _ batch: inout Batch) {
    let id = plant.catalog.connection(named: plant.site.connections[connection].name)
    isUp[connection].toggle()
    if !isUp[connection] {
      batch.entries.append(.connection(id, .down))
      return
    }
    batch.entries.append(.connection(id, .up))
    let waiting = backlog[connection]
    backlog[connection] = []
    for (place, item) in waiting.enumerated() {
      // Marks that come while the backlog arrives.
      if place % 50 == 49 { mark(&batch) }
      deliver(item, &batch)
    }
    batch.entries.append(.connection(id, .drained))
  }

  private mutating func randomItem() -> (asset: Int, Item) {
    let asset = Int.random(in: 0..<sent.count, using: &random)
    if random.chance(8), let old = sent[asset].randomElement(using: &random) { return (asset, old) }
    if random.chance(3), let old = sent[asset].randomElement(using: &random) { return (asset, changed(old)) }
    var time = now + Double(Int.random(in: -5...5, using: &random))
    if random.chance(4) { time -= Double(Int.random(in: 0...20_000, using: &random)) }
    if random.chance(1) { time += 3600 * 24 }
    if random.chance(1) { time -= 3600 * 24 * 5 }
    // Whole seconds make equal times likely, as duplicates and conflicts by chance.
    time = time.rounded()
    let signal = [0, 0, 1, 2, 3, 4][Int.random(in: 0..<6, using: &random)]
    if signal == TestPlant.event {
      nextIdentity += 1
      return (asset, .event(plant.event(time, nextIdentity, random.chance(70) ? "ok" : "bad", asset: asset)))
    }
    let number = Int64.random(in: 0..<1000, using: &random)
    let value: Value =
      signal == TestPlant.register ? .scaled(ScaledInteger(number, exponent: -2)) : .double(Double(number))
    let quality: Quality = random.chance(2) ? .badOutOfRange : .good
    return (
      asset,
      .sample(Sample(series: plant.series(asset, signal), time: plant.at(time), value: value, quality: quality))
    )
  }

  private func changed(_ item: Item) -> Item {
    switch item {
    case .sample(let sample):
      let value: Value =
        switch sample.value {
        case .double(let number): .double(number + 1)
        case .scaled(let number): .scaled(ScaledInteger(number.mantissa + 1, exponent: number.exponent))
        }
      return .sample(Sample(series: sample.series, time: sample.time, value: value, quality: sample.quality))
    case .event(var event):
      event.attributes.append(Event.Attribute("defect", "scratch"))
      return .event(event)
    }
  }

  private mutating func send(_ message: (asset: Int, item: Item), _ batch: inout Batch) {
    sent[message.asset].append(message.item)
    let connection = message.asset % 2
    if isUp[connection] { deliver(message.item, &batch) } else { backlog[connection].append(message.item) }
  }

  private mutating func deliver(_ item: Item, _ batch: inout Batch) {
    model.decoded += 1
    switch item {
    case .sample(let sample):
      batch.add(sample)
      if sample.quality.isBad {
        model.bad += 1
      } else if isInTime(sample.time) {
        note(sample)
      }
    case .event(let event):
      batch.add(event)
      if isInTime(event.time) { note(event) }
    }
  }

  private mutating func isInTime(_ time: Timestamp) -> Bool {
    guard let clock else { return true }
    if time > clock + .minutes(5) {
      model.future += 1
      return false
    }
    if time < clock - TestPlant.horizon {
      model.tooOld += 1
      return false
    }
    return true
  }

  private mutating func note(_ sample: Sample) {
    switch model.samples[sample.series]?[sample.time] {
    case nil: model.samples[sample.series, default: [:]][sample.time] = sample.value
    case sample.value?: model.duplicates += 1
    default: model.conflicts += 1
    }
  }

  private mutating func note(_ event: Event) {
    let asset = plant.site.assets[plant.catalog.place(of: event.series)?.asset ?? 0].id
    switch model.events[asset]?[event.identity] {
    case nil: model.events[asset, default: [:]][event.identity] = event
    case let first? where first.attributes == event.attributes: model.duplicates += 1
    default: model.conflicts += 1
    }
  }
}

extension Scenario.Model {
  /// The body of every window, by record key.
  func bodies(_ plant: TestPlant) -> [String: [UInt8]] {
    var sums: [String: (count: Int, sum: Int64)] = [:]
    func add(_ asset: String, _ time: Timestamp, _ weight: Int64) {
      let key = "\(asset)/\(time.windowStart(SumRule.length).rfc3339UTC)"
      sums[key, default: (0, 0)].count += 1
      sums[key, default: (0, 0)].sum += weight
    }
    for (series, values) in samples {
      guard let place = plant.catalog.place(of: series), place.signal != TestPlant.unwanted else { continue }
      for (time, value) in values { add(plant.site.assets[place.asset].id, time, SumRule.weight(value)) }
    }
    for (asset, events) in events {
      for event in events.values { add(asset, event.time, SumRule.weight(event)) }
    }
    return sums.mapValues { SumRule.body(count: $0.count, sum: $0.sum) }
  }
}
