/// A kind of equipment: which signals it has and how they usually arrive. One file of `Devices/`.
public struct EquipmentTemplate: Hashable, Sendable {
  public var name: String
  /// One sentence for a person.
  public var summary: String
  /// Where the time of a message stands; nil = messages are undated.
  public var timestamp: TimestampMapping?
  /// Where the id of a message stands (events only).
  public var messageID: FieldPath?
  /// Name of the rules that know how such equipment fails; nil = none.
  public var faultModel: String?
  public var signals: [Signal]
  /// How each signal is read: one field, or for events one for each attribute. In the order of `signals`.
  public var fields: [FieldMapping]
  public var payload: PayloadMapping
  /// What such equipment needs after hours of running.
  public var services: [ServiceInterval] = []
  /// Signals that arrive on a topic of their own, below the asset's.
  public var subtopics: [Subtopic]

  /// A signal's topic below the topic of its asset.
  public struct Subtopic: Hashable, Sendable {
    /// Position in `signals`.
    public var signal: Int
    /// `emeter/0/power`; may have placeholders as a topic has.
    public var text: String
    /// Nil: as the other signals.
    public var payload: PayloadMapping?
    public init(signal: Int, text: String, payload: PayloadMapping?) {
      self.signal = signal
      self.text = text
      self.payload = payload
    }
  }

  public init(
    name: String, summary: String, timestamp: TimestampMapping?, messageID: FieldPath?, signals: [Signal],
    fields: [FieldMapping], payload: PayloadMapping = .json, subtopics: [Subtopic] = []
  ) {
    self.payload = payload
    self.subtopics = subtopics
    self.name = name
    self.summary = summary
    self.timestamp = timestamp
    self.messageID = messageID
    self.signals = signals
    self.fields = fields
  }
}
