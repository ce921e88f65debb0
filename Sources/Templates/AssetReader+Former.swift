/// `formerly:`, the id that an asset had before.
extension AssetReader {
  struct FormerName {
    /// Whose it is now.
    var asset: String
    var section: Section
  }

  /// Notes a former id; false if it cannot be one.
  mutating func takeFormer(_ former: String, of asset: String, _ section: Section) -> Bool {
    let position = section["formerly"]?.position
    guard Self.isIdentifier(former), former != "gateway" else {
      section.report(
        position, "\"\(former)\" cannot have been the id of an asset",
        remedy: "Write the id that \(asset) had before, letter by letter; `weir assets` shows the ids in use.")
      return false
    }
    guard former != asset else {
      section.report(
        position, "\"\(asset)\" is its id now",
        remedy: "Write the id that it had before, or remove `formerly`; a new name, place or topic needs nothing.")
      return false
    }
    if let twin = formerNames.updateValue(FormerName(asset: asset, section: section), forKey: former) {
      section.report(
        position, "the history of \"\(former)\" goes to \"\(twin.asset)\" already (line \(twin.section.position.line))",
        remedy: "Only one asset can continue another; remove `formerly` from one of them.")
      return false
    }
    return true
  }

  /// An id that is in use has its history itself.
  func checkFormerNames() {
    for (former, name) in formerNames.sorted(by: { $0.key < $1.key }) {
      guard let twin = firstID[former] else { continue }
      name.section.report(
        name.section["formerly"]?.position,
        "\"\(former)\", which \"\(name.asset)\" is to continue, is itself configured (line \(twin.line))",
        remedy: "Remove one of them. For a new machine under an old id, rename first, reload, and then add it.")
    }
  }
}
