/// One line of `weir quarantine list`.
public struct QuarantineLine: Codable, Sendable {
  /// `m` and number for a message, `s` and number for a sample.
  public var id: String
  public var reason: String
  /// When it was set aside.
  public var time: String
  /// Topic of a message, asset and signal of a sample.
  public var subject: String
  public var detail: String
  /// The payload as text, as far as it is text.
  public var payload: String?

  public init(
    id: String, reason: String, time: String, subject: String, detail: String, payload: String?
  ) {
    self.id = id
    self.reason = reason
    self.time = time
    self.subject = subject
    self.detail = detail
    self.payload = payload
  }
}

/// What became of entries of the quarantine that were retried or dropped.
public struct QuarantineOutcome: Codable, Hashable, Sendable {
  public var done: Int
  /// Messages that still cannot be decoded; they stay.
  public var failed: Int
  /// Why the first of them cannot.
  public var firstFailure: String?

  public init(done: Int = 0, failed: Int = 0, firstFailure: String? = nil) {
    self.done = done
    self.failed = failed
    self.firstFailure = firstFailure
  }
}
