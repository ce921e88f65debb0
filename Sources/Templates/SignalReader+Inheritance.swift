import Telemetry

/// Signals of a template that another one extends.
extension SignalReader {
  /// `temperature: none`: the signal is not taken over.
  static func isOmission(_ node: YAMLNode) -> Bool { ["none", "off"].contains(node.text ?? "") }

  /// An entry with a `kind` of its own takes nothing over from the inherited signal.
  static func definesAnew(_ entry: YAMLNode.Entry) -> Bool {
    entry.value.entries?.contains { $0.key == "kind" } == true
  }

  /// An inherited signal with the keys that the entry gives; nil if the entry is no group of keys.
  static func redefine(
    _ entry: YAMLNode.Entry, _ signal: Signal, _ fields: [FieldMapping], in parent: Section
  ) -> (Signal, [FieldMapping])? {
    let what = "signal \"\(entry.key)\""
    guard let section = parent.section(entry.value, what, keys: templateKeys) else { return nil }
    if section.has("counts") {
      section.report(
        section.position(of: "counts"), "\(what) is inherited: what it counts cannot be changed alone",
        remedy: "Add `kind: register` and all other keys to define the signal anew.")
    }
    var signal = signal
    var fields = fields
    if section.has("unit") { changeUnit(section, &signal, &fields) }
    if case .state(let names) = signal.kind, section.has("states") {
      let states = section.section("states", "states of \(section.name)", keys: [])?.all.map(\.key) ?? []
      let all = names + states.filter { !names.contains($0) }
      signal.kind = .state(names: all)
      for (index, name) in all.enumerated() where index >= names.count { signal.stateWords[name] = index }
    }
    return change(section, signal, fields, inTemplate: true)
  }

  /// Another unit inside the gateway. The payload keeps its own unit, if it had one that was different.
  private static func changeUnit(_ section: Section, _ signal: inout Signal, _ fields: inout [FieldMapping]) {
    guard !signal.unit.isEmpty, let unit = unit(section, "unit", dimensionOf: nil, signal: signal.name),
      unit.symbol != signal.unit
    else { return }
    let old = signal.unit
    signal.unit = unit.symbol
    checkUnit(section, signal)
    if signal.minimum != nil || signal.maximum != nil, !section.has("range") {
      section.report(
        section["unit"]?.position, "the inherited range of \(section.name) is in \(old), not in \(unit.symbol)",
        remedy: "Add `range: [lowest, highest]` in \(unit.symbol), or keep the unit and write `payload-unit`.")
    }
    if signal.alarm != .none, !section.has("alarm") {
      section.report(
        section["unit"]?.position, "the inherited alarm of \(section.name) is in \(old), not in \(unit.symbol)",
        remedy: "Add `alarm: [lowest, highest]` in \(unit.symbol), or keep the unit and write `payload-unit`.")
    }
    for index in fields.indices {
      // The unit of a waveform's feature is what it is.
      if fields[index].waveform == nil, fields[index].payloadUnit == old || section.has("payload-unit") {
        fields[index].payloadUnit = unit.symbol
        fields[index].conversion = .identity
        continue
      }
      do {
        let payload = try UnitCatalogue.unit(fields[index].payloadUnit)
        fields[index].conversion = try UnitConversion(from: payload, to: unit)
      } catch {
        section.report(
          section["unit"]?.position,
          "the inherited payload unit \(fields[index].payloadUnit) cannot be converted to \(unit.symbol)",
          remedy: "Add `payload-unit:`.")
      }
    }
  }
}
