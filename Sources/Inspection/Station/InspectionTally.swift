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
    /// As the results named them; nil where none did, and where they were not the same for all.
    public var lower: Double?
    public var upper: Double?
    /// Results named different limits (several products): there is no common one to compare with.
    public var hasMixedLimits = false
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
      see(lower, upper)
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
  /// Units of which first attempts came, and those of them of which every one was good. A result that names no unit counts
  /// as a unit of its own; a unit whose steps lie in two windows counts in both.
  public var firstUnits = 0
  public var firstGoodUnits = 0
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
  /// By product.
  public var products: [String: Group] = [:]
  public var confidence = 0.0
  public var confidences = 0
  /// Reviews of which the result is not known.
  public var unmatched = 0
  /// Parts of which the station had said neither OK nor NG, and a person decided: nothing is said of the station.
  public var decided = 0
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
  /// More products in one window than this are not told apart.
  static let largestNumberOfProducts = 200

  // MARK: Fold

  /// - Parameters:
  ///   - results: events with a verdict, by (time, identity).
  ///   - reviews: of the same window, by (time, identity); of several for one result the last one counts.
  public init(results: [Event], reviews: [Event] = []) {
    var judged: [ReviewedPart: Part] = [:]
    var reviewed: [ReviewedPart: ReviewWord] = [:]
    var order: [ReviewedPart] = []
    for event in reviews {
      guard let part = ReviewedPart(review: event), let word = event.first("review").flatMap(ReviewWord.init) else {
        unmatched += 1
        continue
      }
      if reviewed.updateValue(word, forKey: part) == nil { order.append(part) }
    }
    var firstOnes: [String: Bool] = [:]
    for event in results {
      let figures = add(event, &firstOnes)
      if let word = event.first("review").flatMap(ReviewWord.init) { count(word, figures) }
      guard !order.isEmpty else { continue }
      for part in ReviewedPart.names(of: event) { judged[part] = figures }
    }
    firstUnits += firstOnes.count
    firstGoodUnits += firstOnes.values.count { $0 }
    for part in order {
      guard let word = reviewed[part] else { continue }
      count(word, judged[part])
    }
  }

  /// What a review is compared with.
  private struct Part {
    /// Nil where the station has said neither OK nor NG.
    var rejected: Bool?
    var model = ""
    var recipe = ""
    var supplier = ""
    var product = ""
  }

  private mutating func count(_ word: ReviewWord, _ part: Part?) {
    guard let counted = word.counted(rejected: part?.rejected) else {
      if part == nil { unmatched += 1 } else if word.isBad(rejected: nil) != nil { decided += 1 }
      return
    }
    let part = part ?? Part()
    models[part.model, default: Group()].recognition += counted
    if !part.recipe.isEmpty { recipes[part.recipe, default: Group()].recognition += counted }
    if !part.supplier.isEmpty { suppliers[part.supplier, default: Group()].recognition += counted }
    // Those that are not told apart are no product of their own.
    if products[part.product] != nil { products[part.product]?.recognition += counted }
  }

  private mutating func add(_ event: Event, _ firstOnes: inout [String: Bool]) -> Part {
    let verdict = event.first("verdict") ?? "unknown"
    verdicts[verdict, default: 0] += 1
    // A tool that has nothing to say may say so with an empty text.
    let codes = event.all("defect").filter { !$0.isEmpty }
    for code in codes { defects[code, default: 0] += 1 }
    var part = Part(
      rejected: nil, model: event.first("model") ?? "", recipe: event.first("recipe") ?? event.first("program") ?? "",
      supplier: event.first("supplier") ?? "", product: event.first("product") ?? "")
    measure(event)
    guard verdict != "bypass" else { return part }
    let isRejected = verdict == UnitVisit.bad
    inspected += 1
    if isRejected { rejected += 1 }
    if verdict == "unsure" { unsure += 1 }
    if event.first("attempt").flatMap({ Int($0) }) ?? 1 <= 1 {
      let isGood = verdict == UnitVisit.good
      firstAttempts += 1
      if isGood { firstGood += 1 }
      if let unit = event.first("unit"), !unit.isEmpty {
        firstOnes[unit] = isGood && firstOnes[unit] ?? true
      } else {
        firstUnits += 1
        if isGood { firstGoodUnits += 1 }
      }
    }
    for code in Set(codes) { defective[code, default: 0] += 1 }
    if let value = event.first("confidence").flatMap({ Double($0) }), value.isFinite {
      confidence += value
      confidences += 1
    }
    Self.add(part.model, isRejected, &models)
    if !part.recipe.isEmpty { Self.add(part.recipe, isRejected, &recipes) }
    if !part.supplier.isEmpty { Self.add(part.supplier, isRejected, &suppliers) }
    if !part.product.isEmpty,
      products[part.product] != nil || products.count < Self.largestNumberOfProducts
    {
      Self.add(part.product, isRejected, &products)
    }
    part.rejected = isRejected || verdict == UnitVisit.good ? isRejected : nil
    return part
  }

  private mutating func measure(_ event: Event) {
    let step = event.first("step")
    for measured in Self.measured {
      guard let value = event.first(measured.value).flatMap({ Double($0) }), value.isFinite else { continue }
      let name = step.map { "\(measured.value)/\($0)" } ?? measured.value
      guard measures[name] != nil || measures.count < Self.largestNumberOfMeasures else { continue }
      measures[name, default: Measure()].add(
        value, lower: Self.limit(event.first(measured.lower)), upper: Self.limit(event.first(measured.upper)))
    }
  }

  private static func limit(_ text: String?) -> Double? {
    text.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
  }

  private static func add(_ name: String, _ isRejected: Bool, _ groups: inout [String: Group]) {
    groups[name, default: Group()].inspected += 1
    if isRejected { groups[name, default: Group()].rejected += 1 }
  }
}
