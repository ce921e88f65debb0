/// Why there is no figure: what is missing, and what to do. A figure that cannot be defended is never guessed.
public struct FactorProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  public var remedy: String

  public init(_ message: String, remedy: String) {
    self.message = message
    self.remedy = remedy
  }

  public var description: String { "\(message): \(remedy)" }
}

/// What must stand beside a figure, so that nobody takes it for more than it is.
public struct EmissionWarning: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// The newest factor is older than the site accepts.
    case staleFactor = "stale-factor"
    /// The factor rests on a value that was not found in a published source.
    case unpublishedValue = "unpublished-value"
    /// Stands for a residual mix, which nobody publishes.
    case proxy
    /// A supplier's value without test evidence was not used.
    case missingEvidence = "missing-evidence"
    /// Non-fossil electricity without proof is counted like any other.
    case missingProof = "missing-proof"
    /// Combustion only, without the fuel's way to the site.
    case withoutUpstream = "without-upstream"
    /// Hours without a factor of their own are counted with the year's.
    case missingHours = "missing-hours"
  }
  public var kind: Kind
  public var text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  public var description: String { text }
}
