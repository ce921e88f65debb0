import Telemetry

/// Conditions of safety, limits and guides.
extension AlarmReader {
  static let safetyKeys = ["rule", "assets", "when", "title"]
  static let partKeys = ["signal", "above", "below", "is", "rises", "within", "deadband"]
  static let limitKeys = ["kind", "units", "words", "deadband", "on-delay", "off-delay", "status", "note"]
  static let guideKeys = ["rules", "title", "ignored", "steps", "skill", "status", "note"]

  func limits(_ section: Section) -> [AlarmSettings.LimitKind] {
    Self.items(section, "limits", "limit", keys: Self.limitKeys).compactMap { entry in
      status(entry)
      let percent = Scalar<Double>("a percentage of the measuring range", example: "2 %") { text in
        guard text.hasSuffix("%") else { return nil }
        return Double(text.dropLast().filter { !$0.isWhitespace }).flatMap { (0...50).contains($0) ? $0 : nil }
      }
      let delay = Scalar<Span64>.duration(.zero...(.hours(24)))
      guard let name = entry.require("kind", .identifier("-")), let deadband = entry.require("deadband", percent) else {
        return nil
      }
      return AlarmSettings.LimitKind(
        name: name, units: entry.list("units", .text)?.map(\.value) ?? [],
        words: entry.list("words", .text)?.map(\.value) ?? [], deadbandPercent: deadband,
        onDelay: entry.read("on-delay", delay, default: .zero), offDelay: entry.read("off-delay", delay, default: .zero)
      )
    }
  }

  func guides(_ section: Section) -> [AlarmSettings.Guide] {
    Self.items(section, "guides", "guide", keys: Self.guideKeys).compactMap { entry in
      status(entry)
      let rules = entry.list("rules", .text)?.map(\.value) ?? []
      if rules.isEmpty { entry.missing("rules", remedy: "Add the names of rules: `rules: [no-data]`.") }
      return AlarmSettings.Guide(
        rules: rules, title: FaultModelReader.words(entry, "title"), ignored: FaultModelReader.words(entry, "ignored"),
        steps: FaultModelReader.texts(entry, "steps"), skill: FaultModelReader.words(entry, "skill"))
    }
  }

  /// - Parameter classes: all of them; a condition's rule must be one of safety.
  func safety(_ section: Section, classes: [AlarmSettings.Class]) -> [AlarmSettings.SafetyCondition] {
    Self.items(section, "safety", "safety condition", keys: Self.safetyKeys).compactMap { entry in
      guard let rule = entry.require("rule", .identifier("-"), remedy: "Add its rule: `rule: lockout-violation`.")
      else {
        return nil
      }
      let category = classes.first { kind in kind.rules.contains { Wildcard.matches(rule, $0) } }?.category
      if category != .safety {
        let known = classes.filter { $0.category == .safety }.flatMap(\.rules).joined(separator: ", ")
        entry.report(
          entry["rule"]?.position, "\"\(rule)\" is no rule of safety, so it would wait in line like any other",
          remedy: "Choose a name that a class of safety has: \(known).")
      }
      let patterns = entry.assetPatterns(of: assets.map(\.id))
      if !entry.has("assets") { entry.missing("assets", remedy: "Add the ids of assets: `assets: [\"press-*\"]`.") }
      let matched = assets.filter { asset in patterns.contains { Wildcard.matches(asset.id, $0) } }
      let parts = Self.items(entry, "when", "part", keys: Self.partKeys).compactMap { part($0, of: matched) }
      if parts.isEmpty {
        entry.missing("when", remedy: "Add what must hold: `when: [{ signal: lockout, is: locked }]`.")
        return nil
      }
      return AlarmSettings.SafetyCondition(
        rule: rule, assets: patterns, parts: parts, title: FaultModelReader.words(entry, "title"))
    }
  }

  private func part(_ entry: Section, of assets: [Asset]) -> AlarmSettings.SafetyCondition.Part? {
    guard let name = entry.require("signal", .text) else { return nil }
    let number = Scalar<Double>("a number", example: "10") { Double($0).flatMap { $0.isFinite ? $0 : nil } }
    let given = ["above", "below", "is", "rises"].filter(entry.has)
    guard given.count == 1 else {
      entry.report(
        nil, "the part about \"\(name)\" says \(given.isEmpty ? "nothing" : "more than one thing") of its value",
        remedy: "Write one of above, below, is and rises; `rises: 5` needs `within: 1 min`.")
      return nil
    }
    let test: AlarmSettings.SafetyCondition.Test?
    switch given[0] {
    case "above": test = entry.read("above", number).map { .above($0) }
    case "below": test = entry.read("below", number).map { .below($0) }
    case "is": test = entry.read("is", .text).map { .state($0) }
    default:
      let span = entry.require("within", .duration(.seconds(1)...(.hours(1))))
      test = entry.read("rises", number).flatMap { by in span.map { .rising(by, within: $0) } }
    }
    guard let test else { return nil }
    for asset in assets { check(name, test, of: asset, entry) }
    return .init(signal: name, test: test, deadband: max(0, entry.read("deadband", number, default: 0)))
  }

  private func check(_ name: String, _ test: AlarmSettings.SafetyCondition.Test, of asset: Asset, _ entry: Section) {
    guard let signal = asset.signals.first(where: { $0.name == name }) else {
      entry.report(
        entry["signal"]?.position, "\(asset.id) has no signal \"\(name)\"",
        remedy: NearestWord.remedy(name, in: asset.signals.map(\.name), noun: "signal"))
      return
    }
    if case .state(let word) = test {
      guard case .state(let names) = signal.kind else {
        entry.report(
          entry.position(of: "is"), "\(name) of \(asset.id) is no state", remedy: "Write above, below or rises.")
        return
      }
      if !names.contains(word) {
        entry.report(
          entry["is"]?.position, "\(name) of \(asset.id) has no state \"\(word)\"",
          remedy: NearestWord.remedy(word, in: names, noun: "state"))
      }
    } else if signal.kind != .gauge {
      entry.report(
        entry["signal"]?.position, "\(name) of \(asset.id) is no momentary value",
        remedy: "Choose a gauge, or a state with `is`.")
    }
  }

  /// A deadband that reaches from one limit to the other would keep an alarm active for ever.
  func checkLimits(_ kinds: [AlarmSettings.LimitKind], _ section: Section) {
    for asset in assets {
      for signal in asset.signals where signal.alarm != .none {
        guard let kind = kinds.first(where: { $0.fits(signal) }) else { continue }
        guard let low = signal.alarm.low, let high = signal.alarm.high, kind.deadband(signal) >= high - low else {
          continue
        }
        section.report(
          nil,
          "the deadband of \(asset.id) \(signal.name), \(kind.deadbandPercent) % of its range, is as wide as its "
            + "limits are apart: such an alarm would never return",
          remedy: "Give it a narrower `range`, wider limits, or a smaller deadband in `limits` of alarms.")
        return
      }
    }
  }
}
