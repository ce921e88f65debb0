import Telemetry
import Templates

/// How strictly the next lot is inspected, by what became of the lots before: the switching rules of ISO 2859-1.
public struct SamplingSwitch: Hashable, Sendable {
  public enum State: String, Hashable, Sendable, CaseIterable {
    case normal, tightened, reduced
    /// Nothing is accepted by samples until a person has inspection resumed.
    case discontinued

    /// Of the table; nil where there is no sampling.
    var severity: SamplingTable.Severity? { SamplingTable.Severity(rawValue: rawValue) }
  }

  /// What became of a lot.
  public struct Result: Hashable, Sendable {
    public var accepted: Bool
    /// Acceptance number of its plan; nil for a lot that a person has judged.
    public var accept: Int?
    /// One step tighter would have accepted it as well.
    public var tighterAccepts: Bool

    public init(accepted: Bool, accept: Int? = nil, tighterAccepts: Bool = false) {
      self.accepted = accepted
      self.accept = accept
      self.tighterAccepts = tighterAccepts
    }
  }

  public private(set) var state = State.normal
  /// The newest lots of this state, whether they were accepted.
  private var recent: [Bool] = []
  private var refused = 0
  /// Towards reduced inspection.
  public private(set) var score = 0

  public init() {}

  /// - Parameter reduces: reduced inspection is allowed.
  /// - Returns: how the next lot is inspected.
  @discardableResult
  public mutating func add(_ lot: Result, _ rules: SamplingTable.Switching, reduces: Bool = false) -> State {
    switch state {
    case .normal:
      recent = (recent + [lot.accepted]).suffix(rules.among)
      if recent.count(where: { !$0 }) >= rules.tighten {
        change(to: .tightened)
      } else if reduces, let reduce = rules.reduce {
        score = Self.score(score, lot, reduce)
        if score >= reduce.score { change(to: .reduced) }
      }
    case .tightened:
      if !lot.accepted { refused += 1 }
      recent = (recent + [lot.accepted]).suffix(rules.relax)
      if refused >= rules.discontinue {
        change(to: .discontinued)
      } else if recent.count == rules.relax, recent.allSatisfy(\.self) {
        change(to: .normal)
      }
    case .reduced:
      if !lot.accepted { change(to: .normal) }
    case .discontinued: break
    }
    return state
  }

  private static func score(_ score: Int, _ lot: Result, _ rules: SamplingTable.Switching.Reduce) -> Int {
    guard lot.accepted, let accept = lot.accept else { return 0 }
    if accept < 2 { return score + rules.small }
    return lot.tighterAccepts ? score + rules.tighter : 0
  }

  /// The supplier has done something, and a person agrees that it will help: tightened inspection goes on.
  public mutating func resume() {
    if state == .discontinued { change(to: .tightened) }
  }

  private mutating func change(to next: State) {
    state = next
    recent = []
    refused = 0
    score = 0
  }

  // MARK: Coding

  func encode(into writer: inout ByteWriter) {
    writer.string(state.rawValue)
    writer.varint(recent.count)
    for accepted in recent { writer.boolean(accepted) }
    writer.varint(refused)
    writer.varint(score)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let state = State(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a state of inspection")
    }
    self.state = state
    for _ in 0..<(try reader.count()) { recent.append(try reader.boolean()) }
    refused = try reader.integer()
    score = try reader.integer()
  }
}
