/// How much of a machine is known.
public struct Evidence: Hashable, Sendable {
  public enum State: UInt8, Hashable, Sendable, CaseIterable {
    /// Not enough is known to judge.
    case learning = 0
    case watching = 1

    public var word: String { self == .learning ? "learning" : "watching" }
  }

  public var state: State
  /// Hours of judged data that were learnt from.
  public var hours: Double
  /// Hours that are needed before anything is judged.
  public var needed: Double
  /// Operating regimes that are known.
  public var regimes: Int

  public init(state: State, hours: Double, needed: Double, regimes: Int) {
    self.state = state
    self.hours = hours
    self.needed = needed
    self.regimes = regimes
  }
}
