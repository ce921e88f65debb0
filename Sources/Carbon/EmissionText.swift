import Factors
import Telemetry

/// Emissions as members of a record's body. Exact decimals are strings.
enum EmissionText {
  /// One method: totals by scope and the lines that they are made of, or why there is no figure.
  ///
  /// - Parameter isFull: with everything that is known of each factor; else with what identifies it.
  static func method(_ emissions: [MethodEmissions], isFull: Bool) throws -> JSONValue {
    var members: [String: JSONValue] = [
      "scope_1_kg": .null, "scope_2_kg": .null, "scope_3_kg": .null, "total_kg": .null, "gas": .null, "gwp": .null,
    ]
    let lines = emissions.flatMap(\.lines)
    members["lines"] = .array(lines.map { line($0, isFull: isFull) })
    var problems = emissions.compactMap { $0.problem.map { "\($0)" } }
    if problems.isEmpty, !emissions.isEmpty {
      do {
        let totals = try EmissionTotals(lines)
        members["scope_1_kg"] = .string(totals.scope1.description)
        members["scope_2_kg"] = .string(totals.scope2.description)
        members["scope_3_kg"] = .string(totals.scope3.description)
        members["total_kg"] = .string(try totals.total().description)
        members["gas"] = .string(totals.gas.rawValue)
        members["gwp"] = totals.gwp.map { .string($0) } ?? .null
      } catch let problem as FactorProblem {
        problems.append("\(problem)")
      } catch let error as DecimalError {
        problems.append("\(error); enter the amounts with fewer digits")
      }
    }
    if !problems.isEmpty { members["problems"] = .array(problems.map { .string($0) }) }
    return .object(members)
  }

  /// kg of all scopes; nil where a factor is missing.
  static func total(_ emissions: [MethodEmissions]) -> ExactDecimal? {
    guard emissions.allSatisfy({ $0.problem == nil }) else { return nil }
    do { return try EmissionTotals(emissions.flatMap(\.lines)).total() } catch { return nil }
  }

  private static func line(_ line: EmissionLine, isFull: Bool) -> JSONValue {
    var members: [String: JSONValue] = [
      "scope": .integer(Int64(line.scope)), "category": .string(line.category.rawValue),
      "amount": .string(line.amount.description), "unit": .string(line.unit),
      "kg": .string(line.kilograms.description), "gas": .string(line.gas.rawValue),
      "formula": .string(line.formula),
    ]
    if let gwp = line.gwp { members["gwp"] = .string(gwp) }
    if let factor = line.factor { members["factor"] = self.factor(factor, isFull: isFull) }
    if line.isMemo { members["memo"] = true }
    if let certificate = line.certificate { members["certificate"] = .string(certificate) }
    if !line.warnings.isEmpty {
      members["warnings"] = .array(line.warnings.map { .string("\($0.kind.rawValue): \($0.text)") })
    }
    return .object(members)
  }

  private static func factor(_ factor: EmissionFactor, isFull: Bool) -> JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(factor.id), "value": .string(factor.value.description), "unit": .string(factor.unit),
      "status": .string(factor.status.rawValue),
    ]
    func put(_ name: String, _ text: String?) { if let text { members[name] = .string(text) } }
    put("published", factor.published?.description)
    if let year = factor.dataYear { members["data_year"] = .integer(Int64(year)) }
    put("label", factor.label)
    if let override = factor.override {
      members["override"] = [
        "author": .string(override.author), "date": .string(override.date.description),
        "reason": .string(override.reason),
      ]
    }
    guard isFull else { return .object(members) }
    put("set", factor.set)
    put("area", factor.area)
    put("gas", factor.gas.rawValue)
    put("source", factor.source)
    put("url", factor.url)
    put("file_hash", factor.fileHash)
    put("valid_from", factor.validFrom?.description)
    put("valid_to", factor.validTo?.description)
    put("note", factor.note)
    if !factor.parameters.isEmpty {
      members["parameters"] = .array(
        factor.parameters.map { parameter in
          [
            "id": .string(parameter.id), "value": .string(parameter.value.description),
            "unit": .string(parameter.unit), "status": .string(parameter.status.rawValue),
          ]
        })
    }
    return .object(members)
  }
}
