/// The delivery of records to one destination, as a pure state machine.
///
/// The shell performs the one command that each input ends with and answers it with the next input. At any time at most
/// one send is under way, so the order of the records is the order of the outbox: a record is tried only when all
/// before it are settled (delivered or refused). What is settled reaches the outbox by `advance`: at the end of a page,
/// before every wait, and on a slow destination once per `advanceInterval`; never once per record.
struct DeliveryMachine: Sendable {
  typealias Instant = ContinuousClock.Instant

  struct Settings: Sendable {
    /// Most records in one send.
    var batch: Int
    /// Wait between attempts while the destination is held.
    var holdInterval: Duration
    /// Wait for new records if nobody tells of them.
    var pollInterval: Duration
    /// Longest time that settled records wait for the outbox while a page is still going out.
    var advanceInterval: Duration
    /// A destination that asks for a longer pause is tried again after this one.
    var longestPause: Duration

    init(
      batch: Int, holdInterval: Duration = .seconds(30), pollInterval: Duration = .seconds(10),
      advanceInterval: Duration = .seconds(1), longestPause: Duration = .seconds(3600)
    ) {
      self.batch = max(1, batch)
      self.holdInterval = holdInterval
      self.pollInterval = pollInterval
      self.advanceInterval = advanceInterval
      self.longestPause = longestPause
    }
  }

  enum Input: Sendable {
    case begin
    /// The sequences of the page that `fetch` asked for.
    case fetched([Int64])
    case fetchFailed(String)
    case sent(SendReport)
    case advanced
    case advanceFailed(String)
    /// The wait is over, or somebody said that records were committed.
    case woken
    case stop
  }

  /// What the shell has to do next.
  enum Command: Hashable, Sendable {
    case fetch
    /// Positions in the page last fetched.
    case send(Range<Int>)
    case advance(Settlement)
    /// `early`: news of committed records may end the wait (a stop always does).
    case wait(until: Instant, early: Bool)
    case finish
  }

  /// What an observer should hear of.
  enum Event: Hashable, Sendable {
    case delivered(records: Int, bytes: Int, wireBytes: Int)
    case refused(sequence: Int64, SendReport.Refusal)
    /// A trouble began, or changed its kind or reason.
    case troubled(Failure)
    case held(SendReport.Trouble)
    /// The hold is over: the destination answers again.
    case released
  }

  enum Failure: Hashable, Sendable {
    case retry(SendReport.Trouble)
    case hold(SendReport.Trouble)
    /// The gateway's own outbox could not be read or written.
    case outbox(String)
  }

  private enum Phase: Hashable {
    case initial
    case fetching
    case sending(Range<Int>)
    case advancing
    case waiting(until: Instant, early: Bool)
    case finished
  }

  private let settings: Settings
  private var backoff: Backoff
  private var phase = Phase.initial
  private var stopping = false

  private var page: [Int64] = []
  /// The first position of the page that is not settled.
  private var next = 0
  /// Where sends end, the nearest last: the cuts of the bisection.
  private var ends: [Int] = []
  /// Most records in the next send: shrinks when a batch is too large or fails repeatedly, grows with success.
  private var limit: Int

  private var settled = Settlement()
  private var lastAdvance: Instant
  private var mustAdvance = false
  /// A wait that begins as soon as what is settled has reached the outbox.
  private var pause: Instant?
  private var failures = 0
  private var holdIsOpen: Bool

  /// Why nothing is delivered at the moment; nil after every success.
  private(set) var failure: Failure?
  private(set) var events: [Event] = []

  /// - Parameter holdIsOpen: a finding of a hold is open from an earlier run; the first success releases it.
  init(settings: Settings, backoff: Backoff, now: Instant, holdIsOpen: Bool = false) {
    self.settings = settings
    self.backoff = backoff
    self.holdIsOpen = holdIsOpen
    limit = settings.batch
    lastAdvance = now
  }

  var state: DestinationStatus.State {
    switch failure {
    case .hold: .held
    case .retry, .outbox: .retrying
    case nil: page.isEmpty ? .idle : .delivering
    }
  }

  /// When the next attempt is due; nil while one is under way.
  var nextAttempt: Instant? {
    if case .waiting(let until, false) = phase { until } else { nil }
  }

  /// The events since the last call.
  mutating func takeEvents() -> [Event] {
    defer { events = [] }
    return events
  }

  /// Nil if the input changes nothing: the command under way goes on. An input that does not answer it is ignored.
  mutating func handle(_ input: Input, now: Instant) -> Command? {
    switch (input, phase) {
    case (.begin, .initial):
      return proceed(now)
    case (.fetched(let sequences), .fetching):
      page = sequences
      next = 0
      ends = sequences.isEmpty ? [] : [sequences.count]
      if case .outbox = failure { succeeded() }
      if sequences.isEmpty && !stopping { return wait(until: now + settings.pollInterval, early: true) }
      return proceed(now)
    case (.fetchFailed(let text), .fetching):
      return failed(.outbox(text), now: now)
    case (.sent(let report), .sending(let range)):
      take(report, for: range, now: now)
      return proceed(now)
    case (.advanced, .advancing):
      settled = Settlement()
      mustAdvance = false
      lastAdvance = now
      if case .outbox = failure { succeeded() }
      return proceed(now)
    case (.advanceFailed(let text), .advancing):
      mustAdvance = true
      return failed(.outbox(text), now: now)
    case (.woken, .waiting(let until, let early)):
      if now < until && !early { return .wait(until: until, early: false) }
      return proceed(now)
    case (.stop, _):
      stopping = true
      if case .waiting = phase { return proceed(now) }
      return phase == .initial ? finish() : nil
    default:
      return nil
    }
  }

