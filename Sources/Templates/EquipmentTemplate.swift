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

  public init(
    name: String, summary: String, timestamp: TimestampMapping?, messageID: FieldPath?, signals: [Signal],
    fields: [FieldMapping]
  ) {
    self.name = name
    self.summary = summary
    self.timestamp = timestamp
    self.messageID = messageID
    self.signals = signals
    self.fields = fields
  }
}
