import Factors
import Telemetry

/// Reads `standard-coal:` of the section `energy:`, and the table that it names.
struct StandardCoalReader {
  static let keys = ["table", "coefficients"]
  static let coefficientKeys = [
    "id", "value", "unit", "basis", "edition", "status", "range", "counts", "factor", "fuel", "note",
  ]
  static let standard = "standard-coal"

  let folders: TableFolders

  /// `true`, a name or path of a table, or the table itself.
  func table(_ parent: Section) -> StandardCoalTable? {
    guard let node = parent["standard-coal"], !parent.isOff("standard-coal") else { return nil }
    if node.entries != nil {
      guard let section = parent.section(node, "standard coal", keys: Self.keys) else { return nil }
      return read(section, name: section.read("table", .text, default: "own"))
    }
    guard let text = parent.read("standard-coal", .text) else { return nil }
    let name = ["true", "yes", "on"].contains(text) ? Self.standard : text
    guard
      let file = folders.open(name, kind: "coefficients", keys: ["coefficients"], from: parent, key: "standard-coal")
    else { return nil }
    return read(file, name: file.read("table", .text, default: name))
  }

  private func read(_ section: Section, name: String) -> StandardCoalTable? {
    guard let items = section["coefficients"]?.items else {
      section.missing("coefficients", remedy: "Add `coefficients:` as in Config/coefficients/standard-coal.yaml.")
      return nil
    }
    var table = StandardCoalTable(id: name, coefficients: [])
    for item in items {
      guard let coefficient = coefficient(item, section) else { return nil }
      if table.coefficient(coefficient.id) != nil {
        section.report(
          item.position, "the coefficient \"\(coefficient.id)\" is there twice", remedy: "Keep one of them.")
      }
      table.coefficients.append(coefficient)
    }
    return table
  }

  private func coefficient(_ item: YAMLNode, _ section: Section) -> StandardCoalTable.Coefficient? {
    let number = Scalar<ExactDecimal>.exact("a number of 0 or more, in digits", example: "0.1229") { !$0.isNegative }
    guard let entry = section.section(item, "coefficient", keys: Self.coefficientKeys),
      let id = entry.require("id", .identifier()), let unit = entry.require("unit", .text, remedy: "Add `unit: kWh`."),
      let range = range(entry, number)
    else { return nil }
    let value = entry.read("value", number)
    if let value, !range.contains(value) {
      entry.report(
        entry["value"]?.position,
        "\(value) kgce/\(unit) of \"\(id)\" lies outside \(range.lowerBound) … \(range.upperBound)",
        remedy: "Compare with the standard: misprints that lose a digit are in circulation.")
      return nil
    }
    let status = TariffReader.status(entry)
    let quantities = Signal.Quantity.allCases.map(\.rawValue)
    let quantity = Scalar<String>(
      "a counted quantity", example: "active-energy-import",
      remedy: { NearestWord.remedy($0, in: quantities, noun: "quantity") },
      parse: { quantities.contains($0) ? $0 : nil })
    return StandardCoalTable.Coefficient(
      id: id, value: value, unit: unit,
      basis: entry.read("basis", .word(StandardCoalTable.Basis.allCases, noun: "basis"), default: .calorific),
      edition: entry.read("edition", .text), status: status, range: range, counts: entry.read("counts", quantity),
      factor: entry.read("factor", number, default: .one), fuel: entry.read("fuel", .identifier()),
      note: entry.read("note", .text))
  }

  private func range(_ entry: Section, _ number: Scalar<ExactDecimal>) -> ClosedRange<ExactDecimal>? {
    guard entry.has("range") else {
      entry.missing("range", remedy: "Add the plausible values, `range: [0.12, 0.13]`: it catches misprints.")
      return nil
    }
    let ends = (entry.list("range", number) ?? []).map(\.value)
    guard ends.count == 2, !(ends[1] < ends[0]) else {
      entry.report(
        entry["range"]?.position, "the range needs two numbers, the lower first", remedy: "Write `range: [0.12, 0.13]`."
      )
      return nil
    }
    return ends[0]...ends[1]
  }
}
