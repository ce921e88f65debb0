import Telemetry

/// Which members of a record's body a partner is shown: figures, methods and periods, and what else is asked for.
public struct ExtractSelection: Hashable, Sendable {
  /// JSON pointers; `*` stands for one part, and a pointer has everything below it.
  public private(set) var patterns: [String]

  /// - Parameters:
  ///   - kind: of the record.
  ///   - more: pointers beside the usual ones of the kind; `all` = everything.
  public init(kind: String, more: [String] = []) throws(LedgerError) {
    if more.contains("all") {
      patterns = [""]
      return
    }
    for pointer in more where !pointer.hasPrefix("/") {
      throw LedgerError(
        "\"\(pointer)\" is no JSON pointer; write for example /energy or /methods/*/lines, or all")
    }
    let period = ["/start", "/end", "/status"]
    let usual: [String]
    switch kind {
    case "product-footprint":
      usual = [
        "/order", "/batch", "/product", "/product_name", "/identifiers", "/boundary", "/declared_unit",
        "/declared_units",
        "/mass_kg", "/good", "/kgco2e", "/kgco2e_upstream", "/kgco2e_by_unit", "/kgco2e_upstream_by_unit",
        "/biogenic_uptake_kg",
        "/primary_data_share", "/data_quality", "/allocation",
      ]
    case let kind where kind.hasPrefix("carbon-"):
      usual =
        ["/inventory_date"]
        + ["scope_1_kg", "scope_2_kg", "scope_3_kg", "total_kg", "gas", "gwp"].map { "/methods/*/\($0)" }
    case let kind where kind.hasPrefix("energy-"): usual = ["/energy_kwh", "/quality"]
    default: usual = []
    }
    patterns = period + usual + more
  }

  public func shows(_ pointer: String) -> Bool {
    let parts = pointer.split(separator: "/", omittingEmptySubsequences: false)
    return patterns.contains { pattern in
      let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
      guard !pattern.isEmpty else { return true }
      return wanted.count <= parts.count && zip(wanted, parts).allSatisfy { $0 == "*" || $0 == $1 }
    }
  }
}
