import Telemetry

/// What may leave the plant for one destination: only these kinds, of only these assets.
public struct AllowList: Hashable, Sendable {
  public let kinds: Set<RecordKind>
  /// Patterns; `*` stands for any run of characters.
  public let assets: [String]
  private let allowsEveryAsset: Bool

  public init(kinds: Set<RecordKind>, assets: [String]) {
    self.kinds = kinds
    self.assets = assets
    allowsEveryAsset = assets.contains("*")
  }

  /// A destination that takes notifications takes those that are addressed to it.
  public init(_ destination: Destination) {
    let takes = destination.kinds.contains(.notification)
    self.init(
      kinds: destination.kinds, assets: destination.assets + (takes ? [Destination.addressee(destination.name)] : []))
  }

  /// Heads of the ledger are about the gateway and no asset; a notification goes to its addressee alone.
  public func allows(_ kind: RecordKind, asset: String) -> Bool {
    guard kinds.contains(kind) else { return false }
    switch kind {
    case .ledgerHead: return true
    case .notification: return assets.contains(asset)
    default: return allows(asset: asset)
    }
  }

  public func allows(asset: String) -> Bool {
    allowsEveryAsset || assets.contains { Wildcard.matches(asset, $0) }
  }
}

extension AllowList {
  /// The text that the file keeps, to notice a change.
  public var text: String {
    let members: JSONValue = [
      "assets": .array(assets.map { .string($0) }),
      "kinds": .array(kinds.map(\.rawValue).sorted().map { .string($0) }),
    ]
    return members.canonicalText
  }

  public init(text: String) throws {
    let value = try JSONValue(parsing: text)
    self.init(
      kinds: Set((value["kinds"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(RecordKind.init(rawValue:)) }),
      assets: (value["assets"]?.arrayValue ?? []).compactMap(\.stringValue))
  }
}
