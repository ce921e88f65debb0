import Factors
import Telemetry

/// Overrides, certificates, series, targets and budgets.
extension CarbonReader {
  /// The groups of a list.
  private func groups(_ key: String, _ noun: String, _ keys: [String]) -> [Section] {
    guard let node = section[key], !node.isNothing else { return [] }
    guard let items = node.items else {
      section.report(
        node.position, "\"\(key)\" in carbon must be a list, found \(node.description)",
        remedy: "Write each \(noun) behind a dash: `- { \(keys[0]): … }`.")
      return []
    }
    return items.compactMap { item in
      let name = item.entries?.first { $0.key == keys[0] }?.value.text.map { "\(noun) \"\($0)\"" } ?? noun
      return section.section(item, name, keys: keys)
    }
  }

  /// - Parameter library: the tables that have the factors; nil = not known here.
  func overrides(_ library: FactorLibrary?) -> [FactorOverride] {
    let known = library?.overridable
    var seen: Set<String> = []
    return groups("overrides", "override", Self.overrideKeys).compactMap { entry in
      let factor = entry.require("factor", .text, remedy: "Add the id that `weir factors list` shows.")
      let value = entry.require("value", .notNegative)
      let unit = entry.require("unit", .text, remedy: "Add the unit of the value that it replaces.")
      let author = entry.require(
        "author", .words("a name", example: "Li Na"), remedy: "Add who decided it: `author: Li Na`.")
      let date = entry.require("date", .date, remedy: "Add when it was decided: `date: 2026-01-31`.")
      let reason = entry.require(
        "reason", .words("a reason", example: "supplier's test report"),
        remedy: "Add why the table's value is not used.")
      guard let factor, let value, let unit, let author, let date, let reason else { return nil }
      if let known {
        guard let target = known.first(where: { $0.id == factor }) else {
          entry.report(
            entry["factor"]?.position, "there is no factor \"\(factor)\"",
            remedy: NearestWord.of(factor, in: known.map(\.id)).map { "Did you mean \"\($0)\"?" }
              ?? "`weir factors list` shows the ids.")
          return nil
        }
        if target.unit != unit {
          entry.report(
            entry["unit"]?.position, "\(factor) is in \(target.unit), not in \(unit)",
            remedy: "Convert the value and write `unit: \(target.unit)`.")
        }
      }
      if !seen.insert(factor).inserted {
        entry.report(
          entry["factor"]?.position, "\(factor) is overridden twice", remedy: "Keep only the one that holds.")
      }
      return FactorOverride(
        factor: factor, value: value, unit: unit, author: author, date: date, reason: reason,
        evidence: entry.read("evidence", .words("a document", example: "test report 2026-17")))
    }
  }

  func certificates() -> [Certificate] {
    var seen: Set<String> = []
    return groups("certificates", "certificate", Self.certificateKeys).compactMap { entry in
      let id = entry.require("id", .words("the id in the registry", example: "GEC-2026-000123"))
      let kind = entry.read("kind", .word(Certificate.Kind.allCases, noun: "kind of certificate"), default: .gec)
      let from = entry.require("valid-from", .date)
      let to = entry.require("valid-to", .date)
      let source = entry.require(
        "source", .words("where it is registered", example: "china.greencert"),
        remedy: "Add where it is registered and retired: `source: …`.")
      let hours = entry.read("mwh", .positive)
      if !entry.has("mwh"), kind != .supplier {
        entry.missing("mwh", remedy: "Add the amount: one green electricity certificate is 1 MWh, `mwh: 40`.")
      }
      let factor = entry.read("factor", .notNegative)
      if kind == .supplier, !entry.has("factor") {
        entry.missing("factor", remedy: "Add the supplier's rate in kgCO2/kWh: `factor: 0.42`.")
      }
      guard let id, let from, let to, let source else { return nil }
      if to < from {
        entry.report(
          entry["valid-to"]?.position, "\(entry.name) ends before it begins", remedy: "Choose a day from \(from) on.")
      }
      // A certificate may cover a kilowatt hour once, so it may be listed once.
      if !seen.insert(id).inserted {
        entry.report(
          entry["id"]?.position, "\(entry.name) is listed twice", remedy: "Keep only one: its energy counts once.")
      }
      return Certificate(
        id: id, kind: kind, kilowattHours: hours.flatMap { try? $0 * ExactDecimal(1000) }, validFrom: from, validTo: to,
        source: source, factor: factor ?? .zero)
    }
  }

  /// - Parameter isRead: whether the file is read; a test of the text alone leaves it.
  func hourlySeries(_ methods: [InventoryMethod], isRead: Bool) -> HourlySeriesFile? {
    guard let entry = section.section("hourly-series", "hourly-series", keys: Self.seriesKeys),
      let nature = entry.require(
        "nature", .word(HourlySeriesFile.Nature.allCases, noun: "nature"),
        remedy: "Say whether it is `measured` or `projected`: a projection never enters an inventory."),
      let source = entry.require("source", .words("the document it is from", example: "grid operator"))
    else { return nil }
    var series = HourlySeriesFile(path: entry.read("file", .text) ?? "", nature: nature, source: source)
    series.missing = entry.read(
      "missing", .word(HourlySeriesFile.Missing.allCases, noun: "policy"), default: series.missing)
    if let list = entry.list("methods", .word([InventoryMethod.location, .market], noun: "method")), !list.isEmpty {
      series.methods = list.map(\.value)
    } else {
      series.methods = series.methods.filter(methods.contains)
    }
    if entry.has("values") {
      series.series = values(entry, nature, source)
    } else if series.path.isEmpty {
      entry.missing("file", remedy: "Add the file with one hour a line: `file: hours.csv`.")
    } else if isRead {
      series.series = file(series.path, entry, nature, source)
    }
    return series
  }

