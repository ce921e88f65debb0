import Telemetry

/// Which factor a kilowatt hour from the grid gets.
///
/// Selection is by publication date against the inventory's date; the data year is another thing. What is not there is an
/// error: the national value never steps in for a region silently.
extension FactorLibrary {
  public func electricity(_ request: FactorRequest) throws(FactorProblem) -> FactorChoice {
    switch request.method {
    case .gbt32150:
      var choice = try chosen(request, area: request.country, .average)
      if request.subdivision != request.country,
        let other = try? chosen(request, area: request.subdivision, .average)
      {
        choice.alternatives.append(other.factor)
      }
      return choice
    case .location:
      return try chosen(request, area: request.subdivision, .average)
    case .market:
      switch request.residualMix {
      case .location:
        var choice = try chosen(request, area: request.subdivision, .average)
        choice.factor.label = "location-based factor, as no residual mix is published"
        return choice
      case .proxy:
        var choice = try chosen(request, area: request.country, .withoutMarketNonfossil)
        let label = "proxy for a residual mix: national average without market-traded non-fossil electricity"
        choice.factor.label = label
        choice.warnings.append(EmissionWarning(.proxy, "\(choice.factor.id) is a \(label)"))
        return choice
      case .value(let value, let source):
        return FactorChoice(
          factor: EmissionFactor(
            id: "site/residual-mix", set: "site", value: value, unit: "kgCO2/kWh", gas: .co2, area: request.country,
            provenance: Provenance(source: source), status: .site, label: "residual mix"),
          alternatives: [], warnings: [])
      }
    case .footprint:
      return try chosen(request, area: request.country, .lifecycle)
    }
  }

  private func chosen(
    _ request: FactorRequest, area: String, _ kind: GridFactorSet.Kind
  ) throws(FactorProblem) -> FactorChoice {
    var candidates: [(set: GridFactorSet, row: GridFactorSet.Row)] = []
    for set in grid where set.country == request.country {
      if let row = set.row(area, kind), row.factor.isSelectable { candidates.append((set, row)) }
    }
    guard !candidates.isEmpty else { throw unknownRegion(request, area, kind) }
    let valid = candidates.filter { candidate in
      (candidate.set.provenance.published.map { $0 <= request.date } ?? false)
        && (candidate.set.validTo.map { request.date <= $0 } ?? true)
        && (request.dataYear.map { $0 == candidate.set.dataYear } ?? true)
    }
    // Of one data year the later table: a site's own comes last.
    var best: (set: GridFactorSet, row: GridFactorSet.Row)?
    for candidate in valid where candidate.set.dataYear >= best?.set.dataYear ?? .min { best = candidate }
    guard let (set, row) = best else { throw nothingValid(request, area, candidates.map(\.set)) }
    let factor = Self.factor(row, set)
    var warnings = factor.warnings
    let age = request.date.year - set.dataYear
    if age > request.staleYears {
      let text = "\(factor.id) describes \(set.dataYear), \(age) years before the inventory's date \(request.date)"
      if request.staleIsError {
        throw FactorProblem(
          text + ": it is stale",
          remedy: "add the newer table as a file under carbon.factors, or set `stale: warn` or a larger "
            + "`stale-years` under carbon")
      }
      warnings.append(EmissionWarning(.staleFactor, text))
    }
    return FactorChoice(factor: factor, alternatives: [], warnings: warnings)
  }

  static func factor(_ row: GridFactorSet.Row, _ set: GridFactorSet) -> EmissionFactor {
    EmissionFactor(
      id: set.id(of: row), set: set.id, value: row.factor.value, unit: set.unit,
      gas: FactorUnit(set.unit)?.coverage ?? .co2, area: row.area, dataYear: set.dataYear, provenance: set.provenance,
      validTo: set.validTo, status: row.factor.status, note: row.factor.note, override: row.factor.override)
  }

  private func unknownRegion(_ request: FactorRequest, _ area: String, _ kind: GridFactorSet.Kind) -> FactorProblem {
    let sets = grid.filter { $0.country == request.country }
    guard let newest = sets.max(by: { $0.dataYear < $1.dataYear }) else {
      return FactorProblem(
        "no published factor for region \(area): the tables know nothing of \(request.country)",
        remedy: "correct carbon.subdivision (countries: \(Self.words(Set(grid.map(\.country)).sorted()))), or add the "
          + "country's table as a file under carbon.factors")
    }
    let other = kind == .average ? "" : " (\(kind.rawValue))"
    let areas = sets.flatMap(\.rows).filter { $0.kind == kind && $0.area.hasPrefix(newest.country + "-") }.map(\.area)
    return FactorProblem(
      "no published factor for region \(area)\(other)",
      remedy: "regions with one: \(Set(areas).sorted().joined(separator: ", ")). To count with the national average "
        + "on purpose set carbon.subdivision to \(request.country), or add a factor of your own under carbon.factors")
  }

  private func nothingValid(_ request: FactorRequest, _ area: String, _ sets: [GridFactorSet]) -> FactorProblem {
    let what = "no factor valid for electricity in \(area) at inventory date \(request.date)"
    if let year = request.dataYear {
      guard let set = sets.last(where: { $0.dataYear == year }) else {
        let years = Set(sets.map(\.dataYear)).sorted().map(String.init)
        return FactorProblem(
          "\(what): data year \(year) is not in the tables",
          remedy: "set carbon.data-year to one of \(Self.words(years)), or leave it out for the newest")
      }
      if let published = set.provenance.published, published > request.date {
        return FactorProblem(
          "\(what): data year \(year) was published on \(published)",
          remedy: "set carbon.inventory-date to the day on which the inventory is made")
      }
    }
    if let oldest = sets.compactMap(\.provenance.published).min(), oldest > request.date {
      return FactorProblem(
        "\(what); the oldest was published on \(oldest)",
        remedy: "set carbon.inventory-date to the day on which the inventory is made")
    }
    return FactorProblem(
      what, remedy: "their time is over or their publication is not dated; add a newer table under carbon.factors")
  }
}
