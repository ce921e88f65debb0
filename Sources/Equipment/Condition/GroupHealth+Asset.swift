import Templates

extension GroupHealth.Member {
  public init(_ asset: Asset, health: Double?) {
    let weight =
      switch asset.criticality {
      case .low: 0.5
      case .normal: 0.8
      case .high, .safety: 1.0
      }
    self.init(asset: asset.id, health: health, weight: weight)
  }
}
