import Telemetry

extension Asset {
  /// What stands on a machine's plate. Nil = not said; nothing is assumed.
  public struct Nameplate: Hashable, Sendable {
    public enum Support: String, Hashable, Sendable, CaseIterable { case rigid, flexible }
    public enum InsulationClass: String, Hashable, Sendable, CaseIterable {
      case a = "A"
      case e = "E"
      case b = "B"
      case f = "F"
      case h = "H"
    }

    /// kW
    public var power: ScaledInteger?
    /// mm
    public var shaftHeight: ScaledInteger?
    public var support: Support?
    /// r/min
    public var speed: ScaledInteger?
    /// A
    public var current: ScaledInteger?
    /// V, between lines
    public var voltage: ScaledInteger?
    public var insulation: InsulationClass?
    /// Designation of the bearing, as the table of limits names it.
    public var bearing: String?

    public init() {}

    /// Nothing is said.
    public var isEmpty: Bool { self == Nameplate() }
  }
}

/// Reads `nameplate:` of an asset.
struct NameplateReader {
  static let keys = ["nameplate", "learning"]
  static let plateKeys = ["power", "shaft-height", "support", "speed", "current", "voltage", "insulation", "bearing"]

  static func read(_ asset: Section) -> Asset.Nameplate {
    var plate = Asset.Nameplate()
    guard let section = asset.section("nameplate", "nameplate of \(asset.name)", keys: plateKeys) else { return plate }
    plate.power = section.read("power", quantity("a power", "kW", "90 kW"))
    plate.shaftHeight = section.read("shaft-height", quantity("a length", "mm", "280 mm"))
    plate.support = section.read("support", .word(Asset.Nameplate.Support.allCases, noun: "kind of support"))
    plate.speed = section.read("speed", quantity("a speed", "rpm", "1485 rpm"))
    plate.current = section.read("current", quantity("a current", "A", "160 A"))
    plate.voltage = section.read("voltage", quantity("a voltage", "V", "400 V"))
    plate.insulation = section.read(
      "insulation", .word(Asset.Nameplate.InsulationClass.allCases, noun: "insulation class"))
    plate.bearing = section.read("bearing", .identifier("_-./ "))
    return plate
  }

  private static func quantity(_ what: String, _ unit: String, _ example: String) -> Scalar<ScaledInteger> {
    Scalar("\(what) above 0 with its unit", example: example) { text in
      guard let (number, word) = QuantityText.split(text), number.mantissa > 0, (-9...9).contains(number.exponent),
        let from = try? UnitCatalogue.unit(word), let to = try? UnitCatalogue.unit(unit),
        let conversion = try? UnitConversion(from: from, to: to)
      else { return nil }
      return conversion.apply(number, resolution: number.exponent - 3)?.withoutTrailingZeros
    }
  }
}

extension Asset.Nameplate {
  func write(to writer: inout CanonicalWriter) {
    guard !isEmpty else { return }
    writer.object("nameplate") { writer in
      writer.field("power", power.map { "\($0) kW" })
      writer.field("shaft-height", shaftHeight.map { "\($0) mm" })
      writer.field("support", support?.rawValue)
      writer.field("speed", speed.map { "\($0) rpm" })
      writer.field("current", current.map { "\($0) A" })
      writer.field("voltage", voltage.map { "\($0) V" })
      writer.field("insulation", insulation?.rawValue)
      writer.field("bearing", bearing)
    }
  }
}
