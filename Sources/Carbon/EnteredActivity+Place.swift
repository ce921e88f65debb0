import Templates

extension EnteredActivity {
  /// Positions of the assets that its place stands for: the asset of that id, or all at the place and below it; empty for
  /// the whole site.
  public func assets(of assets: [Asset]) -> Set<Int> {
    guard !place.isEmpty else { return [] }
    if let asset = assets.firstIndex(where: { $0.id == place }) { return [asset] }
    return Set(assets.indices.filter { assets[$0].place == place || assets[$0].place.hasPrefix(place + "/") })
  }

  /// Whether it is an entry of a group: only where all that its place stands for is. Nobody knows how much of it belongs to
  /// a part of that, and of groups that have no asset in common at most one has it.
  public func belongs(to group: Set<Int>, of assets: [Asset]) -> Bool {
    let own = self.assets(of: assets)
    return !own.isEmpty && own.isSubset(of: group)
  }
}
