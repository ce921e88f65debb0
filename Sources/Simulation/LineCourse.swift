import Telemetry

/// What is different at the stations of a simulated line, and from when on. Nothing of it: the line is as usual.
public struct LineCourse: Sendable {
  /// From `time` on a station finds defects at another rate.
  public struct Rate: Sendable {
    public var station: String
    public var time: Timestamp
    /// Share of the units.
    public var rate: Double
    public init(station: String, time: Timestamp, rate: Double) {
      self.station = station
      self.time = time
      self.rate = rate
    }
  }

  /// From `time` on a station has another version of its model.
  public struct Version: Sendable {
    public var station: String
    public var time: Timestamp
    public var model: String
    public init(station: String, time: Timestamp, model: String) {
      self.station = station
      self.time = time
      self.model = model
    }
  }

  public var rates: [Rate] = []
  public var versions: [Version] = []
  /// Stations from which the next unit that they reject goes on as if nothing had been, and since when.
  public var slips: [(station: String, time: Timestamp)] = []

  public init() {}

  func rate(_ station: String, _ time: Timestamp) -> Double? {
    rates.filter { $0.station == station && $0.time <= time }.max { $0.time < $1.time }?.rate
  }

  func model(_ station: String, _ time: Timestamp) -> String? {
    versions.filter { $0.station == station && $0.time <= time }.max { $0.time < $1.time }?.model
  }
}
