import Templates

/// How one signal of a template is fed, or why it is not.
struct SignalGuess: Hashable, Sendable {
  var signal: String
  /// Position among the fields of the shape.
  var field: Int
  var confidence: Double
  var reason: String
  /// The payload's unit; nil for states and events.
  var unit: Unit?
  /// What could be meant instead, as lines of the configuration without the signal's name.
  var alternatives: [Unit] = []
  /// States: the words of each state that the template does not know yet, with those that it knows.
  var words: [Vocabulary.Group] = []
  /// States: words that nothing explains.
  var unknownWords: [String] = []
  /// What of the template's `waveform` is different.
  var waveform: String?
}

/// How an event is read.
struct EventGuess: Hashable, Sendable {
  struct Attribute: Hashable, Sendable {
    var name: String
    var field: Int
    /// Words of the payload by the template's word, where the template does not know them.
    var words: [Vocabulary.Group] = []
  }
  var signal: String
  var attributes: [Attribute]
  var confidence: Double
  var reason: String
  /// Position of the message id among the fields.
  var messageID: Int?
}

/// A template for a shape, with what its signals become.
struct TemplateGuess: Sendable {
  var template: EquipmentTemplate
  var confidence: Double
  var reason: String
  var signals: [SignalGuess]
  var event: EventGuess?
  /// Fields that the template uses.
  var used: Set<Int>
}
