import Plant
import Telemetry

/// One thing that happened to a unit: a station's result, or a person's review of it.
public struct UnitStep: Hashable, Comparable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case result = 0
    case review = 1
  }

  /// Name of what the rules of stations tell.
  static let name = "inspection/step"
  /// Details of one step, and characters of one of them.
  static let mostDetails = 64
  static let longestText = 160

  /// What else is kept of an event.
  static let details: Set<String> = [
    "defect", "defect-class", "defect-x", "defect-y", "defect-size", "part", "supplier", "batch", "order", "product",
    "model", "recipe", "program", "modality", "confidence",
    "torque", "torque-lower-limit", "torque-upper-limit", "angle", "angle-lower-limit", "angle-upper-limit", "gap",
    "gap-lower-limit", "gap-upper-limit", "flush", "flush-lower-limit", "flush-upper-limit", "width",
    "width-lower-limit", "width-upper-limit", "duration", "image", "reviewed", "by",
  ]

  public var time: Timestamp
  /// The station's id at that time.
  public var station: String
  public var kind: Kind
  /// Of the process; "" where the station has only one.
  public var step: String
  public var attempt: Int
  /// Of a review: its word.
  public var verdict: String
  /// By name as the template maps them; `defect` and `part` may come several times.
  public var details: [Event.Attribute]

  public init(
    time: Timestamp, station: String, kind: Kind, step: String = "", attempt: Int = 1, verdict: String,
    details: [Event.Attribute] = []
  ) {
    self.time = time
    self.station = station
    self.kind = kind
    self.step = step
    self.attempt = attempt
    self.verdict = verdict
    self.details = details
  }

  /// Nil for an event that is neither a result nor a review.
  init?(_ event: Event, station: String) {
    let review = event.first("review")
    guard let verdict = event.first("verdict") ?? review else { return nil }
    func short(_ text: String) -> String {
      text.utf8.count <= Self.longestText ? text : String(text.prefix(Self.longestText))
    }
    var details: [Event.Attribute] = []
    for attribute in event.attributes where !attribute.value.isEmpty && Self.details.contains(attribute.name) {
      details.append(Event.Attribute(attribute.name, short(attribute.value)))
    }
    // A station may review its own results.
    if event.first("verdict") != nil, let review { details.append(Event.Attribute("review", short(review))) }
    self.init(
      time: event.time, station: station, kind: event.first("verdict") == nil ? .review : .result,
      step: short(event.first("step") ?? ""),
      attempt: min(max(1, event.first("attempt").flatMap { Int($0) } ?? 1), 1_000_000), verdict: short(verdict),
      details: Array(details.prefix(Self.mostDetails)))
  }

  public func all(_ name: String) -> [String] { details.compactMap { $0.name == name ? $0.value : nil } }

  /// Total: equal only for what is the same.
  public static func < (a: UnitStep, b: UnitStep) -> Bool {
    if a.time != b.time { return a.time < b.time }
    if a.station != b.station { return a.station < b.station }
    if a.step != b.step { return a.step < b.step }
    if a.attempt != b.attempt { return a.attempt < b.attempt }
    if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
    if a.verdict != b.verdict { return a.verdict < b.verdict }
    for (one, other) in zip(a.details, b.details) where one != other {
      return one.name == other.name ? one.value < other.value : one.name < other.name
    }
    return a.details.count < b.details.count
  }
}
