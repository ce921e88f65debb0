import Telemetry

/// What is kept of a machine's plant-local day for its record.
struct DayHealth: Hashable, Sendable {
  let start: Timestamp
  /// Minutes that were seen, by state.
  private(set) var minutes: [Int] = Array(repeating: 0, count: MachineState.allCases.count)
  /// When the day began.
  let runHours: Double
  let starts: Int
  private(set) var lowest: Double?
  private(set) var highest: Double?
  private(set) var worst: VibrationZones.Zone?

  init(start: Timestamp, hours: RunHours) {
    self.start = start
    runHours = hours.hours
    starts = hours.starts
  }

  mutating func add(_ state: MachineState, health: Double?, score: Double?, zone: VibrationZones.Zone?) {
    minutes[Int(state.rawValue)] += 1
    if let health { lowest = min(lowest ?? health, health) }
    if let score { highest = max(highest ?? score, score) }
    if let zone { worst = max(worst ?? zone, zone) }
  }

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(start)
    for count in minutes { writer.varint(count) }
    writer.double(runHours)
    writer.varint(starts)
    writer.double(lowest ?? .nan)
    writer.double(highest ?? .nan)
    writer.byte(worst.map { $0.rawValue + 1 } ?? 0)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    start = try reader.timestamp()
    for place in minutes.indices { minutes[place] = try reader.integer() }
    runHours = try reader.double()
    starts = try reader.integer()
    let low = try reader.double()
    lowest = low.isNaN ? nil : low
    let high = try reader.double()
    highest = high.isNaN ? nil : high
    let zone = try reader.byte()
    worst = zone == 0 ? nil : VibrationZones.Zone(rawValue: zone - 1)
  }
}
