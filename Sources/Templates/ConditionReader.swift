import Factors
import Telemetry

/// Reads `condition:`, and the table that it names; without it the product's table, if an asset has a plate.
struct ConditionReader {
  static let keys = ["table", "document", "vibration", "insulation", "unbalance", "bearings"]
  static let vibrationKeys = [
    "document", "status", "power-kw", "shaft-height-mm", "speed-rpm", "slow-rpm", "slow-band-hz", "band-hz", "hold",
    "hysteresis", "change", "alarm", "trip", "zones",
  ]
  static let zoneKeys = ["group", "support", "velocity", "displacement"]
  static let insulationKeys = ["document", "status", "coolant", "life-halving", "classes"]
  static let classKeys = ["class", "maximum", "rise"]
  static let unbalanceKeys = ["document", "status", "voltage", "current"]
  static let bearingKeys = ["bearing", "balls", "ball", "pitch", "angle", "status"]
  static let standard = "machines"

  let folders: TableFolders

  /// - Parameter isWanted: an asset has a plate.
  func table(_ top: Section, isWanted: Bool) -> ConditionTable? {
    if top.isOff("condition") { return nil }
    guard let node = top["condition"] else {
      guard isWanted else { return nil }
      return open(Self.standard, top)
    }
    if node.entries != nil {
      guard let section = top.section(node, "condition", keys: Self.keys) else { return nil }
      return read(section, name: section.read("table", .text, default: "own"))
    }
    return top.read("condition", .text).flatMap { open($0, top) }
  }

  private func open(_ name: String, _ top: Section) -> ConditionTable? {
    guard let file = folders.open(name, kind: "condition", keys: Self.keys, from: top, key: "condition") else {
      return nil
    }
    return read(file, name: file.read("table", .text, default: name))
  }

  private func read(_ section: Section, name: String) -> ConditionTable {
    var table = ConditionTable(name: name)
    if let inner = section.section("vibration", "vibration", keys: Self.vibrationKeys) {
      table.vibration = vibration(inner)
    }
    if let inner = section.section("insulation", "insulation", keys: Self.insulationKeys) {
      table.insulation = insulation(inner)
    }
    if let inner = section.section("unbalance", "unbalance", keys: Self.unbalanceKeys),
      let voltage = numbers(inner, "voltage", 2), let current = numbers(inner, "current", 2)
    {
      table.unbalance = .init(origin: origin(inner), voltage: voltage, current: current)
    }
    for item in section["bearings"]?.items ?? [] {
      guard let entry = section.section(item, "bearing", keys: Self.bearingKeys),
        let name = entry.require("bearing", .identifier("_-./ ")),
        let balls = entry.require("balls", .integer(3...200)),
        let ball = number(entry, "ball"), let pitch = number(entry, "pitch")
      else { continue }
      guard ball < pitch else {
        entry.report(
          entry["ball"]?.position, "the balls of \"\(name)\" are larger than the circle that they run on",
          remedy: "`pitch` is the diameter of the circle of the balls' centres.")
        continue
      }
      var bearing = ConditionTable.Bearing(
        name: name, balls: balls, ball: ball, pitch: pitch, status: TariffReader.status(entry))
      if entry.has("angle"), let angle = number(entry, "angle") {
        if angle.doubleValue < 90 {
          bearing.angle = angle
        } else {
          entry.report(
            entry["angle"]?.position, "the contact angle of \"\(name)\" is \(angle)°",
            remedy: "Write degrees below 90: `angle: 40`; deep groove bearings have none.")
        }
      }
      table.bearings.append(bearing)
    }
    return table
  }

  private func origin(_ section: Section) -> ConditionTable.Origin {
    .init(
      document: section.require("document", .text, remedy: "Say where the numbers come from: `document: …`.") ?? "",
      status: TariffReader.status(section))
  }

  private func vibration(_ section: Section) -> ConditionTable.Vibration? {
    var zones: [ConditionTable.Zones] = []
    for item in section["zones"]?.items ?? [] {
      guard let entry = section.section(item, "zone", keys: Self.zoneKeys),
        let group = entry.require("group", .integer(1...9)),
        let support = entry.require("support", .word(Asset.Nameplate.Support.allCases, noun: "kind of support")),
        let velocity = numbers(entry, "velocity", 3), let displacement = numbers(entry, "displacement", 3)
      else { continue }
      zones.append(.init(group: group, support: support, velocity: velocity, displacement: displacement))
    }
    guard let power = numbers(section, "power-kw", 3), let height = numbers(section, "shaft-height-mm", 2),
      let speed = numbers(section, "speed-rpm", 2), let slow = number(section, "slow-rpm"),
      let slowBand = numbers(section, "slow-band-hz", 2), let band = numbers(section, "band-hz", 2),
      let hold = section.require("hold", .duration(.zero...(.days(1)))), let hysteresis = number(section, "hysteresis")
    else { return nil }
    var vibration = ConditionTable.Vibration(
      origin: origin(section), power: power, shaftHeight: height, speed: speed, slow: slow, slowBand: slowBand,
      band: band, hold: hold, hysteresis: hysteresis, zones: zones)
    if ["change", "alarm", "trip"].contains(where: section.has), let change = number(section, "change"),
      let alarm = number(section, "alarm"), let trip = number(section, "trip")
    {
      vibration.action = .init(change: change, alarm: alarm, trip: trip)
    }
    return vibration
  }

