/// Points of a chart as they come, and which of the chosen rules each completes.
public struct RunRuleWatch: Hashable, Sendable {
  public let rules: [RunRule]
  /// The newest points, as far as a rule looks back.
  private(set) var recent: [Double] = []

  /// - Parameter rules: of one family; each further one adds false alarms.
  public init(_ rules: [RunRule]) { self.rules = rules }

  /// - Parameter z: distance from the centre in standard deviations.
  /// - Returns: the rules that signal on this point, in the order of the set.
  public mutating func add(_ z: Double) -> [RunRule] {
    recent.append(z)
    let longest = rules.map(\.length).max() ?? 0
    if recent.count > longest { recent.removeFirst(recent.count - longest) }
    return rules.filter { $0.holds(recent[...]) }
  }

  /// A new phase begins: what was before is another process.
  public mutating func reset() { recent = [] }

  init(_ rules: [RunRule], recent: [Double]) {
    self.rules = rules
    self.recent = recent
  }
}
