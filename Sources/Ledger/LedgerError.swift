/// What cannot be used: a key, a signature, a head, a proof. Says what is wrong and what to do.
public struct LedgerError: Error, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
