import Plant
import Telemetry

/// Reads `inspection:`, the thresholds of charts and tests.
struct InspectionReader {
  static let keys = ["accuracy", "charts", "capability", "interception", "review", "units", "lots"]
  static let accuracyKeys = ["limit", "significance", "reviews"]
  static let chartKeys = ["change", "run-length", "windows", "defects", "classes", "rules", "tests"]
  static let interceptionKeys = ["held"]
  static let reviewKeys = ["confidence", "sample"]
  static let unitKeys = ["size", "quiet", "routes"]

  /// - Parameters:
  ///   - storeBytes: what the whole store may take.
  ///   - assets: ids.
  static func settings(
    _ top: Section, storeBytes: Int, lines: [LineTopology], folders: TableFolders, assets: [String]
  ) -> InspectionSettings {
    var settings = InspectionSettings.standard
    guard
      let section = top.section(
        "inspection", "inspection", keys: keys,
        special: [
          "rules": "The rules of the charts stand in `charts: { rules: nelson, tests: [1, 2] }`.",
          "limit": "The limit of the accuracy stands in `accuracy: { limit: 95 % }`.",
        ])
    else { return settings }
    if let inner = section.section("accuracy", "accuracy", keys: accuracyKeys) {
      settings.accuracyLimit = share(inner, "limit", 50, 99) ?? settings.accuracyLimit
      settings.significance = share(inner, "significance", 0, 50) ?? settings.significance
      settings.reviews = inner.read("reviews", .integer(20...20_000), default: settings.reviews)
    }
    if let inner = section.section("charts", "charts", keys: chartKeys) { charts(inner, &settings) }
    settings.capability =
      section.isOff("capability") ? nil : EnergyAnalysisReader.number(section, "capability", 0, 10)
    if section.isOff("interception") {
      settings.interception = false
    } else if let inner = section.section("interception", "interception", keys: interceptionKeys) {
      settings.held = inner.read("held", .duration(.hours(1)...(.days(400))), default: settings.held)
    }
    if let inner = section.section("review", "review", keys: reviewKeys) {
      settings.reviewConfidence = share(inner, "confidence", 0, 100) ?? settings.reviewConfidence
      settings.reviewSample = share(inner, "sample", 0, 100) ?? settings.reviewSample
    }
    if section.has("units"), !section.isOff("units") { settings.units = units(section, storeBytes, lines) }
    if section.has("lots") { settings.lots = lots(section, folders, assets: assets) }
    return settings
  }

  private static func units(_ section: Section, _ storeBytes: Int, _ lines: [LineTopology]) -> UnitSettings {
    var units = UnitSettings()
    if section["units"]?.text == "on" { return units }
    guard let inner = section.section("units", "units", keys: unitKeys) else { return units }
    units.bytes = inner.read("size", .size(1_000_000...1_000_000_000_000), default: units.bytes)
    units.quiet = inner.read("quiet", .duration(.minutes(5)...(.days(30))), default: units.quiet)
    units.routes = routes(inner, lines)
    if units.bytes > storeBytes / 2 {
      inner.report(
        inner.position(of: "size"),
        "files of units may take \(QuantityText.text(bytes: units.bytes)), more than half of the store "
          + "(\(QuantityText.text(bytes: storeBytes)))",
        remedy: "Choose a smaller size, or give the store more: `storage: { store: { size: "
          + "\(QuantityText.text(bytes: 3 * units.bytes)) } }`.")
    }
    return units
  }

  private static func charts(_ section: Section, _ settings: inout InspectionSettings) {
    settings.change = share(section, "change", 5, 1000) ?? settings.change
    settings.runLength = section.read("run-length", .integer(50...10_000_000), default: settings.runLength)
    settings.windows = section.read("windows", .integer(5...10_000), default: settings.windows)
    settings.defects = section.read("defects", .integer(5...10_000), default: settings.defects)
    settings.classes = section.read("classes", .integer(0...1000), default: settings.classes)
    settings.rules = section.read(
      "rules", .word(InspectionSettings.RuleSet.allCases, noun: "set of rules"), default: settings.rules)
    guard section.has("tests") else { return }
    let tests = (section.list("tests", .integer(1...settings.rules.tests)) ?? []).map(\.value)
    settings.tests = Set(tests).sorted()
  }

  private static func share(_ section: Section, _ key: String, _ from: Int64, _ to: Int64) -> ScaledInteger? {
    section.read(
      key,
      Scalar<ScaledInteger>("a share from \(from) % to \(to) %", example: "\(max(1, from)) %") { text in
        guard let (number, unit) = QuantityText.split(text), unit == "%", number.mantissa > 0,
          number >= ScaledInteger(from), number <= ScaledInteger(to), number.exponent > -16
        else { return nil }
        return ScaledInteger(number.mantissa, exponent: number.exponent - 2).withoutTrailingZeros
      })
  }
}

extension InspectionSettings {
  /// What is not the product's choice.
  func write(to writer: inout CanonicalWriter) {
    let standard = InspectionSettings.standard
    guard self != standard else { return }
    func percent(_ share: ScaledInteger) -> String {
      "\(ScaledInteger(share.mantissa, exponent: share.exponent + 2).withoutTrailingZeros) %"
    }
    writer.object("inspection") { writer in
      writer.object("accuracy") { writer in
        writer.field("limit", percent(accuracyLimit))
        writer.field("significance", percent(significance))
        writer.field("reviews", reviews)
      }
      writer.object("charts") { writer in
        writer.field("change", percent(change))
        writer.field("run-length", runLength)
        writer.field("windows", windows)
        writer.field("defects", defects)
        writer.field("classes", classes)
        writer.field("rules", rules.rawValue)
        writer.list("tests", tests.map(String.init))
      }
      writer.field("capability", capability?.description)
      if interception {
        writer.object("interception") { $0.field("held", QuantityText.text(held)) }
      } else {
        writer.field("interception", "off")
      }
      if reviewConfidence != standard.reviewConfidence || reviewSample != standard.reviewSample {
        writer.object("review") { writer in
          writer.field("confidence", percent(reviewConfidence))
          writer.field("sample", percent(reviewSample))
        }
      }
      if let units {
        writer.object("units") { writer in
          writer.field("size", QuantityText.text(bytes: units.bytes))
          writer.field("quiet", QuantityText.text(units.quiet))
          units.writeRoutes(to: &writer)
        }
      }
      lots?.write(to: &writer)
    }
    writer.newLine()
  }
}
