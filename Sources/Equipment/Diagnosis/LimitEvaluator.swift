import Templates

/// Judges the limits of a fault model (`when:`) on the signals of one moment. Pure.
public struct LimitEvaluator: Sendable {
  /// A fault with limits whose signals this machine has.
  public struct Limited: Sendable {
    /// Position in `FaultModel.faults`.
    public var fault: Int
    public var conditions: [Condition]
  }

  public struct Condition: Sendable {
    public var condition: FaultModel.Condition
    /// Positions in the asset's signals of `condition.value.signals`.
    public var inputs: [Int]
    /// Position of the state that decides on the limit, with its states.
    public var state: (signal: Int, names: [String])?
  }

  public let model: FaultModel
  public let limited: [Limited]
  /// Every signal that some limit needs, ascending.
  public let signals: [Int]

  /// Nil if no limit of the model can be judged on these signals.
  public init?(model: FaultModel, signals: [Signal]) {
    func position(_ name: String) -> Int? { signals.firstIndex { $0.name == name } }
    var limited: [Limited] = []
    for (index, fault) in model.faults.enumerated() where !fault.conditions.isEmpty {
      let conditions = fault.conditions.compactMap { condition -> Condition? in
        let inputs = condition.value.signals.compactMap(position)
        guard inputs.count == condition.value.signals.count else { return nil }
        guard let name = condition.stateSignal else {
          return Condition(condition: condition, inputs: inputs, state: nil)
        }
        guard let place = position(name), case .state(let names) = signals[place].kind else { return nil }
        return Condition(condition: condition, inputs: inputs, state: (place, names))
      }
      if conditions.count == fault.conditions.count { limited.append(Limited(fault: index, conditions: conditions)) }
    }
    guard !limited.isEmpty else { return nil }
    self.model = model
    self.limited = limited
    var used: Set<Int> = []
    for condition in limited.flatMap(\.conditions) {
      used.formUnion(condition.inputs)
      if let state = condition.state { used.insert(state.signal) }
    }
    self.signals = used.sorted()
  }

  /// What a condition came to.
  public struct Finding: Hashable, Sendable {
    public var value: Double
    /// The limit that it was compared with; of a band the one that is crossed, or the nearer one.
    public var limit: Double
    public var isCrossed: Bool
  }

  /// - Parameter value: of a signal by its position, states as the position of their word; nil = unknown.
  /// - Returns: whether all conditions of a fault are crossed; nil if something needed is unknown.
  public func isPresent(_ limited: Limited, value: (Int) -> Double?) -> Bool? {
    var isUnknown = false
    for condition in limited.conditions {
      guard let finding = judge(condition, value: value) else {
        isUnknown = true
        continue
      }
      if !finding.isCrossed { return false }
    }
    return isUnknown ? nil : true
  }

  public func judge(_ condition: Condition, value: (Int) -> Double?) -> Finding? {
    guard let x = condition.condition.value.evaluate({ value(condition.inputs[$0]) }) else { return nil }
    let near = condition.condition.tolerance
    func limit(_ limit: FaultModel.Condition.Limit) -> Double? {
      switch limit {
      case .fixed(let fixed): return fixed
      case .byState(_, let values):
        guard let state = condition.state, let code = value(state.signal), let index = Int(exactly: code),
          state.names.indices.contains(index)
        else { return nil }
        return values.first { $0.state == state.names[index] }?.limit
      }
    }
    switch condition.condition.bound {
    case .below(let bound):
      return limit(bound).map { Finding(value: x, limit: $0, isCrossed: x < $0 - near) }
    case .atMost(let bound):
      return limit(bound).map { Finding(value: x, limit: $0, isCrossed: x <= $0 + near) }
    case .above(let bound):
      return limit(bound).map { Finding(value: x, limit: $0, isCrossed: x > $0 + near) }
    case .atLeast(let bound):
      return limit(bound).map { Finding(value: x, limit: $0, isCrossed: x >= $0 - near) }
    case .outside(let low, let high):
      return Finding(
        value: x, limit: abs(x - low) < abs(x - high) ? low : high, isCrossed: x < low - near || x > high + near)
    }
  }
}