  /// Written out, as the canonical text has it.
  private func values(_ entry: Section, _ nature: HourlySeriesFile.Nature, _ source: String) -> HourlySeries? {
    guard let text = entry.require("values", .text),
      let first = entry.require(
        "first", .text, remedy: "Add the start of the first hour: `first: 2026-01-01T00:00:00Z`.")
    else { return nil }
    let words = text.split(separator: " ")
    let values = words.map { $0 == "-" ? nil : ExactDecimal($0) }
    guard let start = Timestamp(rfc3339: first), start.windowStart(.hours(1)) == start else {
      entry.report(
        entry["first"]?.position, "\"\(first)\" is no start of an hour", remedy: "Write `2026-01-01T00:00:00Z`.")
      return nil
    }
    for (word, value) in zip(words, values) where word != "-" && (value?.isNegative ?? true) {
      entry.report(
        entry["values"]?.position, "\"\(word)\" is no factor",
        remedy: "Write one value an hour in kgCO2/kWh, with spaces between them, and - for an hour without one.")
      return nil
    }
    return HourlySeries(first: start, values: values, nature: nature, source: source)
  }

  private func file(
    _ path: String, _ entry: Section, _ nature: HourlySeriesFile.Nature, _ source: String
  ) -> HourlySeries? {
    guard let text = SourceText.load(path, entry.diagnostics) else { return nil }
    do throws(FactorProblem) {
      return try HourlySeries(csv: text.text, nature: nature, source: source)
    } catch {
      entry.report(entry["file"]?.position, "\(path): \(error.message)", remedy: Self.sentence(error.remedy))
      return nil
    }
  }

  // MARK: - Targets

  /// kg
  private static let mass = Scalar<ExactDecimal>(
    "a mass in t or kg", example: "200 t", remedy: { _ in "Write a number and a unit, for example `200 t`." }
  ) { text in
    guard let (_, unit) = QuantityText.split(text), unit == "t" || unit == "kg",
      let value = ExactDecimal(text.dropLast(unit.count).filter { !$0.isWhitespace }), !value.isNegative
    else { return nil }
    return unit == "kg" ? value : try? value * ExactDecimal(1000)
  }

  private static let percent = Scalar<ExactDecimal>(
    "a percentage", example: "70 %", remedy: { _ in "Write for example `70 %`: of the base year's emissions." }
  ) { text in
    guard text.hasSuffix("%"), let value = ExactDecimal(text.dropLast().filter { !$0.isWhitespace }),
      !value.isNegative
    else { return nil }
    return value
  }

  private func method(_ entry: Section, _ methods: [InventoryMethod]) -> InventoryMethod {
    let method = entry.read("method", .word(InventoryMethod.allCases, noun: "method")) ?? methods.first ?? .location
    if entry.has("method"), !methods.contains(method) {
      entry.report(
        entry["method"]?.position, "\(method.rawValue) is not one of the site's methods",
        remedy: "Add it to `methods:`, or choose \(methods.map(\.rawValue).joined(separator: ", ")).")
    }
    return method
  }

  private func scopes(_ entry: Section) -> [Int] {
    guard let list = entry.list("scopes", .integer(1...3)), !list.isEmpty else { return [1, 2] }
    return Set(list.map(\.value)).sorted()
  }

  func target(_ methods: [InventoryMethod]) -> CarbonTarget? {
    guard let entry = section.section("target", "target", keys: Self.targetKeys) else { return nil }
    let year = Scalar<Int>.integer(1990...2200)
    let base = entry.require("base-year", year)
    let path = entry.section("path", "path of the target", keys: [])
    if path?.all.isEmpty ?? !entry.has("path") {
      entry.missing("path", remedy: "Add years with what they may emit: `path: { 2030: 70 %, 2035: 50 % }`.")
    }
    let milestones = (path?.all ?? []).compactMap { item -> CarbonTarget.Milestone? in
      guard let number = Int(item.key), (1990...2200).contains(number), number > base ?? 0 else {
        path?.report(
          item.position, "\"\(item.key)\" is no year after the base year", remedy: "Write for example `2030: 70 %`.")
        return nil
      }
      return path?.value(item.value, "the share of \(item.key)", Self.percent).map {
        CarbonTarget.Milestone(year: number, percent: $0)
      }
    }
    guard let base else { return nil }
    return CarbonTarget(
      baseYear: base, base: entry.read("base", Self.mass), method: method(entry, methods), scopes: scopes(entry),
      path: milestones.sorted { $0.year < $1.year })
  }

  func budgets(_ methods: [InventoryMethod]) -> [CarbonBudget] {
    var seen: Set<String> = []
    return groups("budgets", "budget", Self.budgetKeys).compactMap { entry in
      let name = entry.require("name", .identifier("_-."))
      let period = entry.require("period", .word(CarbonBudget.Period.allCases, noun: "period"))
      let limit = entry.require("limit", Self.mass)
      let patterns = entry.assetPatterns(of: assets)
      let method = method(entry, methods)
      let scopes = scopes(entry)
      guard let name, let period, let limit else { return nil }
      if !seen.insert(name).inserted {
        entry.report(
          entry["name"]?.position, "two budgets are named \"\(name)\"", remedy: "Give each a name of its own.")
      }
      return CarbonBudget(
        name: name, period: period, limit: limit, method: method, scopes: scopes, assets: patterns)
    }
  }
}
