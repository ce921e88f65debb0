import Telemetry

/// Lines and factors as they stand in records and exports: decimals are texts, absent members are left out.
extension EmissionLine {
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "method": .string(method.rawValue), "scope": .integer(Int64(scope)), "category": .string(category.rawValue),
      "amount": .string(amount.description), "unit": .string(unit), "kg": .string(kilograms.description),
      "gas": .string(gas.rawValue), "formula": .string(formula),
    ]
    members["gwp"] = gwp.map { .string($0) }
    members["factor"] = factor?.json
    members["certificate"] = certificate.map { .string($0) }
    if isMemo { members["memo"] = true }
    if !warnings.isEmpty {
      members["warnings"] = .array(warnings.map { ["kind": .string($0.kind.rawValue), "text": .string($0.text)] })
    }
    return .object(members)
  }
}

extension EmissionFactor {
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "set": .string(set), "value": .string(value.description), "unit": .string(unit),
      "gas": .string(gas.rawValue), "status": .string(status.rawValue), "source": .string(source),
    ]
    members["gwp"] = gwp.map { .string($0) }
    members["geography"] = area.map { .string($0) }
    members["data_year"] = dataYear.map { .integer(Int64($0)) }
    members["published"] = published.map { .string($0.description) }
    members["valid_from"] = validFrom.map { .string($0.description) }
    members["valid_to"] = validTo.map { .string($0.description) }
    members["url"] = url.map { .string($0) }
    members["file_sha256"] = fileHash.map { .string($0) }
    members["label"] = label.map { .string($0) }
    members["override"] = override?.json
    if !parameters.isEmpty {
      members["parameters"] = .array(
        parameters.map { part in
          var row: [String: JSONValue] = [
            "id": .string(part.id), "value": .string(part.value.description), "unit": .string(part.unit),
            "status": .string(part.status.rawValue),
          ]
          row["override"] = part.override?.json
          return .object(row)
        })
    }
    return .object(members)
  }
}

extension FactorOverride {
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "author": .string(author), "date": .string(date.description), "reason": .string(reason),
    ]
    members["replaces"] = replaces.map { .string($0.description) }
    members["evidence"] = evidence.map { .string($0) }
    return .object(members)
  }
}
