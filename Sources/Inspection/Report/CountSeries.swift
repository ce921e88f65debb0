import Telemetry

/// What a chart counts, window by window: parts with a defect, or defects, of all parts or of those of one group.
public struct CountSeries: Hashable, Sendable {
  /// Parts that have something in common.
  public struct Parts: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable { case product, recipe, model, supplier }
    public var kind: Kind
    public var name: String

    public init(_ kind: Kind, _ name: String) {
      self.kind = kind
      self.name = name
    }

    /// Of `product=X200`; nil for anything else.
    public init?(_ text: String) {
      let words = text.split(separator: "=", maxSplits: 1)
      guard words.count == 2, let kind = Kind(rawValue: String(words[0])) else { return nil }
      self.init(kind, String(words[1]))
    }

    public var text: String { "\(kind.rawValue) \(name)" }
  }

  public struct Window: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    public var count: Int
    public var size: Int
    /// Belongs to the phase and version that a frozen baseline is of.
    public var isJudged: Bool

    public init(start: Timestamp, end: Timestamp, count: Int, size: Int, isJudged: Bool = true) {
      self.start = start
      self.end = end
      self.count = count
      self.size = size
      self.isJudged = isJudged
    }

    var point: AttributeBaseline.Point { AttributeBaseline.Point(count: count, size: size) }
  }

  /// Those with parts, by start.
  public private(set) var windows: [Window] = []

  public init(_ windows: [Window]) { self.windows = windows.filter { $0.size > 0 } }

  /// - Parameters:
  ///   - windows: of one station or several, by any order; those of one start are added.
  ///   - name: `NG`, `unsure` or a defect code.
  ///   - parts: nil = all; of a group only rejects are counted.
  ///   - countsDefects: defects instead of parts that have them.
  ///   - phase: of the frozen baseline that is to judge them.
  public init(
    _ windows: [StationChart.Window], of name: String, parts: Parts? = nil, countsDefects: Bool = false,
    phase: StationWatch.Phase? = nil
  ) {
    var sums: [Timestamp: Window] = [:]
    for window in windows {
      let tally = window.tally
      let (count, size) = Self.counted(tally, name, parts, countsDefects)
      let isJudged = phase.map { $0.judges(tally, start: window.start) } ?? true
      var sum = sums[window.start] ?? Window(start: window.start, end: window.end, count: 0, size: 0, isJudged: true)
      sum.end = max(sum.end, window.end)
      sum.count += count
      sum.size += size
      sum.isJudged = sum.isJudged && isJudged
      sums[window.start] = sum
    }
    self.init(sums.values.sorted { $0.start < $1.start })
  }

  private static func counted(
    _ tally: InspectionTally, _ name: String, _ parts: Parts?, _ countsDefects: Bool
  ) -> (count: Int, size: Int) {
    if let parts {
      let group = tally.groups(parts.kind)[parts.name] ?? InspectionTally.Group()
      return (group.rejected, group.inspected)
    }
    let count =
      switch name {
      case StationWatch.rejects: countsDefects ? tally.defects.values.reduce(0, +) : tally.rejected
      case StationWatch.manual: tally.unsure
      default: (countsDefects ? tally.defects : tally.defective)[name] ?? 0
      }
    return (count, tally.inspected)
  }

  public var count: Int { windows.reduce(0) { $0 + $1.count } }
  public var size: Int { windows.reduce(0) { $0 + $1.size } }
}

extension InspectionTally {
  public func groups(_ kind: CountSeries.Parts.Kind) -> [String: Group] {
    switch kind {
    case .product: products
    case .recipe: recipes
    case .model: models
    case .supplier: suppliers
    }
  }
}
