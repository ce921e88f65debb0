import Telemetry
import Templates

/// How a rule module joins the engine: one factory for each kind of rule, registered by the Gateway.
///
/// The order of the factories is the order of the passes: at a time mark the rules of the first factory close for all
/// assets, then those of the second, and so on.
public struct RuleFactory: Sendable {
  /// Stable for ever: the rule's state is saved under it. For example `energy`.
  public let name: String
  /// The rule for an asset, or nil if the asset has nothing for it.
  public let make: @Sendable (Asset, Site) throws -> (any AssetRule)?

  public init(name: String, make: @escaping @Sendable (Asset, Site) throws -> (any AssetRule)?) {
    self.name = name
    self.make = make
  }
}
