import Plant
import Telemetry
import Templates

/// Everything that the topics of a connection carry, compiled into flat arrays of plain values.
///
/// Topics with equal mappings (all meters of a template) share one *shape*, so that thousands of topics stay in the
/// cache: of its own a topic has only the numbers of its series. A shape has one section for each asset that maps the
/// topic; sections have sample fields and event signals, event signals have attribute fields. Ranges point into the
/// arrays of this value.
struct DecodePlan {
  struct Topic {
    var shape: Int32
    /// Into `series`.
    var firstSeries: Int32
    /// Into `assets`, one for each section.
    var firstAsset: Int32
    /// It carries a signal of an asset with criticality `safety`.
    var isUrgent: Bool
  }

  struct Shape {
    var root: Int32
    var slots: Int
    var sections: Range<Int>
    /// How payloads become readings; negative: JSON, one reading a message, the fast way.
    var rows: Int32 = -1
  }

  struct Section {
    /// -1: the message has no date; less: it is in two fields, the slot of the seconds is -2 less this.
    var timestampSlot: Int32
    var timestampFormat: TimestampMapping.Format
    /// Of the nanoseconds within a second; negative: none.
    var nanosecondsSlot: Int32 = -1
    /// The date is a text, not a number.
    var hasTextTime = false
    /// Numbers in texts have a decimal comma.
    var decimalComma = false
    /// A number in a text may be followed by its unit.
    var acceptsUnits = false
    /// Nanoseconds that the device's clock is ahead, taken off every time.
    var clockAhead: Int64 = 0
    /// The receive time is the right one: not uncertain.
    var trustsReceiveTime = false
    /// Negative: events have no id.
    var messageIDSlot: Int32
    var fields: Range<Int>
    var events: Range<Int>
  }

  enum FieldKind: UInt8 {
    case gauge
    case register
    case state
    case waveform
  }

  /// One payload field that becomes one sample.
  struct Field {
    var slot: Int32
    /// Counted from the topic's first.
    var series: Int32
    var kind: FieldKind
    var isRequired: Bool
    /// Registers: the exponent of the sample.
    var resolution: Int8
    var scale: UnitScale
    /// Gauges: the physical range.
    var minimum: Double
    var maximum: Double
    /// Registers: the physical range as mantissas at the resolution.
    var lowest: Int64
    var highest: Int64
    /// States: into `words`. Waveforms: begins with the place in `waveforms`.
    var words: Range<Int>
  }

  /// What a waveform's feature needs beside its field.
  struct WaveformField {
    var mapping: WaveformMapping
    /// Negative: the rate is fixed.
    var rateSlot: Int32
    /// From the feature's unit to the signal's.
    var conversion: UnitConversion
  }

  struct Word {
    var bytes: [UInt8]
    var position: Double
  }

  struct EventSignal {
    /// Counted from the topic's first.
    var series: Int32
    var attributes: Range<Int>
    /// Positions in `attributes` of what identifies a unit's inspection; nil if it is not mapped.
    var unit: Int?
    var step: Int?
    var attempt: Int?
  }

  /// One payload field that becomes an attribute of an event, or a repeated one from an array.
  struct AttributeField {
    var slot: Int32
    var isRequired: Bool
    var name: String
    var path: String
    /// The slot has a list of objects, and the attribute is what stands here in each of them; empty: the list's elements.
    var rest: [String] = []
    /// Payload word → the plant's word; empty = any text.
    var words: [String: String]
  }

  var tree = PathTree()
  var topics: [Topic] = []
  var shapes: [Shape] = []
  var series: [SeriesID] = []
  var sections: [Section] = []
  var fields: [Field] = []
  var words: [Word] = []
  var events: [EventSignal] = []
  var attributes: [AttributeField] = []
  var rows: [RowPlan] = []
  var waveforms: [WaveformField] = []
  var highestSlotCount = 0
  /// The plant's zone, if a mapping has times without offset.
  var zone: PlantZone?
  /// Distinct, in the order of the site; by number in `topics`.
  var topicNames: [String] = []

  // For details only.
  var assets: [String] = []
  /// By number in `fields`.
  var fieldPaths: [String] = []
  /// By number in `fields`: the unit of the payload's number, empty for states.
  var fieldUnits: [String] = []
  /// By number in `sections`.
  var timestampPaths: [String] = []
}
