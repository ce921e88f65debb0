import Telemetry

/// Findings about device clocks that run ahead of the plant clock, one for each asset while it lasts.
struct ClockFindings: Equatable {
  struct Entry: Equatable {
    var asset: String
    var finding: Finding
    /// Plant clock of the last sample from the future.
    var last: Timestamp
    var samples: Int
  }

  /// By asset id.
  private(set) var entries: [Entry] = []
  let quiet: Span64

  init(quiet: Span64) { self.quiet = quiet }

  static let rule = "future-clock"

  /// A sample from the future was set aside. Returns the finding if it is the first.
  mutating func noteFuture(asset: String, signal: String, time: Timestamp, plant: Timestamp) -> Finding? {
    let place = entries.firstIndex { asset <= $0.asset } ?? entries.endIndex
    if place < entries.endIndex, entries[place].asset == asset {
      entries[place].last = plant
      entries[place].samples += 1
      return nil
    }
    let ahead = (time - plant).nanoseconds / 1_000_000_000
    let finding = Finding(
      key: "\(Self.rule)/\(asset)", rule: Self.rule, subject: asset, severity: .warning, opened: plant,
      summary: "The clock of \(asset) is \(ahead) s ahead of the plant clock; its samples are set aside.",
      advice: "Set the device's clock (NTP), or check the unit and zone of the timestamp in its topic mapping.",
      evidence: [
        Event.Attribute("signal", signal), Event.Attribute("deviceTime", time.rfc3339UTC),
        Event.Attribute("plantTime", plant.rfc3339UTC), Event.Attribute("aheadSeconds", String(ahead)),
      ])
    entries.insert(Entry(asset: asset, finding: finding, last: plant, samples: 1), at: place)
    return finding
  }

  /// Closes the findings of the assets that sent nothing from the future for a while.
  mutating func mark(_ plant: Timestamp) -> [Finding] {
    guard entries.contains(where: { $0.last + quiet <= plant }) else { return [] }
    var closed: [Finding] = []
    entries.removeAll { entry in
      guard entry.last + quiet <= plant else { return false }
      var finding = entry.finding
      finding.closed = plant
      finding.evidence.append(Event.Attribute("samples", String(entry.samples)))
      closed.append(finding)
      return true
    }
    return closed
  }

  /// When the next one can close.
  var deadline: Timestamp? { entries.map { $0.last + quiet }.min() }

  func encode(into writer: inout ByteWriter) {
    writer.varint(entries.count)
    for entry in entries {
      writer.string(entry.asset)
      writer.timestamp(entry.finding.opened)
      writer.string(entry.finding.summary)
      writer.attributes(entry.finding.evidence)
      writer.timestamp(entry.last)
      writer.varint(entry.samples)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    entries = []
    for _ in 0..<(try reader.count()) {
      let asset = try reader.string()
      var finding = Finding(
        key: "\(Self.rule)/\(asset)", rule: Self.rule, subject: asset, severity: .warning,
        opened: try reader.timestamp(), summary: try reader.string(),
        advice: "Set the device's clock (NTP), or check the unit and zone of the timestamp in its topic mapping.")
      finding.evidence = try reader.attributes()
      let last = try reader.timestamp()
      entries.append(Entry(asset: asset, finding: finding, last: last, samples: try reader.integer()))
    }
  }
}
