import Telemetry
import Templates

/// Means of an asset's values by window, of one plant-local day, as the rule of causes keeps them.
struct CauseRow: Hashable, Sendable {
  struct Window: Hashable, Sendable {
    var start: Timestamp
    var values: [String: Double]
  }

  /// By time.
  var windows: [Window] = []

  init() {}

  /// Values of a window that is known already are added to it.
  mutating func add(_ values: [String: Double], at start: Timestamp) {
    let place = windows.lastIndex { $0.start <= start }
    if let place, windows[place].start == start {
      windows[place].values.merge(values) { $1 }
    } else {
      windows.insert(Window(start: start, values: values), at: place.map { $0 + 1 } ?? 0)
    }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    // Names once: windows have mostly the same.
    let names = Set(windows.flatMap(\.values.keys)).sorted()
    writer.varint(names.count)
    for name in names { writer.string(name) }
    writer.varint(windows.count)
    for window in windows {
      writer.timestamp(window.start)
      writer.varint(window.values.count)
      for (place, name) in names.enumerated() {
        guard let value = window.values[name] else { continue }
        writer.varint(place)
        writer.double(value)
      }
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    var names: [String] = []
    for _ in 0..<(try reader.count()) { names.append(try reader.string()) }
    for _ in 0..<(try reader.count()) {
      var window = Window(start: try reader.timestamp(), values: [:])
      for _ in 0..<(try reader.count()) {
        let place = try reader.integer()
        guard names.indices.contains(place) else {
          throw ByteReaderError(offset: reader.offset, expected: "the name of a value")
        }
        window.values[names[place]] = try reader.double()
      }
      windows.append(window)
    }
  }
}

/// Findings of an asset with their times.
struct CauseFindings: Hashable, Sendable {
  /// Older ones go.
  static let kept = 64

  struct Entry: Hashable, Sendable {
    var key: String
    var rule: String
    var opened: Timestamp
    var closed: Timestamp?
  }

  private(set) var entries: [Entry] = []

  init() {}

  mutating func hear(_ finding: Finding) {
    if let place = entries.lastIndex(where: { $0.key == finding.key && $0.opened == finding.opened }) {
      entries[place].closed = finding.closed
      return
    }
    entries.append(Entry(key: finding.key, rule: finding.rule, opened: finding.opened, closed: finding.closed))
    if entries.count > Self.kept { entries.removeFirst(entries.count - Self.kept) }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.varint(entries.count)
    for entry in entries {
      writer.string(entry.key)
      writer.string(entry.rule)
      writer.timestamp(entry.opened)
      writer.optional(entry.closed)
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    for _ in 0..<(try reader.count()) {
      entries.append(
        Entry(
          key: try reader.string(), rule: try reader.string(), opened: try reader.timestamp(),
          closed: try reader.optionalTimestamp()))
    }
  }
}

extension Site {
  /// What stands in the same cell as an asset, by position: the machines of a station.
  public func assets(beside place: Int) -> [Int] {
    guard !assets[place].cell.isEmpty else { return [] }
    return assets.indices.filter { $0 != place && assets[$0].place == assets[place].place }
  }
}
