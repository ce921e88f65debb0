import Factors
import Telemetry

/// The tables as canonical text, read back by `FactorReader` to an equal library.
extension FactorLibrary {
  func write(_ name: String, to writer: inout CanonicalWriter) {
    writer.object(name) { writer in
      writer.list("grid-sets") { writer in
        for set in grid { writer.object { set.write(to: &$0) } }
      }
      writer.list("fuel-sets") { writer in
        for set in fuels { writer.object { set.write(to: &$0) } }
      }
      writer.list("densities") { writer in
        for density in densities {
          writer.object { writer in
            writer.field("fuel", density.fuel)
            density.density.write(to: &writer)
          }
        }
      }
      writer.list("gwp-sets") { writer in
        for set in gwp { writer.object { set.write(to: &$0) } }
      }
      writer.list("blends") { writer in
        for blend in blends { writer.object { blend.write(to: &$0) } }
      }
      writer.list("factor-sets") { writer in
        for set in listed { writer.object { set.write(to: &$0) } }
      }
    }
  }
}

extension Provenance {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("source", source)
    writer.field("publisher", publisher)
    writer.field("published", published?.description)
    writer.field("url", url)
    writer.field("file-sha256", fileHash)
    writer.field("licence", licence)
    writer.field("note", note)
  }
}

extension FactorValue {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("value", value.description)
    writer.field("status", status.rawValue)
    writer.field("note", note)
    if !isSelectable { writer.field("information-only", true) }
  }
}

extension GridFactorSet {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("country", country)
    writer.field("data-year", dataYear)
    writer.field("unit", unit)
    writer.field("source-status", sourceStatus.rawValue)
    writer.field("valid-to", validTo?.description)
    provenance.write(to: &writer)
    writer.list("rows") { writer in
      for row in rows {
        writer.object { writer in
          writer.field("area", row.area)
          if row.kind != .average { writer.field("kind", row.kind.rawValue) }
          writer.field("name", row.name)
          row.factor.write(to: &writer)
        }
      }
    }
  }
}

extension FuelSet {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("default", isDefault)
    writer.field("title", title)
    provenance.write(to: &writer)
    writer.list("fuels") { writer in
      for fuel in fuels {
        writer.object { writer in
          writer.field("fuel", fuel.name)
          writer.field("name", fuel.title)
          writer.field("ncv", fuel.calorificValue.value.description)
          writer.field("per", fuel.unit.rawValue)
          writer.field("carbon", fuel.carbonContent.value.description)
          writer.field("oxidation", fuel.oxidation.value.description)
          writer.field("status", fuel.calorificValue.status.rawValue)
          writer.field("note", fuel.calorificValue.note)
          if !fuel.calorificValue.isSelectable { writer.field("information-only", true) }
        }
      }
    }
  }
}

extension GWPSet {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("default", isDefault)
    provenance.write(to: &writer)
    writer.list("gases") { writer in
      for gas in gases {
        writer.object { writer in
          writer.field("gas", gas.name)
          gas.potential.write(to: &writer)
        }
      }
    }
  }
}

extension RefrigerantBlend {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("blend", name)
    writer.object("parts") { writer in
      for part in parts { writer.field(part.gas, part.fraction.description) }
    }
    writer.field("status", status.rawValue)
    writer.field("note", note)
  }
}

extension ListedFactorSet {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("title", title)
    writer.field("gwp", gwp)
    writer.field("area", area)
    if let dataYear { writer.field("data-year", dataYear) }
    provenance.write(to: &writer)
    writer.list("rows") { writer in
      for row in rows {
        writer.object { writer in
          writer.field("name", row.name)
          writer.field("title", row.title)
          writer.field("role", row.role?.rawValue)
          writer.field("unit", row.unit)
          if let scope = row.scope { writer.field("scope", scope) }
          row.factor.write(to: &writer)
        }
      }
    }
  }
}
