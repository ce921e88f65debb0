extension Site {
  /// Assets (by position) whose messages are committed, judged and told at once: those of criticality `safety`, and those
  /// that a condition of safety watches.
  public var urgentAssets: Set<Int> {
    let conditions = alarms?.safety ?? []
    return Set(
      assets.indices.filter { place in
        let asset = assets[place]
        return asset.criticality == .safety
          || conditions.contains { $0.assets.contains { Wildcard.matches(asset.id, $0) } }
      })
  }
}
