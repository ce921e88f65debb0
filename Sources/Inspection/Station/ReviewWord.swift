/// What a person found of a part that a station had judged.
enum ReviewWord: Hashable, Sendable {
  /// The station was right.
  case agree
  /// It had rejected a good part.
  case falseCall
  /// It had passed a defective part.
  case escape
  /// The person's own verdict, to be compared with the station's.
  case good
  case bad

  /// By the words that review stations use; nil for another word.
  init?(_ text: String) {
    switch text.lowercased() {
    case "agree", "agreed", "true", "confirmed": self = .agree
    case "false-call", "false call", "pseudo", "overkill": self = .falseCall
    case "escape", "missed": self = .escape
    case "ok", "good", "pass": self = .good
    case "ng", "bad", "fail": self = .bad
    default: return nil
    }
  }

  /// Whether the part is bad, as the person found it.
  ///
  /// - Parameter rejected: what the station had said; nil if it left the part to a person.
  /// - Returns: nil if the person only agrees that it could not be said.
  func isBad(rejected: Bool?) -> Bool? {
    switch self {
    case .agree: rejected
    case .falseCall, .good: false
    case .escape, .bad: true
    }
  }

  /// - Parameter rejected: what the station had said; nil if that is not known or was no verdict.
  /// - Returns: nil if nothing can be said of the station.
  func counted(rejected: Bool?) -> Recognition? {
    switch (self, rejected) {
    case (.falseCall, _), (.good, true?): Recognition(goodRejected: 1)
    case (.escape, _), (.bad, false?): Recognition(defectivePassed: 1)
    case (.agree, true?), (.bad, true?): Recognition(defectiveRejected: 1)
    case (.agree, false?), (.good, false?): Recognition(goodPassed: 1)
    case (.agree, nil), (.good, nil), (.bad, nil): nil
    }
  }
}
