import Factors
import Telemetry

/// What reports show of a line of an inventory, whether it was calculated now or stands in a record.
public struct ReportedLine: Hashable, Sendable {
  /// 1, 2 or 3.
  public var scope: Int
  /// What was used, for people: `electricity`, `diesel`, `refrigerant R-410A` …
  public var carrier: String
  /// kg of `gas`; negative for what is subtracted.
  public var kilograms: ExactDecimal
  public var gas: GasCoverage
  /// Set of warming potentials, of CO2e.
  public var gwp: String?
  public var warnings: [String]

  /// Nil for a line that stands apart and is in no sum.
  init?(_ line: EmissionLine) {
    guard !line.isMemo else { return nil }
    scope = line.scope
    carrier = Self.carrier(line.category, factor: line.factor?.id)
    kilograms = line.kilograms
    gas = line.gas
    gwp = line.gwp
    warnings = line.warnings.map(\.text)
    if warnings.isEmpty, let label = line.factor?.label, line.certificate == nil, let id = line.factor?.id {
      warnings = ["\(id): \(label)"]
    }
  }

  /// From a line of a record; nil for one that stands apart, or is none.
  init?(recorded line: JSONValue) {
    guard line["memo"] != true, let scope = line["scope"]?.integerValue,
      let category = line["category"]?.stringValue.flatMap({ EmissionLine.Category(rawValue: $0) }),
      let kilograms = line["kg"]?.stringValue.flatMap({ ExactDecimal($0) }),
      let gas = line["gas"]?.stringValue.flatMap({ GasCoverage(rawValue: $0) })
    else { return nil }
    self.scope = Int(scope)
    let factor = line["factor"]?["id"]?.stringValue
    carrier = Self.carrier(category, factor: factor)
    self.kilograms = kilograms
    self.gas = gas
    gwp = line["gwp"]?.stringValue
    // `stale-factor: the factor of …`
    warnings = (line["warnings"]?.arrayValue ?? []).compactMap { value in
      value.stringValue.map { text in
        let words = text.split(separator: ":", maxSplits: 1).map(String.init)
        let isKind = words.count == 2 && EmissionWarning.Kind(rawValue: words[0]) != nil
        return isKind ? String(words[1].drop { $0 == " " }) : text
      }
    }
    if warnings.isEmpty, let label = line["factor"]?["label"]?.stringValue, line["certificate"] == nil, let factor {
      warnings = ["\(factor): \(label)"]
    }
  }

  private static func carrier(_ category: EmissionLine.Category, factor: String?) -> String {
    let name = factor.map { id in id.firstIndex(of: "/").map { String(id[id.index(after: $0)...]) } ?? id } ?? ""
    return switch category {
    case .electricity: "electricity"
    case .heat: "heat"
    case .combustion: name.isEmpty ? "fuel" : name
    case .refrigerant: name.isEmpty ? "refrigerant" : "refrigerant \(name)"
    case .process: name.isEmpty ? "process" : "process \(name)"
    case .listed: factor ?? "listed"
    case .entered: "entered emissions"
    case .offset: "offset"
    }
  }
}

extension EmissionReport.Sums {
  /// From what a record of the inventory says of a method; nil where that has no figure.
  public init?(recorded method: JSONValue) {
    let found = ["scope_1_kg", "scope_2_kg", "scope_3_kg"].compactMap {
      method[$0]?.stringValue.flatMap { ExactDecimal($0) }
    }
    guard found.count == 3 else { return nil }
    let own = (method["lines"]?.arrayValue ?? []).compactMap { ReportedLine(recorded: $0) }
    self.init(
      scopes: found, gas: method["gas"]?.stringValue.flatMap { GasCoverage(rawValue: $0) } ?? .co2,
      gwp: method["gwp"]?.stringValue, problems: [],
      warnings: own.flatMap(\.warnings), lines: own)
  }
}
