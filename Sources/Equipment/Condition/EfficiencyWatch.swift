import Rules
import Telemetry
import Templates

/// Energy for the useful output of a machine, against what it was when it was learnt: by plant-local days, from the energy
/// records.
///
/// The first days that made something are the baseline: a share that it takes whatever it makes, and one by output
/// (Theil–Sen, so that a few odd days do not matter; if all days made about the same, by output alone). What the median
/// of the last week takes beyond that is the loss. Maintenance begins a new baseline.
struct EfficiencyWatch: Hashable, Sendable {
  /// Product choices.
  enum Settings {
    /// Days of the baseline, and those that are judged together.
    static let baseline = 14
    static let recent = 7
    /// Of a day, as a share of the usual output; with less, idling decides.
    static let leastOutput = 0.3
    /// Of a day, that readings cover.
    static let coverage = 0.9
    /// A loss is told from here on, if it is as many times the scatter of the baseline, and over when it is half of it.
    static let told = 0.05
    static let scatters = 3.0
    /// Days that made so unlike amounts tell what it takes when it makes nothing.
    static let unlike = 1.5
  }

  private struct Day: Hashable, Sendable {
    var start: Timestamp
    var energy: Double
    var output: Double
  }

  /// By start.
  private var baseline: [Day] = []
  private var recent: [Day] = []
  /// What the days of the baseline say; nil until there are enough of them.
  private var fixed = 0.0
  private var each: Double?
  private var scatter = 0.0
  /// What counts as output; the first that came.
  private(set) var quantity: Signal.Quantity?

  /// Share of the energy that is taken beyond the baseline; nil while it is not known.
  var loss: Double? {
    guard let each, recent.count >= Settings.recent else { return nil }
    return Robust.median(recent.map { $0.energy / max(1e-9, fixed + each * $0.output) - 1 })
  }

  /// From which loss on it is told; nil without a baseline.
  var limit: Double? { each == nil ? nil : max(Settings.told, Settings.scatters * scatter) }

  /// Days of the baseline that are there, of `Settings.baseline`.
  var days: Int { baseline.count }

  /// Energy for one unit of output: in the baseline, and lately; nil without both.
  var specific: (then: Double, now: Double)? {
    guard each != nil, !recent.isEmpty else { return nil }
    func ratio(_ days: [Day]) -> Double {
      days.reduce(0) { $0 + $1.energy } / max(1e-9, days.reduce(0) { $0 + $1.output })
    }
    return (ratio(baseline), ratio(recent))
  }

  /// - Returns: whether it is a day that says something.
  mutating func add(_ figures: MeterFigures) -> Bool {
    guard figures.period == .day,
      let energy = figures.amounts.first(where: { $0.quantity == .activeEnergyImport })?.value.doubleValue,
      let made = figures.amounts.first(where: { Self.isOutput($0.quantity) && $0.quantity == quantity ?? $0.quantity }),
      Double(figures.shares.covered) >= Settings.coverage * Double((figures.end - figures.start).nanoseconds)
    else { return false }
    let output = made.value.doubleValue
    guard output > 0, energy > 0 else { return false }
    quantity = made.quantity
    let day = Day(start: figures.start, energy: energy, output: output)
    // A later revision takes the place of the first.
    if let place = baseline.firstIndex(where: { $0.start == day.start }) {
      baseline[place] = day
      learn()
      return true
    }
    if let place = recent.firstIndex(where: { $0.start == day.start }) {
      recent[place] = day
      return true
    }
    guard baseline.last.map({ $0.start < day.start }) ?? true, recent.last.map({ $0.start < day.start }) ?? true else {
      return false
    }
    if baseline.count < Settings.baseline {
      baseline.append(day)
      learn()
      return true
    }
    guard output >= Settings.leastOutput * Robust.median(baseline.map(\.output)) else { return false }
    recent.append(day)
    if recent.count > Settings.recent { recent.removeFirst() }
    return true
  }

  private static func isOutput(_ quantity: Signal.Quantity) -> Bool {
    switch quantity {
    case .activeEnergyImport, .reactiveEnergyLagging, .reactiveEnergyLeading, .activeEnergyExport,
      .activeEnergyGeneration, .batteryEnergyCharged, .batteryEnergyDischarged, .gasVolume, .gasVolumeNormal,
      .rejectCount, .operatingTime:
      false
    case .waterVolume, .steamMass, .heatEnergy, .coolingEnergy, .compressedAirVolume, .compressedAirVolumeNormal,
      .nitrogenVolume, .nitrogenVolumeNormal, .productionCount, .goodCount, .cycleCount, .travelledDistance:
      true
    }
  }

  private mutating func learn() {
    guard baseline.count == Settings.baseline else { return }
    let outputs = baseline.map(\.output)
    let energies = baseline.map(\.energy)
    fixed = 0
    var slope = Robust.median(zip(energies, outputs).map { $0 / $1 })
    if let low = outputs.min(), let high = outputs.max(), high >= Settings.unlike * low,
      let line = TheilSen(outputs, energies), line.slope > 0, line.intercept > 0
    {
      (fixed, slope) = (line.intercept, line.slope)
    }
    each = slope
    let misses = baseline.map { Float($0.energy / max(1e-9, fixed + slope * $0.output) - 1) }
    scatter = Double(Robust.deviation(misses, around: 0)) / Double(Settings.recent).squareRoot()
  }

  // MARK: State

  var bytes: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  func encode(into writer: inout ByteWriter) {
    writer.string(quantity?.rawValue ?? "")
    for days in [baseline, recent] {
      writer.varint(days.count)
      for day in days {
        writer.timestamp(day.start)
        writer.double(day.energy)
        writer.double(day.output)
      }
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    quantity = Signal.Quantity(rawValue: try reader.string())
    baseline = try Self.days(&reader)
    recent = try Self.days(&reader)
    learn()
  }

  private static func days(_ reader: inout ByteReader) throws(ByteReaderError) -> [Day] {
    var days: [Day] = []
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let energy = try reader.double()
      days.append(Day(start: start, energy: energy, output: try reader.double()))
    }
    return days
  }
}