  private func insulation(_ section: Section) -> ConditionTable.Insulation? {
    var classes: [ConditionTable.Insulation.Class] = []
    for item in section["classes"]?.items ?? [] {
      guard let entry = section.section(item, "insulation class", keys: Self.classKeys),
        let name = entry.require(
          "class", .word(Asset.Nameplate.InsulationClass.allCases, noun: "insulation class")),
        let maximum = number(entry, "maximum")
      else { continue }
      classes.append(.init(name: name, maximum: maximum, rise: entry.has("rise") ? number(entry, "rise") : nil))
    }
    guard let coolant = number(section, "coolant"), let halving = number(section, "life-halving") else { return nil }
    return .init(origin: origin(section), coolant: coolant, lifeHalving: halving, classes: classes)
  }

  private static let positive = Scalar<ScaledInteger>.decimal("a number above 0", example: "2.8") {
    $0.mantissa > 0 && (-9...9).contains($0.exponent)
  }

  private func number(_ section: Section, _ key: String) -> ScaledInteger? {
    section.require(key, Self.positive)?.withoutTrailingZeros
  }

  /// Ascending.
  private func numbers(_ section: Section, _ key: String, _ count: Int) -> [ScaledInteger]? {
    guard section.has(key) else {
      section.missing(key, remedy: "Add \(count) numbers, as in Config/condition/machines.yaml.")
      return nil
    }
    let list = (section.list(key, Self.positive) ?? []).map(\.value.withoutTrailingZeros)
    guard list.count == count, zip(list, list.dropFirst()).allSatisfy({ $0 < $1 }) else {
      section.report(
        section[key]?.position, "\"\(key)\" in \(section.name) needs \(count) numbers that grow",
        remedy: "Compare with Config/condition/machines.yaml.")
      return nil
    }
    return list
  }
}

extension ConditionTable {
  func write(to writer: inout CanonicalWriter) {
    writer.object("condition") { writer in
      writer.field("table", name)
      if let vibration { Self.write(vibration, to: &writer) }
      if let insulation { Self.write(insulation, to: &writer) }
      if let unbalance {
        writer.object("unbalance") { writer in
          unbalance.origin.write(to: &writer)
          writer.list("voltage", unbalance.voltage.map(\.description))
          writer.list("current", unbalance.current.map(\.description))
        }
      }
      guard !bearings.isEmpty else { return }
      writer.list("bearings") { writer in
        for bearing in bearings {
          writer.object { writer in
            writer.field("bearing", bearing.name)
            writer.field("balls", bearing.balls)
            writer.field("ball", bearing.ball.description)
            writer.field("pitch", bearing.pitch.description)
            if let angle = bearing.angle { writer.field("angle", angle.description) }
            writer.field("status", bearing.status.rawValue)
          }
        }
      }
    }
  }

  private static func write(_ vibration: Vibration, to writer: inout CanonicalWriter) {
    writer.object("vibration") { writer in
      vibration.origin.write(to: &writer)
      writer.list("power-kw", vibration.power.map(\.description))
      writer.list("shaft-height-mm", vibration.shaftHeight.map(\.description))
      writer.list("speed-rpm", vibration.speed.map(\.description))
      writer.field("slow-rpm", vibration.slow.description)
      writer.list("slow-band-hz", vibration.slowBand.map(\.description))
      writer.list("band-hz", vibration.band.map(\.description))
      writer.field("hold", QuantityText.text(vibration.hold))
      writer.field("hysteresis", vibration.hysteresis.description)
      if let action = vibration.action {
        writer.field("change", action.change.description)
        writer.field("alarm", action.alarm.description)
        writer.field("trip", action.trip.description)
      }
      writer.list("zones") { writer in
        for zone in vibration.zones {
          writer.object { writer in
            writer.field("group", zone.group)
            writer.field("support", zone.support.rawValue)
            writer.list("velocity", zone.velocity.map(\.description))
            writer.list("displacement", zone.displacement.map(\.description))
          }
        }
      }
    }
  }

  private static func write(_ insulation: Insulation, to writer: inout CanonicalWriter) {
    writer.object("insulation") { writer in
      insulation.origin.write(to: &writer)
      writer.field("coolant", insulation.coolant.description)
      writer.field("life-halving", insulation.lifeHalving.description)
      writer.list("classes") { writer in
        for entry in insulation.classes {
          writer.object { writer in
            writer.field("class", entry.name.rawValue)
            writer.field("maximum", entry.maximum.description)
            writer.field("rise", entry.rise?.description)
          }
        }
      }
    }
  }
}

extension ConditionTable.Origin {
  func write(to writer: inout CanonicalWriter) {
    writer.field("document", document)
    writer.field("status", status.rawValue)
  }
}
