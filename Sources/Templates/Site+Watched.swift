extension Site {
  /// Whether what is usual for an asset is learnt and what deviates is told: as it says itself, else if something is known
  /// of how it fails and its fault model does not leave it to the asset.
  public func watches(_ asset: Asset) -> Bool { asset.learning ?? (faultModel(of: asset)?.isLearnt ?? false) }

  /// How it fails; nil = unknown.
  public func faultModel(of asset: Asset) -> FaultModel? {
    guard let name = asset.faultModel else { return nil }
    return faultModels.first { $0.name == name }
  }
}
