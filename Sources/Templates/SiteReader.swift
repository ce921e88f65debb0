import Foundation
import Telemetry

/// Reads the configuration, one top-level group after the other. Mistakes go to the diagnostics; what could not be
/// read has a harmless stand-in, so that the rest is checked too.
struct SiteReader {
  let source: SourceText
  let diagnostics: Diagnostics
  let checkFiles: Bool
  var gatewayID = "weir"
  /// For an explanation: whose entry to keep, the entry, and the templates.
  var wantedAsset: String?
  private(set) var wantedSection: Section?
  private(set) var catalogue = TemplateCatalogue()
  private(set) var folders = TableFolders(devices: [])

  static let keys = [
    "gateway", "zone", "clock", "broker", "brokers", "devices", "templates", "assets", "horizons", "energy",
    "destinations", "storage", "control", "quality", "tariff", "carbon", "products", "condition", "maintenance",
    "footprint", "budgets", "shifts", "lines", "fault-models", "inspection", "alarms",
  ]

  init(source: SourceText, diagnostics: Diagnostics, checkFiles: Bool) {
    self.source = source
    self.diagnostics = diagnostics
    self.checkFiles = checkFiles
  }

  mutating func read(_ root: YAMLNode, devices: [String]) -> Site? {
    guard
      let top = Section(root, "the configuration", keys: Self.keys, source: source, diagnostics: diagnostics)
    else { return nil }
    let gateway = gateway(top)
    gatewayID = gateway.id
    folders = TableFolders(devices: devices)
    catalogue = templates(top, devices: devices)
    let connections = connections(top)
    var assets = AssetReader(
      catalogue: catalogue, connections: connections.map(\.name), source: source, diagnostics: diagnostics)
    assets.wanted = wantedAsset
    assets.sparkplug = connections.reduce(into: [:]) { $0[$1.name] = $1.sparkplug }
    let condition = ConditionReader(folders: folders)
    assets.condition = { condition.table(top, isWanted: true) }
    assets.read(top)
    wantedSection = assets.wantedSection
    let destinations = destinations(top, assets: assets.assets.map(\.id))
    var site = Site(
      gateway: gateway, zone: zone(top),
      clock: top.read("clock", .word([.system, .messages], noun: "clock source"), default: .system),
      connections: connections, assets: assets.assets, horizons: horizons(top), energy: energy(top),
      destinations: destinations, storage: storage(top), control: control(top), canonicalText: "", hash: "")
    EnergyAnalysisReader.check(top, site.energy.analysis, assets: site.assets)
    site.quality = QualityReader.settings(top)
    site.tariff = TariffReader(folders: folders, zone: site.zone, window: site.energy.window).settings(top)
    site.condition = condition.table(top, isWanted: assets.assets.contains { !$0.nameplate.isEmpty })
    site.maintenance = MaintenanceReader.settings(top, assets: assets.assets)
    site.products = ProductReader.products(top, currency: site.tariff?.tariff.currency)
    site.footprint = FootprintReader.settings(top)
    site.carbon = carbon(top, devices: devices, assets: assets.assets.map(\.id))
    site.shifts = ShiftReader.plan(top)
    site.lines = LineTopologyReader(top: top, assets: site.assets.map(\.id)).lines()
    site.inspection = InspectionReader.settings(
      top, storeBytes: site.storage.storeBytes, lines: site.lines, folders: folders, assets: site.assets.map(\.id))
    site.budgets = BudgetReader(
      top: top, assets: assets.assets, methods: site.carbon?.methods ?? [], currency: site.tariff?.tariff.currency
    ).budgets()
    for budget in site.carbon?.budgets ?? [] where site.budgets.contains(where: { $0.name == budget.name }) {
      top.report(
        top["budgets"]?.position, "two budgets are named \"\(budget.name)\", one of them in carbon",
        remedy: "Give each a name of its own.")
    }
    site.faultModels = faultModels(top, folders: devices, assets: assets.assets)
    var alarms = AlarmReader(
      folders: folders, assets: assets.assets, destinations: destinations,
      shifts: site.shifts?.shifts.map(\.name) ?? [],
      brokers: connections.filter { $0.sparkplug == nil }.map(\.name))
    site.alarms = alarms.settings(top)
    guard diagnostics.isEmpty else { return nil }
    site.seal(templates: catalogue)
    return site
  }

  private func gateway(_ top: Section) -> GatewaySettings {
    guard let section = top.section("gateway", "gateway", keys: ["id", "data"]) else {
      if !top.has("gateway") { top.missing("gateway", remedy: "Add `gateway: { id: plant-1, data: /var/lib/weir }`.") }
      return GatewaySettings(id: "weir", dataDirectory: "data")
    }
    return GatewaySettings(
      id: section.require("id", .identifier(), remedy: "Add `id: plant-1`; it becomes part of every record's id.")
        ?? "weir",
      dataDirectory: section.read("data", .text, default: "data"))
  }

  private func zone(_ top: Section) -> String {
    guard let text = top.require("zone", .text, remedy: "Add the plant's time zone: `zone: Asia/Shanghai`.") else {
      return "UTC"
    }
    // Days and months follow the place's own rules, so a fixed offset such as GMT+8 is not taken.
    guard text == "UTC" || (text.contains("/") && TimeZone(identifier: text) != nil) else {
      let known = TimeZone.knownTimeZoneIdentifiers
      let near =
        NearestWord.of(text, in: known)
        ?? known.first { $0.lowercased().hasSuffix("/" + text.lowercased().replacing(" ", with: "_")) }
      top.report(
        top["zone"]?.position, "unknown time zone \"\(text)\"",
        remedy: near.map { "Did you mean \"\($0)\"?" } ?? "Write an IANA zone such as Asia/Shanghai or Europe/Berlin.")
      return "UTC"
    }
    return text
  }

  func templates(_ top: Section, devices: [String]) -> TemplateCatalogue {
    var catalogue = TemplateCatalogue()
    if let inline = top.section("templates", "templates", keys: []) { catalogue.add(inline: inline) }
    for folder in devices {
      if let problem = catalogue.add(folder: folder, diagnostics) {
        diagnostics.report(file: folder, problem, remedy: "Check the path; it counts from the current directory.")
      }
    }
    for (folder, position) in top.list("devices", .text) ?? [] {
      if let problem = catalogue.add(folder: folder, diagnostics) {
        top.report(position, problem, remedy: "Check the path; it counts from the current directory.")
      }
    }
    catalogue.resolve()
    return catalogue
  }

  /// Reports a file that does not exist.
  func check(file: String?, _ section: Section, _ key: String) {
    guard checkFiles, let file, !FileManager.default.fileExists(atPath: file) else { return }
    section.report(
      section[key]?.position, "there is no file \"\(file)\"",
      remedy: "Create it or correct the path; it counts from the current directory.")
  }
}
