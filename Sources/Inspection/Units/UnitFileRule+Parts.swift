import Rules
import Telemetry

/// Which units a part or a lot was built into: the way back of the genealogy.
extension UnitFileRule {
  /// Where the Store keeps the units that a part is in (`UnitsOfPart`).
  public static func stateKey(part: String) -> String { SiteState.key(partKey(part)) }
  private static func partKey(_ part: String) -> String { "\(name)/part/\(part)" }

  /// - Parameter parts: newly named by steps of the unit.
  mutating func link(_ parts: [String], to unit: String, _ context: RuleContext) throws {
    for part in parts where part != unit && part.utf8.count <= UnitMessage.longestUnit {
      let stored = try context.load(Self.partKey(part))
      var units = try stored.map { bytes throws in try UnitsOfPart(bytes) } ?? UnitsOfPart()
      if units.add(unit) { keep(units, part, before: stored, context) }
    }
  }

  /// The unit's file goes.
  mutating func unlink(_ parts: [String], from unit: String, _ context: RuleContext) throws {
    for part in parts {
      guard let stored = try context.load(Self.partKey(part)) else { continue }
      var units = try UnitsOfPart(stored)
      units.remove(unit)
      keep(units, part, before: stored, context)
    }
  }

  private mutating func keep(_ units: UnitsOfPart, _ part: String, before: [UInt8]?, _ context: RuleContext) {
    let bytes = units.bytes
    let key = Self.partKey(part)
    let overhead = key.utf8.count + Self.rowOverhead
    self.bytes -= before.map { $0.count + overhead } ?? 0
    self.bytes += units.units.isEmpty ? 0 : bytes.count + overhead
    context.save(key, units.units.isEmpty ? nil : bytes)
  }
}
