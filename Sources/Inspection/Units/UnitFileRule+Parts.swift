import Rules
import Telemetry

/// Which units a part or a lot was built into: the way back of the genealogy.
extension UnitFileRule {
  /// Units that are named of one part; a lot may be in more.
  public static let mostUnitsOfPart = 1000

  /// Where the Store keeps the units that a part is in: names, by `ByteReader.string`.
  public static func stateKey(part: String) -> String { SiteState.key(partKey(part)) }
  private static func partKey(_ part: String) -> String { "\(name)/part/\(part)" }

  /// - Parameter parts: newly named by steps of the unit.
  mutating func link(_ parts: [String], to unit: String, _ context: RuleContext) throws {
    for part in parts where part != unit && part.utf8.count <= UnitMessage.longestUnit {
      let stored = try context.load(Self.partKey(part))
      var units = try stored.map { try Self.units($0) } ?? []
      guard units.count < Self.mostUnitsOfPart, !units.contains(unit) else { continue }
      units.append(unit)
      keep(units, part, before: stored, context)
    }
  }

  /// The unit's file goes.
  mutating func unlink(_ parts: [String], from unit: String, _ context: RuleContext) throws {
    for part in parts {
      guard let stored = try context.load(Self.partKey(part)) else { continue }
      keep(try Self.units(stored).filter { $0 != unit }, part, before: stored, context)
    }
  }

  private mutating func keep(_ units: [String], _ part: String, before: [UInt8]?, _ context: RuleContext) {
    var writer = ByteWriter()
    for unit in units { writer.string(unit) }
    let key = Self.partKey(part)
    let overhead = key.utf8.count + Self.rowOverhead
    bytes -= before.map { $0.count + overhead } ?? 0
    bytes += units.isEmpty ? 0 : writer.bytes.count + overhead
    context.save(key, units.isEmpty ? nil : writer.bytes)
  }

  public static func units(_ bytes: [UInt8]) throws(ByteReaderError) -> [String] {
    var reader = ByteReader(bytes)
    var units: [String] = []
    while !reader.isAtEnd { units.append(try reader.string()) }
    return units
  }
}
