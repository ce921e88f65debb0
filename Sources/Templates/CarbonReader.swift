import Factors
import Telemetry

/// Reads `carbon:`. The tables become part of the settings, so that the canonical text can be replayed anywhere.
struct CarbonReader {
  let section: Section
  /// The tables of the installation.
  let folder: String
  let assets: [String]
  /// Whether files that settings name are read; the canonical text has their contents.
  var readsFiles = true

  static let keys = [
    "subdivision", "methods", "inventory-date", "data-year", "gwp", "fuel-set", "stale", "stale-years", "missing-proof",
    "green-power", "residual-mix", "steam", "built-in-factors", "factors", "factor-tables", "overrides",
    "certificates", "certificate-reports", "hourly-series", "target", "budgets",
  ]
  static let residualKeys = ["value", "source"]
  static let overrideKeys = ["factor", "value", "unit", "author", "date", "reason", "evidence"]
  static let certificateKeys = ["id", "kind", "mwh", "valid-from", "valid-to", "source", "factor"]
  static let seriesKeys = ["file", "nature", "source", "missing", "methods", "first", "values"]
  static let targetKeys = ["base-year", "base", "method", "scopes", "path"]
  static let budgetKeys = ["name", "period", "limit", "method", "scopes", "assets"]
  /// Without `methods:` all inventories are counted, from the same activity data.
  static let standardMethods = [InventoryMethod.gbt32150, .location, .market]

  func settings() -> CarbonSettings? {
    let before = section.diagnostics.errors.count
    let library = library()
    let subdivision = section.require(
      "subdivision", .subdivision,
      remedy: "Add where the plant takes its electricity from: `subdivision: CN-CQ` (ISO 3166-2).")
    let known = library.gwp.map(\.id)
    let fuels = library.fuels.map(\.id)
    // With mistakes in the tables these would only follow.
    guard let subdivision, section.diagnostics.errors.count == before else { return nil }
    let beforeMethods = section.diagnostics.errors.count
    let methods = methods()
    // With a mistake in them, what names one of them is not blamed.
    let named = section.diagnostics.errors.count == beforeMethods ? methods : InventoryMethod.allCases
    var settings = CarbonSettings(
      subdivision: subdivision, methods: methods,
      gwp: section.read("gwp", name(of: known, "set of warming potentials")) ?? library.defaultGWP ?? "",
      fuelSet: section.read("fuel-set", name(of: fuels, "fuel set")) ?? library.defaultFuelSet ?? "", library: library)
    settings.inventoryDate = section.read("inventory-date", .date)
    settings.dataYear = section.read("data-year", .integer(1990...2200))
    settings.stale = section.read(
      "stale", .word(CarbonSettings.Policy.allCases, noun: "policy"), default: settings.stale)
    settings.staleYears = section.read("stale-years", .integer(0...100), default: settings.staleYears)
    settings.missingProof = section.read(
      "missing-proof", .word(CarbonSettings.MissingProof.allCases, noun: "policy"), default: settings.missingProof)
    settings.greenPower = section.read(
      "green-power", .word(CarbonSettings.GreenPower.allCases, noun: "policy"), default: settings.greenPower)
    settings.residualMix = residualMix() ?? settings.residualMix
    let states = library.listed.flatMap(\.rows).filter { $0.role == .steamEnthalpy }.map(\.name)
    settings.steam = section.read("steam", name(of: states, "state of steam"))
    settings.overrides = overrides(library)
    settings.certificates = certificates()
    settings.certificateReports = section.read(
      "certificate-reports", .word(CarbonSettings.CertificateReports.allCases, noun: "rule"),
      default: settings.certificateReports)
    settings.hourlySeries = hourlySeries(methods, isRead: readsFiles)
    settings.target = target(named)
    settings.budgets = budgets(named)
    if section.diagnostics.errors.count == before { checkFactors(settings) }
    return settings
  }

  // MARK: - Tables

  private func library() -> FactorLibrary {
    var library = FactorLibrary()
    if section.read("built-in-factors", .boolean, default: true) {
      library.add(FactorFolder.folder(folder, section.diagnostics))
    }
    for (file, _) in section.list("factors", .text) ?? [] { library.add(FactorFolder.file(file, section.diagnostics)) }
    if let tables = section.section("factor-tables", "factor-tables", keys: FactorReader.keys) {
      library.add(FactorReader.read(tables))
    }
    FactorFolder.check(library) { message, remedy in
      section.report(section.position(of: "factors"), message, remedy: remedy)
    }
    return library
  }

  /// Whether each method has a factor: at the inventory date, or at any date if none is set.
  private func checkFactors(_ settings: CarbonSettings) {
    let calculator: EmissionCalculator
    do throws(FactorProblem) {
      calculator = try EmissionCalculator(settings)
    } catch {
      // Each override was checked at its place.
      return section.report(section.position(of: "overrides"), error.message, remedy: Self.sentence(error.remedy))
    }
    for method in settings.methods {
      var request = settings.request(method, at: settings.inventoryDate ?? CivilDate(days: 2_900_000))
      if settings.inventoryDate == nil { request.staleIsError = false }
      do throws(FactorProblem) {
        _ = try calculator.library.electricity(request)
      } catch {
        let key = ["inventory-date", "data-year", "subdivision"].first { key in
          section.has(key) && error.remedy.contains("carbon.\(key)")
        }
        section.report(
          section[key ?? "subdivision"]?.position, "\(method.rawValue): \(error.message)",
          remedy: Self.sentence(error.remedy))
        return
      }
    }
  }

  static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }

  // MARK: - Words

  private func methods() -> [InventoryMethod] {
    guard let list = section.list("methods", .word(InventoryMethod.allCases, noun: "method")) else {
      return Self.standardMethods
    }
    if list.isEmpty, section["methods"]?.items?.isEmpty ?? false {
      section.report(
        section["methods"]?.position, "\"methods\" in carbon is empty",
        remedy: "Name at least one: \(InventoryMethod.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    for (place, entry) in list.enumerated() where list[..<place].contains(where: { $0.value == entry.value }) {
      section.report(
        entry.position, "the method \(entry.value.rawValue) is given twice", remedy: "Keep only one of the two.")
    }
    return list.map(\.value)
  }

  private func name(of known: [String], _ noun: String) -> Scalar<String> {
    Scalar("a \(noun)", example: known.first ?? "", remedy: { NearestWord.remedy($0, in: known, noun: noun) }) { text in
      known.contains(text) ? text : nil
    }
  }

  private func residualMix() -> ResidualMix? {
    guard let node = section["residual-mix"] else { return nil }
    switch node.text {
    case "proxy": return .proxy
    case "location": return .location
    case let text?:
      section.report(
        node.position, "\"residual-mix\" in carbon must be proxy, location or a value, found \"\(text)\"",
        remedy: "Write `proxy`, `location`, or a published mix: `{ value: 0.61, source: … }` in kgCO2/kWh.")
      return nil
    case nil:
      guard let mix = section.section(node, "residual-mix", keys: Self.residualKeys),
        let value = mix.require("value", .notNegative),
        let source = mix.require(
          "source", .words("who publishes it", example: "AIB 2026"), remedy: "Add who publishes it: `source: …`.")
      else { return nil }
      return .value(value, source: source)
    }
  }
}
