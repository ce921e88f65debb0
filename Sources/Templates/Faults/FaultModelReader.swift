import Telemetry

/// Reads fault models: a file of `Devices/faults`, or an entry of `fault-models:` of a configuration.
struct FaultModelReader {
  static let keys = ["extends", "title", "learning", "faults"]
  static let faultKeys = [
    "name", "origin", "severity", "symptoms", "when", "cause", "checks", "parts", "lead-time", "criterion",
    "provenance",
  ]
  static let symptomKeys = ["role", "named", "unless", "direction", "weight", "needed"]
  static let bounds = ["below", "at-most", "above", "at-least", "outside"]
  static let conditionKeys = ["value", "unit", "tolerance"] + bounds
  static let criterionKeys = ["role", "named", "change", "percent", "spread"]

  static let role = Scalar<String>(
    "what a signal measures", example: "bearing-temperature",
    remedy: { NearestWord.remedy($0, in: FaultModel.roles, noun: "role") },
    parse: { FaultModel.roles.contains($0) || $0.hasPrefix("band-energy:") && $0.utf8.count > 12 ? $0 : nil })

  static let number = Scalar<Double>("a number", example: "8.5") { text in
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }
  static let positive = Scalar<Double>("a number above 0", example: "1") { text in
    Double(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }

  /// - Parameter parent: the model that it extends; its faults stay unless they are defined again or left out.
  static func read(_ section: Section, name: String, parent: FaultModel?) -> FaultModel {
    var model =
      parent ?? FaultModel(name: name, title: FaultModel.Words(name, name), faults: [])
    model.name = name
    if section.has("title") { model.title = words(section, "title") ?? model.title }
    model.isLearnt = section.read("learning", .boolean, default: model.isLearnt)
    guard let list = section.section("faults", "faults of \(section.name)", keys: []), !list.all.isEmpty else {
      if parent == nil, !section.has("faults") { section.missing("faults", remedy: "Add at least one fault.") }
      return model
    }
    for entry in list.all {
      guard Scalar<String>.identifier().parse(entry.key) != nil else {
        list.report(
          entry.position, "\"\(entry.key)\" cannot be the id of a fault",
          remedy: "Use letters, digits, \"-\" and \"_\".")
        continue
      }
      let known = model.faults.firstIndex { $0.id == entry.key }
      if SignalReader.isOmission(entry.value) {
        if let known {
          model.faults.remove(at: known)
        } else {
          list.report(
            entry.position, "there is no inherited fault \"\(entry.key)\" to leave out",
            remedy: NearestWord.remedy(entry.key, in: model.faults.map(\.id), noun: "fault"))
        }
        continue
      }
      guard let inner = list.section(entry.value, "fault \"\(entry.key)\"", keys: faultKeys),
        let fault = fault(inner, id: entry.key)
      else { continue }
      if let known { model.faults[known] = fault } else { model.faults.append(fault) }
    }
    return model
  }

  private static func fault(_ section: Section, id: String) -> FaultModel.Fault? {
    if !section.has("symptoms"), !section.has("when") {
      section.missing(
        "symptoms", remedy: "Add `symptoms:` (what changes against the usual), or `when:` (limits that are crossed).")
    }
    let name = required(section, "name", "Add `name: { en: Imbalance, zh: 不平衡 }`.")
    let cause = required(section, "cause", "Add `cause:` with what usually brings it about, in English and Chinese.")
    let provenance = section.require(
      "provenance", .text, remedy: "Add `provenance:` with the source of this knowledge, or `product choice`.")
    let symptoms = sections(section, "symptoms", "symptom", symptomKeys).compactMap(symptom)
    let conditions = sections(section, "when", "condition", conditionKeys).compactMap(FaultConditionReader.condition)
    let checks = texts(section, "checks")
    let parts = texts(section, "parts")
    let leadTime = section.isOff("lead-time") ? nil : section.read("lead-time", .duration(.hours(1)...Span64.days(730)))
    let criterion = criterion(section)
    guard let name, let cause, let provenance else { return nil }
    return FaultModel.Fault(
      id: id, name: name,
      origin: section.read("origin", .word(FaultModel.Origin.allCases, noun: "fault origin")) ?? .device,
      severity: section.read("severity", .word(FaultModel.Severity.allCases, noun: "severity")) ?? .warning,
      symptoms: symptoms, conditions: conditions, cause: cause, checks: checks, parts: parts, leadTime: leadTime,
      criterion: criterion, provenance: provenance)
  }

  private static func symptom(_ section: Section) -> FaultModel.Symptom? {
    let role = section.require("role", role)
    let direction = section.require("direction", .word(FaultModel.Symptom.Direction.allCases, noun: "direction"))
    let weight = section.read("weight", positive) ?? 1
    guard let role, let direction else { return nil }
    return FaultModel.Symptom(
      role: role, named: section.read("named", .identifier()),
      unless: (section.list("unless", .identifier()) ?? []).map(\.value), direction: direction, weight: weight,
      isNeeded: section.read("needed", .boolean) ?? false)
  }

  private static func criterion(_ section: Section) -> FaultModel.Criterion? {
    guard section.has("criterion"), !section.isOff("criterion"),
      let inner = section.section("criterion", "criterion of \(section.name)", keys: criterionKeys)
    else { return nil }
    let role = inner.require("role", role)
    let spread = inner.read("spread", positive) ?? 0.25
    guard inner.has("change") != inner.has("percent") else {
      inner.report(
        nil, "\(inner.name) needs either \"change\" or \"percent\"",
        remedy: "Write `change: 8.5` (in the signal's unit) or `percent: -20` (of the usual).")
      return nil
    }
    let isRelative = inner.has("percent")
    guard let change = inner.read(isRelative ? "percent" : "change", number), let role else { return nil }
    guard change != 0 else {
      inner.report(
        inner[isRelative ? "percent" : "change"]?.position, "a change of 0 is no failure",
        remedy: "Write how far it may go.")
      return nil
    }
    return FaultModel.Criterion(
      role: role, named: inner.read("named", .identifier()), change: isRelative ? change / 100 : change,
      isRelative: isRelative, spread: spread)
  }

  // MARK: - Texts and lists

  private static func required(_ section: Section, _ key: String, _ remedy: String) -> FaultModel.Words? {
    guard section.has(key) else {
      section.missing(key, remedy: remedy)
      return nil
    }
    return words(section, key)
  }

  /// `{ en: …, zh: … }`, or one text for both.
  static func words(_ section: Section, _ key: String) -> FaultModel.Words? {
    section[key].flatMap { words($0, "\"\(key)\" in \(section.name)", section) }
  }

  private static func words(_ node: YAMLNode, _ name: String, _ section: Section) -> FaultModel.Words? {
    if let text = node.text { return FaultModel.Words(text, text) }
    guard let inner = section.section(node, name, keys: ["en", "zh"]) else { return nil }
    let english = inner.require("en", .text, remedy: "Add `en:` with the English text.")
    let chinese = inner.require("zh", .text, remedy: "Add `zh:` with the Chinese text.")
    guard let english, let chinese else { return nil }
    return FaultModel.Words(english, chinese)
  }

  static func texts(_ section: Section, _ key: String) -> [FaultModel.Words] {
    guard let node = section[key], !node.isNothing else { return [] }
    return (node.items ?? [node]).compactMap { words($0, "each entry of \"\(key)\" in \(section.name)", section) }
  }

  private static func sections(_ section: Section, _ key: String, _ noun: String, _ keys: [String]) -> [Section] {
    guard let node = section[key], !node.isNothing else { return [] }
    return (node.items ?? [node]).compactMap { section.section($0, "\(noun) of \(section.name)", keys: keys) }
  }
}
