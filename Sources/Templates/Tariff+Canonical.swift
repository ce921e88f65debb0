import Factors
import Telemetry

extension TariffSettings {
  /// With the rule sets and the table themselves, so that reading it again needs no file.
  func write(to writer: inout CanonicalWriter) {
    writer.object("tariff", lineBreak: true) { writer in
      writer.newLine()
      writer.field("currency", tariff.currency)
      writer.newLine()
      writer.list("rule-sets", lineBreak: true) { writer in
        var written: Set<String> = []
        for period in tariff.periods where written.insert(period.ruleSet.id).inserted {
          writer.newLine()
          writer.object { period.ruleSet.write(to: &$0) }
        }
      }
      writer.newLine()
      writer.list("prices", lineBreak: true) { writer in
        for period in tariff.periods {
          writer.newLine()
          writer.object { period.write(to: &$0) }
        }
      }
      basic?.write(to: &writer)
      writer.field("contract-demand", contractDemand.map { "\($0) kW" })
      writer.field("demand-limit", demandLimit.map { "\($0) kW" })
      if demandMethod != .block { writer.field("demand", demandMethod.rawValue) }
      if let powerFactor {
        writer.newLine()
        writer.object("power-factor") { writer in
          powerFactor.write(to: &writer)
          if reactive != .both { writer.field("reactive", reactive.rawValue) }
        }
      }
      writer.field("government-funds", governmentFunds?.description)
    }
  }
}

extension Tariff.Period {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("from", from?.description)
    writer.field("to", to?.description)
    writer.field("rule-set", ruleSet.id)
    for band in Tariff.Band.allCases { writer.field(band.rawValue, prices[band]?.description) }
  }
}

extension TariffRuleSet {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("document", document)
    writer.field("status", status.rawValue)
    writer.list("windows") { writer in
      for window in windows {
        writer.object { writer in
          writer.field("band", window.band.rawValue)
          writer.field("from", Self.clock(window.start))
          writer.field("to", Self.clock(window.end))
          if !window.months.isEmpty { writer.list("months", window.months.map(String.init)) }
          writer.field("overrides", window.overrides?.rawValue)
        }
      }
    }
    guard !multipliers.isEmpty else { return }
    writer.object("multipliers") { writer in
      for band in Tariff.Band.allCases {
        guard let multiplier = multipliers[band] else { continue }
        writer.object(band.rawValue) { writer in
          writer.field("of", multiplier.relativeTo.rawValue)
          writer.field("value", multiplier.value?.description)
          writer.field("status", multiplier.status.rawValue)
          writer.field("note", multiplier.note)
        }
      }
    }
  }
}

extension TariffBasicCharge {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.newLine()
    writer.object("basic") { writer in
      writer.field("by", basis.rawValue)
      writer.field("price", price.description)
      writer.field("capacity", capacity.map { "\($0) kVA" })
      guard let excess else { return }
      writer.object("excess") { writer in
        // A share of at most 37 digits times a hundred has no more digits.
        let percent = (try? excess.above * ExactDecimal(100)) ?? excess.above
        writer.field("above", "\(percent) %")
        writer.field("factor", excess.factor.description)
      }
    }
  }
}

extension PowerFactorTable {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("standard", standard)
    writer.field("applies-to", appliesTo)
    writer.field("status", status.rawValue)
    writer.object("percent") { writer in
      for key in percentByKey.keys.sorted(by: >) { writer.field(String(key), percentByKey[key]?.description) }
    }
    writer.field("below-last", belowLast.description)
  }
}

extension StandardCoalTable {
  func write(to writer: inout CanonicalWriter) {
    writer.object("standard-coal", lineBreak: true) { writer in
      writer.field("table", id)
      writer.list("coefficients", lineBreak: true) { writer in
        for coefficient in coefficients {
          writer.newLine()
          writer.object { coefficient.write(to: &$0) }
        }
      }
    }
  }
}

extension StandardCoalTable.Coefficient {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("id", id)
    writer.field("value", value?.description)
    writer.field("unit", unit)
    writer.field("basis", basis.rawValue)
    writer.field("edition", edition)
    writer.field("status", status.rawValue)
    writer.list("range", [range.lowerBound.description, range.upperBound.description])
    writer.field("counts", counts)
    if factor != .one { writer.field("factor", factor.description) }
    writer.field("fuel", fuel)
    writer.field("note", note)
  }
}
