import Telemetry
import Templates

/// What is known of an inspection station: a fold over its windows in the order of time.
///
/// A phase belongs to one version of the recognition model, since a new model is a new process: with the next version all
/// baselines are learnt again, and the figures of the version before are kept for comparison. Where versions take turns (a
/// model for each kind of engine) each has its own, and the last ones are kept.
public struct StationWatch: Hashable, Sendable {
  /// What a version of the model has done.
  public struct Phase: Hashable, Sendable {
    /// Of the model; "" where results name none.
    public var version = ""
    public var start: Timestamp
    public var inspected = 0
    public var rejected = 0
    public var unsure = 0
    public var recognition = Recognition()
    public init(version: String, start: Timestamp) {
      self.version = version
      self.start = start
    }

    /// Whether what is usual in this phase says anything of a window.
    public func judges(_ tally: InspectionTally, start: Timestamp) -> Bool {
      self.start <= start && (version.isEmpty || tally.models[version] != nil)
    }
  }

  /// Rates that every station has beside those of its defect codes.
  public static let rejects = "NG"
  public static let manual = "unsure"
  /// So many versions wait for their turn.
  static let parkedVersions = 7

  /// So many recipes wait for theirs: a station may have one for each product.
  static let parkedRecipes = 40

  private var models = Turns<VersionWatch>()
  private var recipes = Turns<RecipeWatch>()
  /// End of the last window.
  public private(set) var end: Timestamp?

  public init() {}

  private var now: VersionWatch? { models.now }
  public var phase: Phase? { now?.phase }
  /// The version that one which is new has replaced.
  public var before: Phase? { models.before }
  /// By `NG`, `unsure` and the defect codes.
  public var rates: [String: RateWatch] { now?.rates ?? [:] }
  public var measures: [String: MeasureWatch] { now?.measures ?? [:] }
  /// Mean confidence of the windows.
  public var confidence: LevelWatch { now?.confidence ?? LevelWatch() }
  public var accuracy: AccuracyTest { now?.accuracy ?? AccuracyTest() }
  /// The series that has proved the accuracy to be below the limit; nil while none has, or since a later one held.
  public var inaccurate: AccuracyTest? { now?.inaccurate }
  public var inaccurateSince: Timestamp? { now?.inaccurateSince }
  /// What the rejected parts of the present rise have in common.
  ///
  /// - Parameter others: candidates of another kind that are compared as well.
  public func associations(others: Int = 0) -> [Association] { now?.associations(others: others) ?? [] }
  /// How many groups of parts are compared.
  var suspectNames: Int { now?.suspectNames ?? 0 }

  /// - Parameter tally: of the window [start, end), which begins after all before it.
  public mutating func add(_ tally: InspectionTally, start: Timestamp, end: Timestamp, plan: InspectionPlan) {
    models.see(tally.model, tally.models, at: start, most: Self.parkedVersions)
    self.end = end
    models.update { $0.add(tally, start: start, end: end, plan: plan) }
    guard recipes.now != nil || tally.recipe != nil else { return }
    recipes.see(tally.recipe, tally.recipes, at: start, most: Self.parkedRecipes)
    recipes.update { $0.add(tally) }
  }

  /// Everything is learnt again: a person said so.
  public mutating func begin(at start: Timestamp) {
    models.begin(at: start)
    recipes = Turns()
  }

  /// Something that is new, and what was before it.
  struct Change: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case model, recipe }
    var kind: Kind
    var before: Phase
    var after: Phase
    /// Whether enough was seen of the new one.
    var isLearnt: Bool
  }

  /// - Parameter windows: of a recipe that is judged.
  func changes(windows: Int) -> [Change] {
    var changes: [Change] = []
    if let before = models.before, let now = models.now, before.version != now.phase.version {
      changes.append(
        Change(kind: .model, before: before, after: now.phase, isLearnt: now.rates[Self.rejects]?.baseline != nil))
    }
    if let before = recipes.before, let now = recipes.now {
      changes.append(Change(kind: .recipe, before: before, after: now.phase, isLearnt: now.windows >= windows))
    }
    return changes
  }

  // MARK: Coding

  public func encode(into writer: inout ByteWriter) {
    writer.boolean(end != nil)
    if let end { writer.timestamp(end) }
    models.encode(into: &writer)
    recipes.encode(into: &writer)
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    if try reader.boolean() { end = try reader.timestamp() }
    models = try Turns(from: &reader)
    // What was saved before recipes were followed ends here.
    if !reader.isAtEnd { recipes = try Turns(from: &reader) }
  }
}

extension StationWatch.Phase {
  /// - Parameter groups: by version, or by recipe. Parts and reviews of the phase's own only: what another one did says
  ///   nothing of it.
  mutating func add(_ tally: InspectionTally, _ groups: [String: InspectionTally.Group]) {
    if let own = groups[version], tally.inspected > 0 {
      inspected += own.inspected
      rejected += own.rejected
      // Groups do not say it: of several the part that the group has of the window.
      unsure +=
        own.inspected == tally.inspected
        ? tally.unsure
        : Int((Double(tally.unsure) * Double(own.inspected) / Double(tally.inspected)).rounded())
    } else if InspectionTally.leading(groups) == nil {
      inspected += tally.inspected
      rejected += tally.rejected
      unsure += tally.unsure
    }
    if let own = reviewed(tally, groups) { recognition += own }
  }

  func reviewed(_ tally: InspectionTally, _ groups: [String: InspectionTally.Group]) -> Recognition? {
    groups[version]?.recognition ?? (InspectionTally.leading(groups) == nil ? tally.recognition : nil)
  }

  func encode(into writer: inout ByteWriter) {
    writer.string(version)
    writer.timestamp(start)
    for count in [inspected, rejected, unsure] { writer.varint(count) }
    recognition.encode(into: &writer)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init(version: try reader.string(), start: try reader.timestamp())
    inspected = try reader.integer()
    rejected = try reader.integer()
    unsure = try reader.integer()
    recognition = try Recognition(from: &reader)
  }
}
