import Rules
import Telemetry
import Templates

/// What windows, days and months have in common: sums by quantity, the maximum demand, coverage.
struct EnergyFigures: Hashable, Sendable {
  /// By `Signal.Quantity.allCases`, each in its unit; nil = no data.
  var energy = Self.nothing
  /// The energy of the window with the largest demand, its start (of equals the earliest) and its length: windows of
  /// another length may be among them. Zero = not known.
  var maximum: ScaledInteger?
  var maximumStart = Timestamp.distantPast
  var maximumWindow = Span64.zero
  /// Nanoseconds with data.
  var covered: Int64 = 0
  /// Nanoseconds with data that was doubted, and that were bridged.
  var uncertain: Int64 = 0
  var estimated: Int64 = 0
  /// Windows in all, with data, and measured at both ends.
  var windows = 0
  var windowsWithData = 0
  var windowsGood = 0
  /// By band of the tariff; nil without one.
  var bands: BandSums?

  /// One list for all who have counted nothing yet.
  private static let nothing = [ScaledInteger?](repeating: nil, count: Signal.Quantity.allCases.count)

  var active: ScaledInteger? { energy[0] }
  var lagging: ScaledInteger? { energy[1] }
  var leading: ScaledInteger? { energy[2] }

  /// Adds the figures of a later time.
  mutating func add(_ other: EnergyFigures) throws {
    for index in energy.indices { energy[index] = Self.sum(energy[index], other.energy[index]) }
    if let candidate = other.maximum {
      // Of equals the earliest stays.
      if maximum == nil || isBelow(candidate, other.maximumWindow) {
        maximum = candidate
        maximumStart = other.maximumStart
        maximumWindow = other.maximumWindow
      }
    }
    covered += other.covered
    uncertain += other.uncertain
    estimated += other.estimated
    windows += other.windows
    windowsWithData += other.windowsWithData
    windowsGood += other.windowsGood
    guard let others = other.bands else { return }
    var sums = bands ?? BandSums()
    try sums.add(others)
    bands = sums
  }

  /// Whether the largest demand so far is less than that of a window: of windows of one length by energy, else by power.
  private func isBelow(_ candidate: ScaledInteger, _ length: Span64) -> Bool {
    guard let maximum else { return true }
    guard length != maximumWindow, length > .zero, maximumWindow > .zero,
      let own = EnergyBody.demand(maximum, window: maximumWindow),
      let others = EnergyBody.demand(candidate, window: length)
    else { return maximum < candidate }
    return own < others
  }

  /// The largest demand in kW.
  /// - Parameter window: of figures that were saved without the length.
  func maximumDemand(window: Span64) -> ScaledInteger? {
    maximum.flatMap { EnergyBody.demand($0, window: maximumWindow > .zero ? maximumWindow : window) }
  }

  /// Nil counts as nothing. A sum that does not fit 64 bits is no figure.
  static func sum(_ a: ScaledInteger?, _ b: ScaledInteger?) -> ScaledInteger? {
    guard let a else { return b }
    guard let b else { return a }
    return a.adding(b)
  }

  var shares: MeterFigures.Shares {
    MeterFigures.Shares(covered: covered, uncertain: uncertain, estimated: estimated)
  }

  /// Of a day or month.
  var quality: EnergyQuality {
    if windowsWithData == 0 { return .noData }
    if windowsGood == windows { return .good }
    return windowsWithData < windows ? .partial : .estimated
  }

  init() {}

  /// Of one window.
  init(_ parts: [RegisterWindow], registers: [EnergyRegister], start: Timestamp, window: Span64) {
    for (part, register) in zip(parts, registers) {
      guard let value = part.value(register), let place = Signal.Quantity.allCases.firstIndex(of: register.quantity)
      else {
        continue
      }
      energy[place] = Self.sum(energy[place], register.scaled(value))
    }
    windows = 1
    let deciding = EnergyRegister.deciding(registers)
    covered = deciding.map { parts[$0].covered }.min() ?? 0
    uncertain = min(covered, deciding.map { parts[$0].uncertain }.max() ?? 0)
    estimated = min(
      max(0, window.nanoseconds - covered),
      deciding.map { parts[$0].estimated(registers[$0], start: start, window: window) }.max() ?? 0)
    let quality = deciding.map { parts[$0].quality(registers[$0], start: start) }.max() ?? .noData
    windowsWithData = quality == .noData ? 0 : 1
    windowsGood = quality == .good ? 1 : 0
    maximum = active
    maximumStart = start
    maximumWindow = window
  }