  // MARK: - What next

  private mutating func proceed(_ now: Instant) -> Command {
    let pageIsDone = next == page.count
    if !settled.isEmpty,
      pageIsDone || mustAdvance || stopping || pause != nil || now - lastAdvance >= settings.advanceInterval
    {
      phase = .advancing
      return .advance(settled)
    }
    if stopping { return finish() }
    if let pause {
      self.pause = nil
      return wait(until: pause, early: false)
    }
    if pageIsDone {
      page = []
      next = 0
      phase = .fetching
      return .fetch
    }
    while let end = ends.last, end - next > limit { ends.append(next + limit) }
    let range = next..<(ends.last ?? page.count)
    phase = .sending(range)
    return .send(range)
  }

  private mutating func wait(until: Instant, early: Bool) -> Command {
    phase = .waiting(until: until, early: early)
    return .wait(until: until, early: early)
  }

  private mutating func finish() -> Command {
    phase = .finished
    return .finish
  }

  // MARK: - What a send brought

  private mutating func take(_ report: SendReport, for range: Range<Int>, now: Instant) {
    let count =
      if case .delivered = report.answer { range.count } else { min(max(report.settled, 0), range.count) }
    var delivered = 0
    for offset in 0..<count {
      if let refusal = report.refused[offset] {
        refuse(refusal)
      } else {
        settled.delivered.append(page[next])
        delivered += 1
        settle()
      }
    }
    if delivered > 0 {
      events.append(.delivered(records: delivered, bytes: report.bytes, wireBytes: report.wireBytes))
    }
    let rest = next..<range.upperBound
    // A trouble that hits no record is left to the next send to find.
    if rest.isEmpty && count > 0 {
      limit = min(settings.batch, limit * 2)
      return
    }
    switch report.answer {
    case .delivered: break
    case .refusedBatch(let refusal):
      if rest.count == 1 {
        refuse(refusal)
      } else {
        // The destination answers: it is not in trouble, one of the records is.
        succeeded()
        ends.append(rest.lowerBound + rest.count / 2)
        if refusal.isTooLarge { limit = max(1, rest.count / 2) }
      }
    case .retry(let trouble):
      enter(.retry(trouble), wait: backoffWait(), atLeast: trouble.after, now: now)
      // Perhaps the size is the trouble (a proxy that cuts long uploads, a time-out): begin small, grow with success.
      if failures >= 3 { limit = max(1, rest.count / 2) }
    case .hold(let trouble):
      failures += 1
      enter(.hold(trouble), wait: settings.holdInterval, atLeast: trouble.after, now: now)
    }
  }

  private mutating func refuse(_ refusal: SendReport.Refusal) {
    let sequence = page[next]
    settled.refused.append(
      Settlement.Refusal(sequence: sequence, reason: refusal.reason, detail: refusal.detail))
    events.append(.refused(sequence: sequence, refusal))
    settle()
  }

  private mutating func settle() {
    next += 1
    while let end = ends.last, end <= next { ends.removeLast() }
    succeeded()
  }

  private mutating func succeeded() {
    failures = 0
    if case .outbox = failure {
      failure = nil
      return
    }
    failure = nil
    if holdIsOpen {
      holdIsOpen = false
      events.append(.released)
    }
  }

  // MARK: - Trouble

  private mutating func backoffWait() -> Duration {
    failures += 1
    return backoff.wait(failures: failures)
  }

  private mutating func enter(_ new: Failure, wait: Duration, atLeast: Duration?, now: Instant) {
    note(new)
    pause = now + max(wait, min(atLeast ?? .zero, settings.longestPause))
    if case .hold(let trouble) = new, !holdIsOpen {
      holdIsOpen = true
      events.append(.held(trouble))
    }
  }

  private mutating func failed(_ new: Failure, now: Instant) -> Command {
    note(new)
    let wait = backoffWait()
    return stopping ? finish() : self.wait(until: now + wait, early: false)
  }

  private mutating func note(_ new: Failure) {
    if failure?.word != new.word { events.append(.troubled(new)) }
    failure = new
  }
}

extension DeliveryMachine.Failure {
  /// Kind and reason, to tell a new trouble from a continued one.
  var word: String {
    switch self {
    case .retry(let trouble): "retry " + trouble.reason
    case .hold(let trouble): "hold " + trouble.reason
    case .outbox: "outbox"
    }
  }

  /// One line for a person, without secrets.
  var detail: String {
    switch self {
    case .retry(let trouble), .hold(let trouble): trouble.detail
    case .outbox(let text): "outbox: " + text
    }
  }
}
