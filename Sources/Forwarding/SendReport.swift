/// What a destination answered to one send of consecutive records.
struct SendReport: Hashable, Sendable {
  /// The verdict on the records after those that are `settled` one by one.
  enum Answer: Hashable, Sendable {
    /// They arrived, too.
    case delivered
    /// They were refused together; which of them is at fault is not known.
    case refusedBatch(Refusal)
    /// A passing trouble: try again later, not before `after` if given.
    case retry(Trouble)
    /// A person has to do something first; tried again at long intervals.
    case hold(Trouble)
  }

  /// Why a record was refused.
  struct Refusal: Hashable, Sendable {
    /// A word of a bounded set: it is a metric label and a column of the Store.
    var reason: String
    /// One line for a person, without secrets.
    var detail: String
    /// Its size is at fault: the next sends are smaller.
    var isTooLarge: Bool
    init(reason: String, detail: String, isTooLarge: Bool = false) {
      self.reason = reason
      self.detail = detail
      self.isTooLarge = isTooLarge
    }
  }

  /// Why nothing could be delivered now.
  struct Trouble: Hashable, Sendable {
    /// A word of a bounded set, for example `http-503`, `timeout`.
    var reason: String
    /// One line for a person, without secrets.
    var detail: String
    /// What a person should do; used for a hold.
    var advice: String
    /// The destination asked not to be tried again before this.
    var after: Duration?
    init(reason: String, detail: String, advice: String = "", after: Duration? = nil) {
      self.reason = reason
      self.detail = detail
      self.advice = advice
      self.after = after
    }
  }

  /// How many of the records, from the first on, have their own verdict: refused if they are in `refused`, else arrived.
  var settled: Int
  /// By position among the records of the send.
  var refused: [Int: Refusal]
  var answer: Answer
  /// Bytes of the records' representation that arrived, before compression.
  var bytes: Int
  /// The same as sent: after compression.
  var wireBytes: Int

  init(settled: Int = 0, refused: [Int: Refusal] = [:], answer: Answer, bytes: Int = 0, wireBytes: Int = 0) {
    self.settled = settled
    self.refused = refused
    self.answer = answer
    self.bytes = bytes
    self.wireBytes = wireBytes
  }

  static func retry(_ reason: String, _ detail: String, after: Duration? = nil) -> SendReport {
    SendReport(answer: .retry(Trouble(reason: reason, detail: detail, after: after)))
  }

  static func hold(_ reason: String, _ detail: String, advice: String) -> SendReport {
    SendReport(answer: .hold(Trouble(reason: reason, detail: detail, advice: advice)))
  }
}
