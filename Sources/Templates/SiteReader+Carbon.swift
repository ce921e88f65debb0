import Factors

extension SiteReader {
  /// Nil without `carbon:`; no tables are read then.
  func carbon(_ top: Section, devices: [String], assets: [String]) -> CarbonSettings? {
    guard top.has("carbon"), !top.isOff("carbon"),
      let section = top.section("carbon", "carbon", keys: CarbonReader.keys)
    else { return nil }
    let reader = CarbonReader(section: section, folder: FactorFolder.standard(devices: devices), assets: assets)
    guard let settings = reader.settings() else { return nil }
    check(file: settings.hourlySeries?.path, section, "hourly-series")
    return settings
  }
}
