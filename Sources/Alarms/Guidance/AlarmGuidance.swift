import Plant
import Telemetry
import Templates

/// What a person needs to act on an alarm, in English and Chinese: what, where, since when, on what it rests, why now, what
/// happens if nobody does anything, what to do, with which parts, and who can.
///
/// Made of the finding's evidence (which has a fault's causes, checks and parts in both languages), of the guide of its
/// rule, and of what the site knows of its lines and costs. What is not known is not said.
public struct AlarmGuidance: Hashable, Sendable {
  public typealias Words = FaultModel.Words

  public var what: Words
  /// Asset and place.
  public var place: String
  public var since: Timestamp?
  /// Readings, and what was made of them; without what stands under the other headings.
  public var evidence: [Event.Attribute]
  public var why: [Words]
  public var ignored: [Words]
  public var steps: [Words]
  public var parts: [Words]
  /// How long the parts usually take to come.
  public var leadTime: String?
  public var skill: Words?

  /// - Parameter life: a remaining life that another alarm of the same machine tells.
  public init(
    _ subject: AlarmSubject, onset: Timestamp?, facts: PlantFacts, life: [Event.Attribute] = []
  ) {
    let evidence = Evidence(subject.evidence)
    let guide = facts.settings.guide(of: subject.rule)
    let title = (evidence.fault ?? guide?.title)?.chinese
    what = Words(subject.summary, FindingSentence(subject, evidence, title: title).chinese ?? subject.summary)
    place = subject.place.isEmpty ? subject.subject : "\(subject.subject), \(subject.place)"
    since = onset
    self.evidence = evidence.readings
    why = Self.why(subject, evidence, facts)
    let own = Evidence(subject.evidence.contains { $0.name == "p50" } ? subject.evidence : life)
    ignored = [guide?.ignored].compactMap(\.self)
    ignored += facts.consequences(of: subject.subject, life: own.life, category: subject.category)
    ignored += evidence.consequences + facts.excess(evidence, at: onset)
    steps = evidence.checks.isEmpty && guide == nil ? [Words(subject.advice, subject.advice)] : evidence.checks
    steps += guide?.steps ?? []
    parts = evidence.parts
    leadTime = evidence["lead_time"]
    skill = guide?.skill
  }

  private static func why(_ subject: AlarmSubject, _ evidence: Evidence, _ facts: PlantFacts) -> [Words] {
    var why: [Words] = []
    if let cause = evidence.cause { why.append(cause) }
    for limit in evidence.all("limit") + evidence.all("criterion") {
      why.append(Words("limit: \(limit)", "限值：\(EvidenceWords.value(limit, .chinese))"))
    }
    let criticality = facts.assets[subject.subject]?.criticality ?? .normal
    let chinese =
      subject.category == .safety
      ? "优先级\(AlarmWords.priority(subject.priority))：安全告警"
      : "优先级\(AlarmWords.priority(subject.priority))：\(AlarmWords.severity(subject.severity))，设备重要度\(AlarmWords.criticality(criticality))"
    why.append(Words("priority \(subject.priority.word): \(subject.priorityReason)", chinese))
    return why
  }
}

extension AlarmGuidance {
  /// Name and value of each reading, as people read them.
  public func readings(_ language: Language) -> [Event.Attribute] {
    evidence.map {
      Event.Attribute(EvidenceWords.name($0.name, language), EvidenceWords.value($0.value, language))
    }
  }

  /// The evidence of a finding, by what it says.
  struct Evidence {
    private let attributes: [Event.Attribute]
    init(_ attributes: [Event.Attribute]) { self.attributes = attributes }

    private static let guidance = [
      "cause", "cause_zh", "part", "part_zh", "lead_time", "origin", "provenance", "name_zh", "limit", "criterion",
    ]

    subscript(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

    func all(_ name: String) -> [String] { attributes.filter { $0.name == name }.map(\.value) }

    /// The fault that stands first.
    var fault: Words? {
      guard let chinese = self["fault_1_zh"] ?? self["name_zh"] else { return nil }
      let english = self["fault_1"].map { String($0.prefix { $0 != ":" }) } ?? chinese
      return Words(english, chinese)
    }

    var cause: Words? { self["cause"].map { Words($0, self["cause_zh"] ?? $0) } }

    var checks: [Words] {
      var checks: [Words] = []
      while let english = self["check_\(checks.count + 1)"] {
        checks.append(Words(english, self["check_\(checks.count + 1)_zh"] ?? english))
      }
      return checks
    }

    var parts: [Words] {
      let chinese = all("part_zh")
      return all("part").enumerated().map { place, english in
        Words(english, chinese.indices.contains(place) ? chinese[place] : english)
      }
    }

    /// When it will have failed.
    var life: LineImpact.Times? {
      func time(_ name: String) -> Timestamp? { self[name].flatMap(Timestamp.init(rfc3339:)) }
      guard let p50 = time("p50") else { return nil }
      return LineImpact.Times(p10: time("p10"), p50: p50, p90: time("p90"))
    }

    /// What a leak loses in a day, or a day used above what was expected.
    var excess: ExactDecimal? {
      func number(_ name: String) -> ExactDecimal? { self[name].flatMap { ExactDecimal($0) } }
      if let perDay = number("per_day") { return perDay }
      guard let actual = number("actual"), let expected = number("expected"),
        case .success(let more) = Result(catching: { try actual - expected })
      else { return nil }
      return more > .zero ? more : nil
    }

    /// Money and emissions that the finding itself has counted.
    var consequences: [Words] {
      var words: [Words] = []
      if let cost = self["waste_cost"] { words.append(Words("it costs \(cost) a day", "每天损失 \(cost)")) }
      if let cost = self["cost_per_day"] {
        let unit = self["currency"].map { " \($0)" } ?? ""
        words.append(Words("it costs \(cost)\(unit) a day", "每天损失 \(cost)\(unit)"))
      }
      if let kilograms = self["waste_kg"] {
        words.append(Words("it emits \(kilograms) a day, in kg", "每天多排放 \(kilograms)，单位 kg"))
      }
      return words
    }

    /// What was measured and calculated.
    var readings: [Event.Attribute] {
      attributes.filter { attribute in
        !Self.guidance.contains(attribute.name) && !attribute.name.hasPrefix("check_")
          && !attribute.name.hasSuffix("_zh") && !attribute.name.hasSuffix("_id")
      }
    }
  }
}
