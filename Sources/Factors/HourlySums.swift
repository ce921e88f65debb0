import Telemetry

/// Electricity of a period with the factors of its hours: what a line of emissions is made of, and what is added up from
/// windows to days and months.
public struct HourlySums: Hashable, Sendable {
  /// kWh of hours with a factor, and their emissions, kgCO2: Σ kWh × factor.
  public var kilowattHours = ExactDecimal.zero
  public var kilograms = ExactDecimal.zero
  /// Hours with a factor and with energy.
  public var hours = 0
  /// kWh of hours without a factor; how many, and the first of them.
  public var missing = ExactDecimal.zero
  public var missingHours = 0
  public var firstMissing: Timestamp?
  /// Of one hour alone: its start and factor.
  public var single: Hour?

  public struct Hour: Hashable, Sendable {
    public var start: Timestamp
    public var factor: ExactDecimal
  }

  /// How the ids of factors begin that stand for hours of a series.
  public static let factorID = "hourly-series"

  public init() {}

  /// Of an hour, or of a part of it.
  public init(_ kilowattHours: ExactDecimal, at time: Timestamp, _ series: HourlySeries) throws(DecimalError) {
    let hour = time.windowStart(.hours(1))
    guard let factor = series.factor(at: time) else {
      missing = kilowattHours
      missingHours = 1
      firstMissing = hour
      return
    }
    self.kilowattHours = kilowattHours
    kilograms = try kilowattHours * factor
    hours = 1
    single = Hour(start: hour, factor: factor)
  }

  /// Adds what lies in other hours.
  public mutating func add(_ other: HourlySums) throws(DecimalError) {
    let wasEmpty = hours == 0 && missingHours == 0
    kilowattHours = try kilowattHours + other.kilowattHours
    kilograms = try kilograms + other.kilograms
    hours += other.hours
    missing = try missing + other.missing
    missingHours += other.missingHours
    if let time = other.firstMissing { firstMissing = min(firstMissing ?? time, time) }
    single = wasEmpty ? other.single : nil
  }

  /// kWh of all hours.
  public func total() throws(DecimalError) -> ExactDecimal { try kilowattHours + missing }

  /// Of loads by time, of any length up to an hour; those of one hour are one.
  public init(
    _ loads: [(time: Timestamp, kilowattHours: ExactDecimal)], _ series: HourlySeries
  ) throws(DecimalError) {
    self.init()
    var hour: (start: Timestamp, kilowattHours: ExactDecimal)?
    for load in loads {
      let start = load.time.windowStart(.hours(1))
      if let open = hour, open.start == start {
        hour = (start, try open.kilowattHours + load.kilowattHours)
      } else {
        if let open = hour { try add(HourlySums(open.kilowattHours, at: open.start, series)) }
        hour = (start, load.kilowattHours)
      }
    }
    if let open = hour { try add(HourlySums(open.kilowattHours, at: open.start, series)) }
  }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.decimal(kilowattHours)
    writer.decimal(kilograms)
    writer.varint(hours)
    writer.decimal(missing)
    writer.varint(missingHours)
    writer.boolean(firstMissing != nil)
    if let firstMissing { writer.timestamp(firstMissing) }
  }

  public init(from reader: inout ByteReader) throws {
    kilowattHours = try reader.decimal()
    kilograms = try reader.decimal()
    hours = try reader.integer()
    missing = try reader.decimal()
    missingHours = try reader.integer()
    firstMissing = try reader.boolean() ? try reader.timestamp() : nil
  }
}
