/// How the bytes of a topic's messages are read. Without it: JSON by paths, one reading a message.
public struct PayloadMapping: Hashable, Sendable {
  public enum Format: Hashable, Sendable {
    /// Fields by path. With `each`, the path of an array, every element of it is a reading with its own time.
    case json(each: FieldPath?)
    /// The payload is the one value, perhaps with its unit: `21.5 °C`, `ON`.
    case text
    /// Lines of cells; every line is a reading.
    case csv(CSVSettings)
    /// A SenML pack (RFC 8428) in JSON; a path is the name of a record.
    case senml
    /// A list of named values; a path is the name of an entry.
    case nameValue(NameValueSettings)
  }

  public struct CSVSettings: Hashable, Sendable {
    /// One ASCII character between the cells.
    public var separator: UInt8
    /// The first line names the columns, and paths are those names; else paths are column numbers, from 1.
    public var hasHeader: Bool
    public init(separator: UInt8 = UInt8(ascii: ","), hasHeader: Bool = false) {
      self.separator = separator
      self.hasHeader = hasHeader
    }
  }

  /// What a device says about the quality of a reading.
  public struct QualitySettings: Hashable, Sendable {
    /// Inside a reading.
    public var path: FieldPath
    /// Any other word means bad; no word means good.
    public var good: [String]
    public var uncertain: [String]
    public init(path: FieldPath, good: [String], uncertain: [String]) {
      self.path = path
      self.good = good
      self.uncertain = uncertain
    }
  }

  public struct NameValueSettings: Hashable, Sendable {
    /// Path of the list; nil: the payload is the list, or its only entry.
    public var each: FieldPath?
    /// Path inside an entry.
    public var name: FieldPath
    /// Path of the list of readings inside an entry; nil: the entry is the reading.
    public var readings: FieldPath?
    /// Path inside a reading; `timestamp` of the mapping counts from there too.
    public var value: FieldPath
    /// Path inside an entry.
    public var unit: FieldPath?
    public var quality: QualitySettings?
    public init(
      each: FieldPath? = nil, name: FieldPath = FieldPath(["name"]), readings: FieldPath? = nil,
      value: FieldPath = FieldPath(["value"]), unit: FieldPath? = nil, quality: QualitySettings? = nil
    ) {
      self.quality = quality
      self.each = each
      self.name = name
      self.readings = readings
      self.value = value
      self.unit = unit
    }
  }

  public var format: Format
  /// Numbers in texts are written with a decimal comma: `12,5`.
  public var decimalComma: Bool

  public init(_ format: Format, decimalComma: Bool = false) {
    self.format = format
    self.decimalComma = decimalComma
  }

  public static let json = PayloadMapping(.json(each: nil))

  /// Paths mean nothing: the payload has one value only.
  var isText: Bool { format == .text }
}
