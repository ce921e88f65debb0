import Telemetry
import Templates

/// What the alarms need to know of the plant: how important each asset is, on which segment it hangs, what it lives on.
public struct AlarmTopology: Hashable, Sendable {
  public struct Node: Hashable, Sendable {
    public var criticality: Asset.Criticality
    public var place: String
    /// Position in `segments`; nil for none.
    public var segment: Int?
    /// Assets without which it does not work, the nearest first, and theirs behind them; sorted within a distance.
    public var supplies: [String]
    public init(criticality: Asset.Criticality, place: String, segment: Int?, supplies: [String]) {
      self.criticality = criticality
      self.place = place
      self.segment = segment
      self.supplies = supplies
    }
  }

  public struct Segment: Hashable, Sendable {
    public var name: String
    /// How many devices it has.
    public var devices: Int
    public init(name: String, devices: Int) {
      self.name = name
      self.devices = devices
    }
  }

  public var nodes: [String: Node]
  public var segments: [Segment]

  public init(nodes: [String: Node], segments: [Segment]) {
    self.nodes = nodes
    self.segments = segments
  }
}
