import Telemetry

/// What the assets of now were called before: records that were issued under a former id are theirs.
public struct AssetNames: Hashable, Sendable {
  /// By former id.
  private var now: [String: String] = [:]
  private var former: [String: [String]] = [:]

  /// - Parameter assets: of now, each with the ids that it had. A former id that an asset of now has is that one's.
  public init(_ assets: [(id: String, former: [String])]) {
    let ids = Set(assets.map(\.id))
    for asset in assets {
      for name in asset.former where !ids.contains(name) && now[name] == nil {
        now[name] = asset.id
        former[asset.id, default: []].append(name)
      }
    }
  }

  /// Nobody had another id.
  public var isEmpty: Bool { now.isEmpty }

  public func current(_ id: String) -> String { now[id] ?? id }

  /// That of now first.
  public func all(_ id: String) -> [String] { [id] + (former[id] ?? []) }

  /// A record's key as it would be today: most begin with the id of their asset and a slash.
  public func currentKey(_ key: String) -> String {
    guard !now.isEmpty, let slash = key.firstIndex(of: "/"), let id = now[String(key[..<slash])] else { return key }
    return id + key[slash...]
  }

  /// Without those of which another has a later revision under another name, in the same order.
  public func newest(_ records: [IssuedRecord]) -> [IssuedRecord] {
    guard !now.isEmpty else { return records }
    var revisions: [String: Int] = [:]
    for record in records { revisions[name(record), default: 0] = max(revisions[name(record)] ?? 0, record.revision) }
    return records.filter { revisions[name($0)] == $0.revision }
  }

  private func name(_ record: IssuedRecord) -> String { "\(record.kind.rawValue)/\(currentKey(record.key))" }
}
