import Telemetry

/// Reads an asset's keys of production, and checks which lines it serves when all assets are known.
struct ProductionReader {
  static let keys = ["serves", "run-state", "counts-pieces", "order-limit", "oee", "group"]
  static let runKeys = ["signal", "running-above", "idle-above"]

  /// Without `serves`, which may have the number of a group in it.
  static func read(_ section: Section, signals: [Signal]) -> Asset.Production {
    var production = Asset.Production()
    production.runState = runState(section, signals)
    production.countsPieces = section.read("counts-pieces", .boolean)
    production.orderLimit = section.read("order-limit", .duration(.hours(1)...(.days(3660))))
    production.oee = OEEReader.read(section, signals: signals)
    production.group = section.read("group", .text)
    let tellsOrders = signals.contains { $0.kind == .event }
    if production.orderLimit != nil, !tellsOrders {
      section.report(
        section["order-limit"]?.position, "\(section.name) tells of no orders, so it can have no limit for them",
        remedy: "Move `order-limit` to the asset of the order feed, or remove it.")
    }
    return production
  }

  private static func runState(_ section: Section, _ signals: [Signal]) -> Asset.RunSource? {
    guard section.has("run-state") else { return nil }
    if section.isOff("run-state") { return .off }
    guard let inner = section.section("run-state", "run-state of \(section.name)", keys: runKeys),
      let name = inner.require("signal", .text, remedy: "Add `signal: active-power`, or `signal: state`.")
    else { return nil }
    let usable = signals.filter { $0.kind == .gauge || $0.kind.isState }
    guard let signal = usable.first(where: { $0.name == name }) else {
      inner.report(
        inner["signal"]?.position, "\"\(name)\" is no gauge or state of \(section.name)",
        remedy: usable.isEmpty
          ? "It has neither: leave `run-state` out."
          : NearestWord.remedy(name, in: usable.map(\.name), noun: "gauge or state"))
      return nil
    }
    if signal.kind.isState {
      for key in ["running-above", "idle-above"] where inner.has(key) {
        inner.report(
          inner.position(of: key), "\"\(name)\" is a state: its words say whether the machine runs",
          remedy: "Remove this line, or name a gauge such as active-power.")
        return nil
      }
      return .state(signal: name)
    }
    let scalar = level(signal.unit)
    guard
      let running = inner.require(
        "running-above", scalar, remedy: "Add `running-above: \(scalar.example)`: from there on the machine runs.")
    else { return nil }
    let idle = inner.read("idle-above", scalar)
    if let idle, !(idle < running) {
      inner.report(
        inner["idle-above"]?.position, "idle begins at \(idle) \(signal.unit), which is not below running",
        remedy: "Choose a value below `running-above`; below it the machine counts as stopped.")
      return nil
    }
    return .threshold(signal: name, running: running, idle: idle)
  }

  /// A value with a unit that the gauge's unit can be made of.
  private static func level(_ unit: String) -> Scalar<ScaledInteger> {
    let example = unit == "1" || unit.isEmpty ? "5" : "5 \(unit)"
    return Scalar("a value in \(unit == "1" ? "plain numbers" : unit), or in a unit of the same kind", example: example)
    {
      text in
      guard let (number, word) = QuantityText.split(text), (-9...9).contains(number.exponent),
        let from = try? UnitCatalogue.unit(word.isEmpty ? "1" : word), let to = try? UnitCatalogue.unit(unit),
        let conversion = try? UnitConversion(from: from, to: to)
      else { return nil }
      // Six more places: prefixes are exact.
      return conversion.apply(number, resolution: number.exponent - 6)?.withoutTrailingZeros
    }
  }

  /// A place that an asset serves; what is no place is reported.
  static func check(place text: String, _ section: Section) -> Bool {
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count <= 4, levels.allSatisfy({ !$0.isEmpty }), !text.contains(where: { "+#\0".contains($0) }) else {
      section.report(
        section["serves"]?.position, "\"\(text)\" is not the place of a line",
        remedy: "Write up to four levels, from large to small: `site/area/line/cell`, or none.")
      return false
    }
    return true
  }

  /// Whoever serves a line must name one: the place of an order feed. A mistake of a group is told once.
  static func check(_ assets: [Asset], _ sections: [Int: Section]) {
    guard !sections.isEmpty else { return }
    var lines: [String] = []
    for asset in assets where asset.orderSignal != nil {
      let place = asset.production.serves ?? asset.place
      if !asset.production.servesNone, !lines.contains(place) { lines.append(place) }
    }
    var told: Set<Position> = []
    for place in assets.indices {
      guard let section = sections[place], let line = assets[place].production.serves,
        assets[place].orderSignal == nil, !lines.contains(line)
      else { continue }
      let position = section["serves"]?.position ?? section.position
      guard told.insert(position).inserted else { continue }
      section.report(
        position, "no order feed speaks for a line at \"\(line)\"",
        remedy: lines.isEmpty
          ? "Add an asset with the template order-feed and this place, or leave `serves` out."
          : NearestWord.remedy(line, in: lines, noun: "line"))
    }
  }
}

extension Signal.Kind {
  var isState: Bool { if case .state = self { true } else { false } }
}
