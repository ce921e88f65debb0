import Telemetry

extension FaultModel {
  /// With everything inherited, so that reading it again needs no file.
  func write(to writer: inout CanonicalWriter) {
    title.write("title", to: &writer)
    if !isLearnt { writer.field("learning", false) }
    writer.object("faults", lineBreak: true) { writer in
      for fault in faults {
        writer.newLine()
        writer.object(fault.id) { fault.write(to: &$0) }
      }
    }
  }
}

extension FaultModel.Words {
  func write(_ key: String, to writer: inout CanonicalWriter) {
    writer.object(key) { members(&$0) }
  }

  func members(_ writer: inout CanonicalWriter) {
    writer.field("en", english)
    writer.field("zh", chinese)
  }
}

extension FaultModel.Fault {
  fileprivate func write(to writer: inout CanonicalWriter) {
    name.write("name", to: &writer)
    if origin != .device { writer.field("origin", origin.rawValue) }
    if severity != .warning { writer.field("severity", severity.rawValue) }
    if !symptoms.isEmpty {
      writer.list("symptoms") { writer in
        for symptom in symptoms { writer.object { symptom.write(to: &$0) } }
      }
    }
    if !conditions.isEmpty {
      writer.list("when") { writer in
        for condition in conditions { writer.object { condition.write(to: &$0) } }
      }
    }
    if symptoms.isEmpty, conditions.isEmpty { writer.list("symptoms", []) }
    cause.write("cause", to: &writer)
    for (key, texts) in [("checks", checks), ("parts", parts)] where !texts.isEmpty {
      writer.list(key) { writer in
        for text in texts { writer.object { text.members(&$0) } }
      }
    }
    writer.field("lead-time", leadTime.map { QuantityText.text($0) })
    if let criterion {
      writer.object("criterion") { writer in
        writer.field("role", criterion.role)
        writer.field("named", criterion.named)
        writer.field(
          criterion.isRelative ? "percent" : "change",
          criterion.isRelative ? Self.percent(criterion.change) : "\(criterion.change)")
        writer.field("spread", "\(criterion.spread)")
      }
    }
    writer.field("provenance", provenance)
  }

  /// The shortest number of percent that reads back as the same share.
  private static func percent(_ share: Double) -> String {
    let percent = share * 100
    let rounded = percent.rounded()
    if rounded / 100 == share { return "\(rounded)" }
    return [percent, percent.nextUp, percent.nextDown].first { $0 / 100 == share }.map { "\($0)" } ?? "\(percent)"
  }
}

extension FaultModel.Symptom {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("role", role)
    writer.field("named", named)
    if !unless.isEmpty { writer.list("unless", unless) }
    writer.field("direction", direction.rawValue)
    if weight != 1 { writer.field("weight", "\(weight)") }
    if isNeeded { writer.field("needed", true) }
  }
}

extension FaultModel.Condition {
  fileprivate func write(to writer: inout CanonicalWriter) {
    writer.field("value", value.text)
    if unit != "1" { writer.field("unit", unit) }
    switch bound {
    case .below(let limit): limit.write("below", to: &writer)
    case .atMost(let limit): limit.write("at-most", to: &writer)
    case .above(let limit): limit.write("above", to: &writer)
    case .atLeast(let limit): limit.write("at-least", to: &writer)
    case .outside(let low, let high): writer.list("outside", ["\(low)", "\(high)"])
    }
    if tolerance != 0 { writer.field("tolerance", "\(tolerance)") }
  }
}

extension FaultModel.Condition.Limit {
  fileprivate func write(_ key: String, to writer: inout CanonicalWriter) {
    switch self {
    case .fixed(let value): writer.field(key, "\(value)")
    case .byState(let signal, let values):
      writer.object(key) { writer in
        writer.field("by", signal)
        for value in values { writer.field(value.state, "\(value.limit)") }
      }
    }
  }
}
