import Factors

/// A file that says with which factors a time is counted again (`weir carbon recompute --factors`).
public enum FactorChangeFile {
  public static let keys = ["inventory-date", "data-year", "gwp", "fuel-set", "overrides"]

  /// Whether the tables of the site have what it names is for the gateway to say.
  /// - Throws: all mistakes at once, with file, line and column.
  public static func load(path: String) throws(ConfigurationErrors) -> FactorChange {
    let diagnostics = Diagnostics()
    let change = read(path, diagnostics)
    try diagnostics.throwIfAny()
    return change
  }

  private static func read(_ path: String, _ diagnostics: Diagnostics) -> FactorChange {
    guard let source = SourceText.load(path, diagnostics), let root = YAMLDocument.parse(source, diagnostics),
      let top = Section(root, "the choice of factors", keys: keys, source: source, diagnostics: diagnostics)
    else { return FactorChange() }
    return FactorChange(
      inventoryDate: top.read("inventory-date", .date), dataYear: top.read("data-year", .integer(1990...2200)),
      gwp: top.read("gwp", .text), fuelSet: top.read("fuel-set", .text),
      overrides: CarbonReader(section: top, folder: "", assets: []).overrides(nil))
  }
}
