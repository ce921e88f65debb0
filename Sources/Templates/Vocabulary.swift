/// What discovery knows about the names, units and words that devices use: `Config/discovery.yaml`.
///
/// All of it is experience, not physics; so it is configuration, with its provenance in the file.
public struct Vocabulary: Hashable, Sendable {
  /// A physical quantity or a run state, with the names that it goes by.
  public struct Quantity: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable { case gauge, register, state }
    public var name: String
    public var kind: Kind
    /// Registers: what they count; nil = the gateway has no rule for it.
    public var counts: Signal.Quantity?
    /// Names of fields and topic levels, each one or more words: `temperature`, `active power`, `温度`.
    public var names: [String]
    /// Words beside the name with which it is something else: `energy today` is no cumulative register.
    public var excluded: [String]
    /// The units in which it is met; the first is the unit inside the gateway.
    public var units: [Band]
  }

  /// A unit, and the magnitudes (without sign) that are usual in a plant in this unit.
  public struct Band: Hashable, Sendable {
    public var unit: Unit
    public var low: Double
    public var high: Double
  }

  /// Names, or words, that mean the same.
  public struct Group: Hashable, Sendable {
    public var name: String
    public var words: [String]

    public init(name: String, words: [String]) {
      self.name = name
      self.words = words
    }
  }

  /// A guess below it is not used: it is shown as unsure, with the alternatives.
  public var threshold: Double
  public var quantities: [Quantity]
  /// Attributes of events: the gateway's name, and what devices call it.
  public var attributes: [Group]
  /// Words of states and verdicts: the gateway's word, and what devices send for it (case does not matter).
  public var words: [Group]
  public var timeNames: [String]
  public var messageIDNames: [String]
  /// Fields that say something about the message or the device, not about the plant.
  public var ignoredNames: [String]
  /// Words in names that say nothing.
  public var noise: [String]
  /// Members that hold a value, a name or a unit, where a payload says `{"name": …, "value": …, "unit": …}`.
  public var valueNames: [String]
  public var nameNames: [String]
  public var unitNames: [String]
  /// Words in names of what was counted since the last message.
  public var amountWords: [String]
  /// Fields with the sample rate of a waveform.
  public var sampleRateNames: [String]
  /// Topic levels that name neither device nor place, as `telemetry` in `press-1/telemetry`.
  public var genericLevels: [String]
}
