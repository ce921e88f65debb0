import Telemetry

/// How the facts of readings and factors become ratings of a footprint's data, 1 (very good) … 5 (very poor).
///
/// PACT and ISO 14067 ask for ratings of technology, geography and time without fixing the steps of a scale of five; the
/// defaults are product choices, which a site sets under `footprint: data-quality:`.
public struct FootprintRatings: Hashable, Sendable {
  /// Whole years between what the data describes and the order, up to which the rating is 1, 2, 3, 4; beyond: 5.
  public var years = [1, 3, 6, 10]
  /// Of a factor for the plant's subdivision, its country, a larger area; and of one that names none.
  public var subdivision = 1
  public var country = 2
  public var region = 3
  public var unnamed = 3
  /// Of a value that was measured or certified for this very supply, of an average of the supply, and of what stands for
  /// something else (a proxy, or a value that nobody has published).
  public var specific = 1
  public var average = 2
  public var proxy = 4
  /// Of readings that were bridged or doubted.
  public var estimated = 3

  public init() {}

  /// - Parameter age: whole years; negative counts as 0.
  public func temporal(age: Int) -> Int { (years.firstIndex { age <= $0 } ?? years.count) + 1 }

  /// The names of the ratings in the configuration, in the order in which they are written.
  static let keys = [
    "years", "subdivision", "country", "region", "unnamed", "specific", "average", "proxy", "estimated",
  ]

  static let fields: [(key: String, path: WritableKeyPath<FootprintRatings, Int> & Sendable)] = [
    ("subdivision", \.subdivision), ("country", \.country), ("region", \.region), ("unnamed", \.unnamed),
    ("specific", \.specific), ("average", \.average), ("proxy", \.proxy), ("estimated", \.estimated),
  ]

  func write(to writer: inout CanonicalWriter) {
    writer.object("data-quality") { writer in
      writer.list("years", years.map(String.init))
      for (key, path) in Self.fields { writer.field(key, self[keyPath: path]) }
    }
  }
}
