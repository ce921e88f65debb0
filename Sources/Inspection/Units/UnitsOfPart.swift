import Telemetry

/// Which units a part or a lot was built into.
public struct UnitsOfPart: Hashable, Sendable {
  /// Units that are named; a lot may be in more.
  public static let most = 1000

  /// In the order in which they were told.
  public private(set) var units: [String] = []
  /// More were told than are named, at some time.
  public private(set) var isTruncated = false

  public init() {}

  /// - Returns: whether anything is new.
  mutating func add(_ unit: String) -> Bool {
    guard !units.contains(unit) else { return false }
    guard units.count < Self.most else {
      defer { isTruncated = true }
      return !isTruncated
    }
    units.append(unit)
    return true
  }

  mutating func remove(_ unit: String) { units.removeAll { $0 == unit } }

  // MARK: Coding

  /// Names; an empty one says that there were more.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    for unit in units { writer.string(unit) }
    if isTruncated { writer.string("") }
    return writer.bytes
  }

  public init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    while !reader.isAtEnd {
      let unit = try reader.string()
      if unit.isEmpty { isTruncated = true } else { units.append(unit) }
    }
  }
}
