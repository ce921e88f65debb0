import Factors
import Telemetry

extension CarbonSettings {
  /// The tables are written out, so that the text needs no files.
  func write(to writer: inout CanonicalWriter) {
    writer.object("carbon") { writer in
      writer.field("subdivision", subdivision)
      writer.list("methods", methods.map(\.rawValue))
      writer.field("inventory-date", inventoryDate?.description)
      if let dataYear { writer.field("data-year", dataYear) }
      if !gwp.isEmpty { writer.field("gwp", gwp) }
      if !fuelSet.isEmpty { writer.field("fuel-set", fuelSet) }
      writer.field("stale", stale.rawValue)
      writer.field("stale-years", staleYears)
      writer.field("missing-proof", missingProof.rawValue)
      writer.field("green-power", greenPower.rawValue)
      switch residualMix {
      case .proxy: writer.field("residual-mix", "proxy")
      case .location: writer.field("residual-mix", "location")
      case .value(let value, let source):
        writer.object("residual-mix") { writer in
          writer.field("value", value.description)
          writer.field("source", source)
        }
      }
      writer.field("steam", steam)
      writeLists(to: &writer)
      writer.field("built-in-factors", false)
      library.write("factor-tables", to: &writer)
    }
  }

  private func writeLists(to writer: inout CanonicalWriter) {
    writer.list("overrides") { writer in
      for entry in overrides { writer.object { entry.write(to: &$0) } }
    }
    writer.list("certificates") { writer in
      for entry in certificates { writer.object { entry.write(to: &$0) } }
    }
    if certificateReports != .byElectricity { writer.field("certificate-reports", certificateReports.rawValue) }
    if let hourlySeries {
      writer.object("hourly-series") { writer in
        writer.field("file", hourlySeries.path)
        writer.field("nature", hourlySeries.nature.rawValue)
        writer.field("source", hourlySeries.source)
        writer.field("missing", hourlySeries.missing.rawValue)
        writer.list("methods", hourlySeries.methods.map(\.rawValue))
        if let hours = hourlySeries.series?.consecutive {
          writer.field("first", hours.first.rfc3339UTC)
          writer.field("values", hours.values.map { $0?.description ?? "-" }.joined(separator: " "))
        }
      }
    }
    if let target {
      writer.object("target") { writer in
        writer.field("base-year", target.baseYear)
        writer.field("base", target.base.map { "\($0) kg" })
        writer.field("method", target.method.rawValue)
        writer.list("scopes", target.scopes.map(String.init))
        writer.object("path") { writer in
          for milestone in target.path { writer.field(String(milestone.year), "\(milestone.percent) %") }
        }
      }
    }
    writer.list("budgets") { writer in
      for budget in budgets {
        writer.object { writer in
          writer.field("name", budget.name)
          writer.field("period", budget.period.rawValue)
          writer.field("limit", "\(budget.limit) kg")
          writer.field("method", budget.method.rawValue)
          writer.list("scopes", budget.scopes.map(String.init))
          writer.list("assets", budget.assets)
        }
      }
    }
  }

  /// One line for `weir check`.
  var summary: String {
    let date = inventoryDate.map { "inventory of \($0)" } ?? "inventory dates by period"
    var parts = [
      "carbon \(subdivision): \(methods.map(\.rawValue).joined(separator: ", "))",
      date + (dataYear.map { ", data year \($0)" } ?? ""), gwp, "fuel set \(fuelSet)",
      "\(library.setIDs.count) tables of factors",
    ]
    if !overrides.isEmpty { parts.append("\(overrides.count) overridden") }
    if !certificates.isEmpty { parts.append("\(certificates.count) certificates") }
    if target != nil { parts.append("target") }
    if !budgets.isEmpty { parts.append("\(budgets.count) budgets") }
    return parts.joined(separator: "; ")
  }
}

extension FactorOverride {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("factor", factor)
    writer.field("value", value.description)
    writer.field("unit", unit)
    writer.field("author", author)
    writer.field("date", date.description)
    writer.field("reason", reason)
    writer.field("evidence", evidence)
  }
}

extension Certificate {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("kind", kind.rawValue)
    // A thousandth is exact.
    let hours = kilowattHours.flatMap { try? CarbonFormula.tonnes($0) }
    writer.field("mwh", hours?.description)
    writer.field("valid-from", validFrom.description)
    writer.field("valid-to", validTo.description)
    writer.field("source", source)
    if kind == .supplier || !factor.isZero { writer.field("factor", factor.description) }
  }
}
