import Plant
import Telemetry

/// Which parts of a station a person should look at, the most doubtful first; and how right the station was at each
/// confidence, as far as people have looked.
public struct ReviewQueue: Hashable, Sendable {
  public enum Reason: Int, Hashable, Sendable {
    /// The station left it to a person.
    case unsure = 0
    /// Its confidence is below what the site trusts.
    case doubtful = 1
    /// By chance among those that it is sure of: without them nothing is known of escapes.
    case sample = 2

    public var text: String {
      switch self {
      case .unsure: "the station is not sure"
      case .doubtful: "low confidence"
      case .sample: "sample"
      }
    }
  }

  public struct Entry: Hashable, Sendable {
    public var unit: String
    public var step: String?
    public var time: Timestamp
    public var verdict: String
    public var defects: [String]
    public var confidence: Double?
    public var reason: Reason
  }

  /// Results of a range of confidence.
  public struct Band: Hashable, Sendable {
    public var low: Double
    public var high: Double
    public var results = 0
    public var rejected = 0
    public var recognition = Recognition()
  }

  /// Upper ends of the bands.
  static let ends = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0]

  public private(set) var entries: [Entry] = []
  public private(set) var bands: [Band]
  /// Results without a confidence between 0 and 1.
  public private(set) var withoutConfidence = 0
  public private(set) var reviewed = 0

  /// - Parameters:
  ///   - results: of one station, by time.
  ///   - reviews: of the same time.
  ///   - confidence: below it a verdict is doubtful.
  ///   - sample: share of the others, 0…1; which ones follows from their names, so that it is the same whenever one asks.
  public init(results: [Event], reviews: [Event], confidence: Double, sample: Double) {
    bands = zip([0] + Self.ends, Self.ends).map { Band(low: $0, high: $1) }
    var words: [String: ReviewWord] = [:]
    for review in reviews {
      guard let unit = review.first("unit"), let word = review.first("review").flatMap(ReviewWord.init) else {
        continue
      }
      words[Self.key(unit, review.first("step"))] = word
    }
    for event in results {
      guard let verdict = event.first("verdict"), verdict != "bypass", let unit = event.first("unit") else { continue }
      let step = event.first("step")
      let word =
        event.first("review").flatMap(ReviewWord.init) ?? words[Self.key(unit, step)] ?? words[Self.key(unit, nil)]
      let sure = event.first("confidence").flatMap { Double($0) }.flatMap { (0...1).contains($0) ? $0 : nil }
      count(verdict, sure, word)
      guard word == nil else {
        reviewed += 1
        continue
      }
      guard let reason = Self.reason(unit, step, verdict, sure, confidence, sample) else { continue }
      entries.append(
        Entry(
          unit: unit, step: step, time: event.time, verdict: verdict,
          defects: event.all("defect").filter { !$0.isEmpty }, confidence: sure,
          reason: reason))
    }
    entries.sort { a, b in
      (a.reason.rawValue, a.confidence ?? 0, a.time, a.unit) < (b.reason.rawValue, b.confidence ?? 0, b.time, b.unit)
    }
  }

  private mutating func count(_ verdict: String, _ confidence: Double?, _ word: ReviewWord?) {
    guard let confidence else {
      withoutConfidence += 1
      return
    }
    let place = bands.firstIndex { confidence <= $0.high } ?? bands.count - 1
    bands[place].results += 1
    let rejected: Bool? = verdict == UnitVisit.bad ? true : verdict == UnitVisit.good ? false : nil
    if rejected == true { bands[place].rejected += 1 }
    if let counted = word?.counted(rejected: rejected) { bands[place].recognition += counted }
  }

  private static func key(_ unit: String, _ step: String?) -> String { "\(unit)\u{0}\(step ?? "")" }

  private static func reason(
    _ unit: String, _ step: String?, _ verdict: String, _ sure: Double?, _ confidence: Double, _ sample: Double
  ) -> Reason? {
    if verdict == "unsure" { return .unsure }
    if let sure, sure < confidence { return .doubtful }
    var hash = Hash64()
    hash.combine(key(unit, step))
    return Double(hash.value % 100_000) < sample * 100_000 ? .sample : nil
  }

  /// How many parts must be looked at, and all be good, to know with a confidence that fewer than a share of them is bad:
  /// (1 − share)^n ≤ 1 − confidence.
  public static func proof(share: Double, confidence: Double = 0.95) -> Int {
    guard share > 0, share < 1 else { return 0 }
    var n = 0
    var chance = 1.0
    while chance > 1 - confidence {
      chance *= 1 - share
      n += 1
    }
    return n
  }
}
