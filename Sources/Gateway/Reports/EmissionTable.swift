import Carbon
import Control
import Factors
import Telemetry

/// Emissions of the rows of a report, added up month by month, with everything that their reader must know.
struct EmissionTable {
  /// The ways to divide the emissions of the whole site, for people; the others divide its assets, or what they made.
  static let words = ["scope", "carrier"]
  private static let scopes = ["scope 1 (direct)", "scope 2 (purchased energy)", "scope 3 (other)"]

  private struct Sum {
    var kilograms = ExactDecimal.zero
    /// A part of it has no figure.
    var isOpen = false

    var figure: String? { isOpen ? nil : kilograms.description }
  }

  private let word: String
  private let groups: [String]
  /// By name of the row.
  private var sums: [String: Sum] = [:]
  private var whole = Sum()
  private var undivided = Sum()
  private var undividedEntries = 0
  private var problems: Set<String> = []
  private var warnings: Set<String> = []
  private var gases: Set<GasCoverage> = []
  private var potentials: Set<String> = []
  /// Nothing was metered or entered: that is not the same as no emissions.
  private var isEmpty = true

  /// - Parameter groups: names of the rows, where assets are divided.
  init(by word: String, groups: [String]) {
    self.word = word
    self.groups = groups
  }

  /// Adds a part of the period of a group; of the site where its emissions are divided otherwise.
  mutating func add(_ part: EmissionReport.Sums, to group: Int) throws {
    take(part)
    try Self.add(part, to: &whole)
    switch word {
    case "scope":
      for (place, name) in Self.scopes.enumerated() {
        sums[name, default: Sum()].isOpen = sums[name]?.isOpen ?? false || part.scopes == nil
        if let kilograms = part.scopes?[place] {
          sums[name, default: Sum()].kilograms = try (sums[name]?.kilograms ?? .zero) + kilograms
        }
      }
    case "carrier":
      for line in part.lines {
        sums[line.carrier, default: Sum()].kilograms = try (sums[line.carrier]?.kilograms ?? .zero) + line.kilograms
      }
    default:
      var sum = sums[groups[group]] ?? Sum()
      try Self.add(part, to: &sum)
      sums[groups[group]] = sum
    }
  }

  /// Adds a part of the period of entries that belong to no row.
  mutating func addUndivided(_ part: EmissionReport.Sums, entries: Int) throws {
    take(part)
    try Self.add(part, to: &undivided)
    undividedEntries = max(undividedEntries, entries)
  }

  private mutating func take(_ part: EmissionReport.Sums) {
    if !part.lines.isEmpty || !part.problems.isEmpty { isEmpty = false }
    problems.formUnion(part.problems)
    warnings.formUnion(part.warnings)
    for line in part.lines { gases.insert(line.gas) }
    potentials.formUnion(part.lines.compactMap(\.gwp))
  }

  private static func add(_ part: EmissionReport.Sums, to sum: inout Sum) throws {
    guard let own = try part.total() else {
      sum.isOpen = true
      return
    }
    sum.kilograms = try sum.kilograms + own
  }

  // MARK: - What is shown

  /// CO2e as soon as one line is.
  private var gas: GasCoverage? { gases.contains(.co2e) ? .co2e : gases.first }

  var column: ReportTable.Column {
    ReportTable.Column(
      "kg", title: "emissions", unit: "kg" + (gas?.rawValue ?? ""), places: 2, hasBar: true)
  }

  private var rowNames: [String] {
    switch word {
    case "scope": Self.scopes
    case "carrier": sums.keys.sorted()
    default: groups
    }
  }

  /// None if nothing was metered or entered.
  func rows() -> [ReportTable.Row] { isEmpty ? [] : rowNames.map { row($0) } }

  private func row(_ name: String) -> ReportTable.Row {
    ReportTable.Row(name: name, figures: [(sums[name] ?? Sum()).figure])
  }

  /// Of the site, or of all lines; groups of assets need not be all of it.
  func total() -> ReportTable.Row? {
    guard !isEmpty else { return nil }
    if word == "product" { return ReportTable.Row(name: "all lines", figures: [whole.figure]) }
    return Self.words.contains(word) ? ReportTable.Row(name: "sum", figures: [whole.figure]) : nil
  }

  var notes: [String] {
    var notes = problems.sorted() + warnings.sorted()
    if gas == .co2e {
      let sets = potentials.sorted().joined(separator: ", ")
      let mixed = gases.contains(.co2) ? "; combustion and electricity are CO2 alone" : ""
      notes.append("CO2e" + (sets.isEmpty ? "" : " with the warming potentials of \(sets)") + mixed)
    }
    if undividedEntries > 0 {
      notes.append(
        "\(undividedEntries) \(undividedEntries == 1 ? "entry is" : "entries are") not divided: "
          + (undivided.figure.map { "\($0) kg" } ?? "no figure")
          + " of the whole site, or of places that lie in several rows")
    }
    return notes
  }
}