  /// The quantities of an electricity meter stand first, each with a mark of its own; of the others only those that
  /// there are, so that a meter's state is as short as without them.
  private static let meterQuantities = Signal.Quantity.allCases.prefix { $0.isElectricityMeter }.count
  private static let hasMaximum: UInt8 = 1
  private static let hasAmounts: UInt8 = 2
  private static let hasMaximumWindow: UInt8 = 4

  func encode(into writer: inout ByteWriter) {
    for value in energy.prefix(Self.meterQuantities) {
      writer.boolean(value != nil)
      if let value { writer.scaled(value) }
    }
    let others = energy.indices.dropFirst(Self.meterQuantities).filter { energy[$0] != nil }
    let hasMaximum = maximum == nil ? 0 : Self.hasMaximum | (maximumWindow > .zero ? Self.hasMaximumWindow : 0)
    writer.byte(hasMaximum | (others.isEmpty ? 0 : Self.hasAmounts))
    if !others.isEmpty {
      writer.varint(others.count)
      for index in others {
        guard let value = energy[index] else { continue }
        writer.string(Signal.Quantity.allCases[index].rawValue)
        writer.scaled(value)
      }
    }
    if let maximum {
      writer.scaled(maximum)
      writer.timestamp(maximumStart)
      if maximumWindow > .zero { writer.varint(UInt64(maximumWindow.nanoseconds)) }
    }
    writer.zigzag(covered)
    writer.varint(windows)
    writer.varint(windowsWithData)
    writer.varint(windowsGood)
  }

  /// Behind the rest, so that figures that were saved before there were shares can be read.
  ///
  /// - Parameter hasBands: and the sums by band behind them.
  func encodeShares(into writer: inout ByteWriter, hasBands: Bool = false) {
    writer.varint(Int(uncertain))
    writer.varint(Int(estimated))
    if hasBands { bands?.encode(into: &writer) }
  }

  mutating func restoreShares(from reader: inout ByteReader, hasBands: Bool = false) throws(ByteReaderError) {
    guard !reader.isAtEnd else { return }
    uncertain = Int64(try reader.integer())
    estimated = Int64(try reader.integer())
    // Figures that were saved without a tariff end here.
    if hasBands, !reader.isAtEnd { bands = try BandSums(from: &reader) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    for index in 0..<Self.meterQuantities where try reader.boolean() { energy[index] = try reader.scaled() }
    let flags = try reader.byte()
    if flags & Self.hasAmounts != 0 {
      for _ in 0..<(try reader.count()) {
        let name = try reader.string()
        guard let index = Signal.Quantity.allCases.firstIndex(where: { $0.rawValue == name }) else {
          throw ByteReaderError(offset: reader.offset, expected: "a counted quantity, found \(name)")
        }
        energy[index] = try reader.scaled()
      }
    }
    if flags & Self.hasMaximum != 0 {
      maximum = try reader.scaled()
      maximumStart = try reader.timestamp()
      // Figures that were saved when all windows had one length do not say it.
      if flags & Self.hasMaximumWindow != 0 { maximumWindow = Span64(nanoseconds: Int64(try reader.integer())) }
    }
    covered = try reader.zigzag()
    windows = try reader.integer()
    windowsWithData = try reader.integer()
    windowsGood = try reader.integer()
  }
}

/// How far a figure may be relied on.
enum EnergyQuality: UInt8, Hashable, Sendable, Comparable {
  /// Measured at both ends.
  case good = 0
  /// An end is interpolated, or a reset or dip was bridged.
  case estimated = 1
  /// The end is held until the next reading, or the asset's data begins within.
  case partial = 2
  case noData = 3

  static func < (a: EnergyQuality, b: EnergyQuality) -> Bool { a.rawValue < b.rawValue }

  var word: String {
    switch self {
    case .good: "good"
    case .estimated: "estimated"
    case .partial: "partial"
    case .noData: "no-data"
    }
  }
}
