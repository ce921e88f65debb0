import Telemetry

/// How pieces flow through a line: its stations in order and what lies between them.
public struct LineTopology: Hashable, Sendable {
  /// What usually lies before a station, as the plant has entered it.
  public enum Buffer: Hashable, Sendable {
    case pieces(Int)
    /// How long the line goes on from it.
    case time(Span64)
  }

  /// A step of the line: a machine, or several that do the same beside each other.
  public struct Station: Hashable, Sendable {
    /// Ids. Not empty.
    public var assets: [String]
    /// Between the station before and this one; nil = none.
    public var buffer: Buffer?
    public init(assets: [String], buffer: Buffer? = nil) {
      self.assets = assets
      self.buffer = buffer
    }
  }

  public var name: String
  /// Time of a piece at the line's rate; nil = not said.
  public var cycle: Span64?
  /// In the order of the flow.
  public var stations: [Station]

  public init(name: String, cycle: Span64? = nil, stations: [Station]) {
    self.name = name
    self.cycle = cycle
    self.stations = stations
  }
}

/// What the failure of a machine does to a line.
///
/// Behind the machine the line goes on until the buffers are empty, each draining at the line's rate, one after the
/// other; then its last station starves, and the line has stopped. Of machines beside each other the others go on, so
/// that the line loses its part of the rate and does not stop.
public struct LineImpact: Hashable, Sendable {
  /// When it happens with 10, 50 and 90 %.
  public struct Times: Hashable, Sendable {
    public var p10: Timestamp?
    public var p50: Timestamp?
    public var p90: Timestamp?
    public init(p10: Timestamp?, p50: Timestamp?, p90: Timestamp?) {
      self.p10 = p10
      self.p50 = p50
      self.p90 = p90
    }

    func later(_ span: Span64) -> Times {
      Times(p10: p10.map { $0 + span }, p50: p50.map { $0 + span }, p90: p90.map { $0 + span })
    }
  }

  /// A station that has nothing to work on any more.
  public struct Starving: Hashable, Sendable {
    public var assets: [String]
    /// After the failure.
    public var after: Span64
    public var times: Times
  }

  public var line: String
  public var asset: String
  /// Part of the line's rate that is lost, 0 … 1: 1 stops it.
  public var lost: Double
  /// When the line has stopped; nil if it goes on with a part of its rate.
  public var stops: Times?
  /// From the failure to the stop: what the buffers last. With a part of the rate it lasts longer.
  public var drain: Span64
  /// Behind the machine, in the order of the flow; empty if the line goes on.
  public var starving: [Starving]
  /// What is missing for a surer word.
  public var notes: [String]

  /// The effects on all lines that the asset is a station of.
  ///
  /// - Parameter failure: when it fails.
  public static func of(_ asset: String, failure: Times, in lines: [LineTopology]) -> [LineImpact] {
    lines.flatMap { line in
      line.stations.indices.filter { line.stations[$0].assets.contains(asset) }.map { place in
        LineImpact(line, place, asset, failure)
      }
    }
  }

  private init(_ line: LineTopology, _ place: Int, _ asset: String, _ failure: Times) {
    self.line = line.name
    self.asset = asset
    lost = 1 / Double(line.stations[place].assets.count)
    notes = []
    starving = []
    drain = .zero
    for station in line.stations[(place + 1)...] {
      switch station.buffer {
      case nil: break
      case .time(let span): drain = drain + span
      case .pieces(let count):
        if let cycle = line.cycle {
          drain = drain + Span64(nanoseconds: cycle.nanoseconds * Int64(count))
        } else {
          notes.append(
            "the line \(line.name) has no cycle-time, so its buffer of \(count) pieces before "
              + "\(station.assets.joined(separator: ", ")) counts as empty")
        }
      }
      guard lost == 1 else { continue }
      starving.append(Starving(assets: station.assets, after: drain, times: failure.later(drain)))
    }
    stops = lost < 1 ? nil : failure.later(drain)
  }
}
