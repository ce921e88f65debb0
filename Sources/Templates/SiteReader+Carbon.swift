import Factors

extension SiteReader {
  /// Nil without `carbon:`; no tables are read then.
  func carbon(_ top: Section, devices: [String], assets: [String]) -> CarbonSettings? {
    guard top.has("carbon"), !top.isOff("carbon"),
      let section = top.section("carbon", "carbon", keys: CarbonReader.keys)
    else { return nil }
    var reader = CarbonReader(section: section, folder: FactorFolder.standard(devices: devices), assets: assets)
    reader.readsFiles = checkFiles
    return reader.settings()
  }
}
