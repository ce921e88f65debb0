import Templates

/// How the payloads of a shape become readings, where they are not one JSON value with one reading.
///
/// Every format does the same: it fills the shape's slots with what a reading says, and hands over to the sections.
struct RowPlan {
  enum Format {
    /// Elements of an array.
    case each
    case text
    case csv(PayloadMapping.CSVSettings)
    case senml
    /// Slots of the entry and of the reading in it.
    case nameValue(NameValueSlots)
  }

  struct NameValueSlots {
    var name: Int
    /// Negative: the entry is the reading.
    var readings: Int
    var unit: Int
    var reading: Int32
    var readingSlots: Int
    var value: Int
    var timestamp: Int
    var nanoseconds: Int
    var quality: Int
    var goodWords: [[UInt8]]
    var uncertainWords: [[UInt8]]
  }

  /// What a reading calls the value of a slot: a record, an entry, a column.
  struct Name {
    var bytes: [UInt8]
    var slot: Int32
  }

  var format: Format
  var names: [Name] = []
  /// Of the tree that leads to the list; negative: the payload is the list.
  var listRoot: Int32 = -1
  /// Of the tree of an entry.
  var entryRoot: Int32 = -1
  var entrySlots = 0
  /// For details only.
  var listPath = "$"

  /// The slot of a name; nil if no signal has it.
  func slot(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    search: for known in names where known.bytes.count == range.count {
      for offset in 0..<range.count where known.bytes[offset] != bytes[range.lowerBound + offset] { continue search }
      return Int(known.slot)
    }
    return nil
  }

  func slot(_ name: ArraySlice<UInt8>) -> Int? {
    for known in names where known.bytes.count == name.count && known.bytes.elementsEqual(name) {
      return Int(known.slot)
    }
    return nil
  }
}

extension PayloadMapping {
  /// Formats of people rather than of machines: a number may bring its unit.
  var acceptsUnits: Bool {
    switch format {
    case .text, .csv: true
    case .json, .senml, .nameValue: false
    }
  }
}
