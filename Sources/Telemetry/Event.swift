/// Something that happened once at an asset: an inspected unit, a tightening, an order start.
///
/// Its identity is what makes a repetition recognisable: a hash of the message id if there is one, else of
/// (unit, step, attempt), else of (device time, payload).
public struct Event: Hashable, Sendable {
  /// The series of the event signal (`kind: event`) of the asset.
  public var series: SeriesID
  public var time: Timestamp
  public var identity: UInt64
  /// In the order of the template. A repeated name is a list (several defects of one image).
  public var attributes: [Attribute]

  public struct Attribute: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(series: SeriesID, time: Timestamp, identity: UInt64, attributes: [Attribute]) {
    self.series = series
    self.time = time
    self.identity = identity
    self.attributes = attributes
  }

  public func first(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
  public func all(_ name: String) -> [String] { attributes.filter { $0.name == name }.map(\.value) }
}
