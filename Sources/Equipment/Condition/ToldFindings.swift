import Telemetry

/// The findings of an asset that are open, as far as they must be known to tell what is new.
struct ToldFindings: Hashable, Sendable {
  struct Told: Hashable, Sendable {
    var key: String
    var opened: Timestamp
    var severity: Finding.Severity
    /// What else would be news: the fault that is first, the day.
    var mark: String
  }

  /// By key.
  private(set) var all: [Told] = []

  subscript(key: String) -> Told? { all.first { $0.key == key } }

  /// Keys of one rule and one asset: all that begin so.
  func keys(_ prefix: String) -> [String] { all.map(\.key).filter { $0.hasPrefix(prefix) } }

  /// - Returns: since when it is open, if there is something to tell.
  mutating func tell(_ key: String, _ severity: Finding.Severity, mark: String, at time: Timestamp) -> Timestamp? {
    guard let place = all.firstIndex(where: { $0.key == key }) else {
      all.append(Told(key: key, opened: time, severity: severity, mark: mark))
      all.sort { $0.key < $1.key }
      return time
    }
    guard all[place].severity != severity || all[place].mark != mark else { return nil }
    all[place].severity = severity
    all[place].mark = mark
    return all[place].opened
  }

  /// - Returns: what was open.
  mutating func end(_ key: String) -> Told? {
    all.firstIndex { $0.key == key }.map { all.remove(at: $0) }
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(all.count)
    for told in all {
      writer.string(told.key)
      writer.timestamp(told.opened)
      writer.byte(told.severity.rawValue)
      writer.string(told.mark)
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      let opened = try reader.timestamp()
      let severity = Finding.Severity(rawValue: try reader.byte()) ?? .info
      all.append(Told(key: key, opened: opened, severity: severity, mark: try reader.string()))
    }
  }
}
