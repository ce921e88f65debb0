import Plant
import Telemetry

/// What a station saw in a window: a fold over its results and the reviews of them.
///
/// A review has the time of the result that it judges, so it belongs to the result's window whenever it comes, and makes
/// that window's next revision.
public struct InspectionTally: Hashable, Sendable {
  /// Parts that have something in common.
  public struct Group: Hashable, Sendable {
    public var inspected = 0
    public var rejected = 0
    /// Reviews of them.
    public var recognition = Recognition()
    public init() {}
  }

  /// A measured value of one step.
  public struct Measure: Hashable, Sendable {
    public var count = 0
    public var mean = 0.0
    /// Sum of the squares of the distances from the mean.
    public var squares = 0.0
    /// Sum of |x_i − x_(i−1)| and how many of them.
    public var ranges = 0.0
    public var rangeCount = 0
    public var last = 0.0
    /// As the last result named them.
    public var lower: Double?
    public var upper: Double?
    /// Beyond its own limits.
    public var outside = 0

    public init() {}

    mutating func add(_ value: Double, lower: Double?, upper: Double?) {
      if count > 0 {
        ranges += abs(value - last)
        rangeCount += 1
      }
      count += 1
      let distance = value - mean
      mean += distance / Double(count)
      squares += distance * (value - mean)
      last = value
      self.lower = lower ?? self.lower
      self.upper = upper ?? self.upper
      if let lower, value < lower { outside += 1 } else if let upper, value > upper { outside += 1 }
    }
  }

  /// Results of parts that were looked at: all but those that were passed by (bypass).
  public var inspected = 0
  public var rejected = 0
  /// Left to a person: the station was not sure.
  public var unsure = 0
  /// First attempts, and the good ones of them.
  public var firstAttempts = 0
  public var firstGood = 0
  /// All results by verdict.
  public var verdicts: [String: Int] = [:]
  /// How often a code was named, and how many parts had it.
  public var defects: [String: Int] = [:]
  public var defective: [String: Int] = [:]
  /// By version of the recognition model; what names none has the name "".
  public var models: [String: Group] = [:]
  /// By recipe or program.
  public var recipes: [String: Group] = [:]
  /// By supplier of the part.
  public var suppliers: [String: Group] = [:]
  public var confidence = 0.0
  public var confidences = 0
  /// Reviews of which the result is not known.
  public var unmatched = 0
  /// By `value` or `value/step`.
  public var measures: [String: Measure] = [:]

  public init() {}

  public var recognition: Recognition {
    models.sorted { $0.key < $1.key }.reduce(Recognition()) { $0 + $1.value.recognition }
  }

  /// The version that looked at most parts; nil if no result names one.
  public var model: String? { Self.leading(models) }
  /// The recipe of most parts; nil if no result names one.
  public var recipe: String? { Self.leading(recipes) }

  static func leading(_ groups: [String: Group]) -> String? {
    groups.filter { !$0.key.isEmpty }.min { ($1.value.inspected, $0.key) < ($0.value.inspected, $1.key) }?.key
  }

  /// Values that are measured of a part, each with the names of its limits.
  static let measured: [(value: String, lower: String, upper: String)] = [
    ("torque", "torque-lower-limit", "torque-upper-limit"), ("angle", "angle-lower-limit", "angle-upper-limit"),
    ("gap", "gap-lower-limit", "gap-upper-limit"), ("flush", "flush-lower-limit", "flush-upper-limit"),
    ("width", "width-lower-limit", "width-upper-limit"),
  ]
  /// More values of one station than this are not followed.
  static let largestNumberOfMeasures = 200

  // MARK: Fold

  /// - Parameters:
  ///   - results: events with a verdict, by (time, identity).
  ///   - reviews: of the same window, by (time, identity); of several for one result the last one counts.
  public init(results: [Event], reviews: [Event] = []) {
    var judged: [ReviewedPart: (rejected: Bool?, model: String, recipe: String, supplier: String)] = [:]
    var reviewed: [ReviewedPart: ReviewWord] = [:]
    var order: [ReviewedPart] = []
    for event in reviews {
      guard let part = ReviewedPart(review: event), let word = event.first("review").flatMap(ReviewWord.init) else {
        unmatched += 1
        continue
      }
      if reviewed.updateValue(word, forKey: part) == nil { order.append(part) }
    }
    for event in results {
      let figures = add(event)
      if let word = event.first("review").flatMap(ReviewWord.init) {
        count(word, rejected: figures.rejected, figures.model, figures.recipe, figures.supplier)
      }
      guard !order.isEmpty else { continue }
      for part in ReviewedPart.names(of: event) { judged[part] = figures }
    }
    for part in order {
      guard let word = reviewed[part] else { continue }
      let figures = judged[part]
      count(word, rejected: figures?.rejected, figures?.model, figures?.recipe, figures?.supplier)
    }
  }

  private mutating func count(
    _ word: ReviewWord, rejected: Bool?, _ model: String?, _ recipe: String?, _ supplier: String?
  ) {
    guard let counted = word.counted(rejected: rejected) else {
      unmatched += 1
      return
    }
    let version = model ?? ""
    models[version, default: Group()].recognition += counted
    if let recipe, !recipe.isEmpty {
      recipes[recipe, default: Group()].recognition += counted
    }
    if let supplier, !supplier.isEmpty {
      suppliers[supplier, default: Group()].recognition += counted
    }
  }

  private mutating func add(
    _ event: Event
  ) -> (rejected: Bool?, model: String, recipe: String, supplier: String) {
    let verdict = event.first("verdict") ?? "unknown"
    verdicts[verdict, default: 0] += 1
    // A tool that has nothing to say may say so with an empty text.
    let codes = event.all("defect").filter { !$0.isEmpty }
    for code in codes { defects[code, default: 0] += 1 }
    let model = event.first("model") ?? ""
    let recipe = event.first("recipe") ?? event.first("program") ?? ""
    let supplier = event.first("supplier") ?? ""
    let step = event.first("step")
    for measured in Self.measured {
      guard let value = event.first(measured.value).flatMap({ Double($0) }), value.isFinite else { continue }
      let name = step.map { "\(measured.value)/\($0)" } ?? measured.value
      guard measures[name] != nil || measures.count < Self.largestNumberOfMeasures else { continue }
      measures[name, default: Measure()].add(
        value, lower: event.first(measured.lower).flatMap { Double($0) },
        upper: event.first(measured.upper).flatMap { Double($0) })
    }
    guard verdict != "bypass" else { return (nil, model, recipe, supplier) }
    let isRejected = verdict == UnitVisit.bad
    inspected += 1
    if isRejected { rejected += 1 }
    if verdict == "unsure" { unsure += 1 }
    if event.first("attempt").flatMap({ Int($0) }) ?? 1 <= 1 {
      firstAttempts += 1
      if verdict == UnitVisit.good { firstGood += 1 }
    }
    for code in Set(codes) { defective[code, default: 0] += 1 }
    if let value = event.first("confidence").flatMap({ Double($0) }), value.isFinite {
      confidence += value
      confidences += 1
    }
    Self.add(model, isRejected, &models)
    if !recipe.isEmpty { Self.add(recipe, isRejected, &recipes) }
    if !supplier.isEmpty { Self.add(supplier, isRejected, &suppliers) }
    let isVerdict = isRejected || verdict == UnitVisit.good
    return (isVerdict ? isRejected : nil, model, recipe, supplier)
  }

  private static func add(_ name: String, _ isRejected: Bool, _ groups: inout [String: Group]) {
    groups[name, default: Group()].inspected += 1
    if isRejected { groups[name, default: Group()].rejected += 1 }
  }
}
