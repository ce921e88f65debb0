/// Health of machines taken together: of a line, an area, the site.
///
/// The weakest machine decides, weighed by how much it matters: 100 − max w·(100 − h), with w by criticality. A mean
/// would hide one machine that fails behind ten that are well. Weights are product choices.
public struct GroupHealth: Sendable {
  public struct Member: Hashable, Sendable {
    public var asset: String
    /// 0 … 100; nil = not known.
    public var health: Double?
    /// 0 … 1
    public var weight: Double

    public init(asset: String, health: Double?, weight: Double) {
      self.asset = asset
      self.health = health
      self.weight = weight
    }
  }

  /// 0 … 100; nil while nothing is known of any.
  public let health: Double?
  /// Of the machine that decides; nil if all are well.
  public let weakest: String?
  /// What machines take away, the largest first: the first decides, the others say what would come next.
  public let parts: [(asset: String, points: Double)]
  /// How many there are, and of how many the health is known.
  public let machines: Int
  public let known: Int

  /// - Parameter members: in a fixed order; of equal ones the first decides.
  public init(_ members: [Member]) {
    machines = members.count
    let judged = members.compactMap { member in
      member.health.map { (asset: member.asset, loss: member.weight * (100 - $0)) }
    }
    known = judged.count
    parts = judged.filter { $0.loss >= 0.5 }.enumerated()
      .sorted { ($1.element.loss, $0.offset) < ($0.element.loss, $1.offset) }.map {
        ($0.element.asset, $0.element.loss)
      }
    guard let worst = judged.max(by: { $0.loss < $1.loss }) else {
      health = nil
      weakest = nil
      return
    }
    health = 100 - worst.loss
    weakest = worst.loss > 0 ? judged.first { $0.loss == worst.loss }?.asset : nil
  }
}
