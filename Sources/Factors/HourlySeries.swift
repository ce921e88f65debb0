import Telemetry

/// Where factors by the hour stand.
public struct HourlySeriesFile: Hashable, Sendable {
  public enum Nature: String, CaseIterable, Hashable, Sendable {
    case measured
    /// A model's: for planning, never for an inventory.
    case projected
  }
  /// What becomes of hours without a factor.
  public enum Missing: String, CaseIterable, Hashable, Sendable {
    /// No figure, and the finding that says so.
    case error
    /// The factor of the year, named, with a warning.
    case warn
  }
  public var path: String
  public var nature: Nature
  public var source: String
  public var missing = Missing.error
  /// Which methods count the site's electricity by the hour; GB/T 32150 never does.
  public var methods: [InventoryMethod] = [.location]
  /// What stands in the file; nil = it was not read.
  public var series: HourlySeries?
  public init(path: String, nature: Nature, source: String) {
    self.path = path
    self.nature = nature
    self.source = source
  }

  /// The series that records are counted with by a method; a projected one is for planning only.
  public func series(for method: InventoryMethod) -> HourlySeries? {
    nature == .measured && methods.contains(method) ? series : nil
  }

  /// Whether any record is counted with it.
  public var counts: Bool { methods.contains { series(for: $0) != nil } }
}

/// Factors of consecutive hours, kgCO2/kWh.
public struct HourlySeries: Hashable, Sendable {
  public var nature: HourlySeriesFile.Nature
  public var source: String
  /// Starts of the hours, ascending, each a full hour.
  public private(set) var hours: [Timestamp]
  public private(set) var factors: [ExactDecimal]

  /// Lines `2026-01-01T00:00:00+08:00,0.5321`; a first line without a time is a heading.
  /// - Throws: for a line that is not understood or not in order.
  public init(csv text: String, nature: HourlySeriesFile.Nature, source: String) throws(FactorProblem) {
    self.nature = nature
    self.source = source
    hours = []
    factors = []
    for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let time = cells.first.flatMap { Timestamp(rfc3339: String($0)) }
      if number == 0, time == nil { continue }
      guard cells.count == 2, let time, let factor = ExactDecimal(cells[1]), !factor.isNegative,
        time.nanoseconds % Span64.hours(1).nanoseconds == 0
      else {
        throw FactorProblem(
          "line \(number + 1) of the hourly factors is not understood: \"\(line)\"",
          remedy: "write the start of the hour with its offset and the factor in kgCO2/kWh: "
            + "2026-01-01T00:00:00+08:00,0.5321")
      }
      if let last = hours.last, time <= last {
        throw FactorProblem(
          "line \(number + 1) of the hourly factors is not later than the line before", remedy: "sort the lines by time"
        )
      }
      hours.append(time)
      factors.append(factor)
    }
  }

  /// - Parameter values: of consecutive hours; nil where there is none.
  public init(
    first: Timestamp, values: [ExactDecimal?], nature: HourlySeriesFile.Nature, source: String
  ) {
    self.nature = nature
    self.source = source
    hours = []
    factors = []
    for (place, value) in values.enumerated() {
      guard let value else { continue }
      hours.append(first + .hours(Int64(place)))
      factors.append(value)
    }
  }

  /// From the first hour to the last, each with its factor; nil for one that is missing.
  public var consecutive: (first: Timestamp, values: [ExactDecimal?])? {
    guard let first = hours.first else { return nil }
    var values: [ExactDecimal?] = []
    for (hour, factor) in zip(hours, factors) {
      let place = Int((hour - first).nanoseconds / Span64.hours(1).nanoseconds)
      while values.count < place { values.append(nil) }
      values.append(factor)
    }
    return (first, values)
  }

  /// Of the hour with this instant; nil if the series does not have it.
  public func factor(at time: Timestamp) -> ExactDecimal? {
    let start = time.windowStart(.hours(1))
    var low = 0
    var high = hours.count
    while low < high {
      let middle = (low + high) / 2
      if hours[middle] < start { low = middle + 1 } else { high = middle }
    }
    return low < hours.count && hours[low] == start ? factors[low] : nil
  }

  /// kgCO2 of electricity by the hour: Σ kWh × factor.
  /// - Parameter isInventory: a projected series is refused then.
  /// - Throws: for an hour without a factor: nothing is filled in.
  public func emissions(
    _ loads: [(hour: Timestamp, kilowattHours: ExactDecimal)], isInventory: Bool
  ) throws -> ExactDecimal {
    if isInventory, nature == .projected {
      throw FactorProblem(
        "the hourly factors of \(source) are projected, not measured", remedy: "use them for planning only")
    }
    var pairs: [(kilowattHours: ExactDecimal, factor: ExactDecimal)] = []
    for load in loads {
      guard let factor = factor(at: load.hour) else {
        throw FactorProblem(
          "the hourly factors have none for \(load.hour.rfc3339UTC)", remedy: "add the hour to the file of the series")
      }
      pairs.append((load.kilowattHours, factor))
    }
    return try HourlyMatching.emissions(pairs)
  }
}

/// Electricity matched hour by hour.
public enum HourlyMatching {
  /// kgCO2: Σ kWh × factor. (A mean factor times the sum is another number, and wrong.)
  public static func emissions(
    _ hours: [(kilowattHours: ExactDecimal, factor: ExactDecimal)]
  ) throws(DecimalError) -> ExactDecimal {
    var sum = ExactDecimal.zero
    for hour in hours { sum = try sum + hour.kilowattHours * hour.factor }
    return sum
  }

  /// Percent of the load that carbon-free electricity covered in the same hour: Σ min(load, free) ÷ Σ load. Surplus of
  /// one hour does not cover another. Nil without load.
  public static func carbonFreePercent(
    _ hours: [(load: ExactDecimal, free: ExactDecimal)]
  ) throws(DecimalError) -> ExactDecimal? {
    var (covered, load) = (ExactDecimal.zero, ExactDecimal.zero)
    for hour in hours {
      covered = try covered + min(hour.load, hour.free)
      load = try load + hour.load
    }
    return load.isZero ? nil : try (covered * ExactDecimal(100)) / load
  }

  /// Percent if the whole period were one: what a yearly balance would claim. At most 100.
  public static func periodPercent(
    _ hours: [(load: ExactDecimal, free: ExactDecimal)]
  ) throws(DecimalError) -> ExactDecimal? {
    var (free, load) = (ExactDecimal.zero, ExactDecimal.zero)
    for hour in hours {
      free = try free + hour.free
      load = try load + hour.load
    }
    return load.isZero ? nil : min(ExactDecimal(100), try (free * ExactDecimal(100)) / load)
  }
}
