import Telemetry
import Templates

/// Where and how a payload gives its time.
struct TimeGuess: Hashable, Sendable {
  var mapping: TimestampMapping?
  var confidence: Double
  var reason: String
  /// What speaks against using the time, or what else it could be.
  var doubt: String?
}

/// Judges fields as times, against the time at which their messages arrived.
struct TimeJudge {
  let times: [String]
  let tokens: NameTokens
  /// Seconds that the plant's local time is ahead of UTC.
  let zoneOffset: Int?

  /// Beyond it a device's clock is not believed: its samples would fall out of their windows.
  private static let tolerated = Span64.minutes(10)
  /// 2001 to 2100: as seconds, milliseconds, microseconds and nanoseconds these ranges do not overlap.
  private static let plausible = Timestamp(seconds: 978_307_200)...Timestamp(seconds: 4_102_444_800)

  init(_ vocabulary: Vocabulary, _ tokens: NameTokens, zoneOffset: Int?) {
    self.tokens = tokens
    self.zoneOffset = zoneOffset
    times = vocabulary.timeNames.map { tokens.split($0).joined() }
  }

  private struct Candidate {
    var guess: TimeGuess
    var field: Int
    var rank: Int
    var skew: Int64
  }

  /// The best time among fields of one topic (the same path in all devices), and the fields that are times.
  /// - Parameter fields: for each path its values over all devices.
  func judge(_ fields: [(source: FieldSource, values: [FieldValue])]) -> (guess: TimeGuess, timeFields: Set<Int>) {
    var candidates: [Candidate] = []
    var timeFields: Set<Int> = []
    var rejected: (rank: Int, guess: TimeGuess)?
    for (number, field) in fields.enumerated() {
      let name = tokens.split(field.source.labels.last ?? "").joined()
      let rank = times.firstIndex(of: name)
      guard !field.source.path.steps.isEmpty else { continue }
      switch verdict(field.values, field.source.path, isNamed: rank != nil) {
      case .time(let guess, let skew):
        candidates.append(Candidate(guess: guess, field: number, rank: rank ?? times.count, skew: skew))
        timeFields.insert(number)
      case .unusable(let guess):
        timeFields.insert(number)
        if rank ?? times.count < rejected?.rank ?? .max { rejected = (rank ?? times.count, guess) }
      case .other: break
      }
    }
    let best = candidates.min { ($0.rank, $0.skew, $0.field) < ($1.rank, $1.skew, $1.field) }
    let none = TimeGuess(
      mapping: nil, confidence: 0.9, reason: "no field is a time; the time of arrival is taken", doubt: nil)
    return (best?.guess ?? rejected?.guess ?? none, timeFields)
  }

  private enum Verdict {
    case time(TimeGuess, skew: Int64)
    case unusable(TimeGuess)
    case other
  }

  private func verdict(_ values: [FieldValue], _ path: FieldPath, isNamed: Bool) -> Verdict {
    let present = values.filter { $0.content != .nothing }
    guard !present.isEmpty else { return .other }
    for format in TimestampMapping.Format.allCases where format != .iso8601Local {
      let read = present.map { Self.read($0, format) }
      let times = read.compactMap { $0 }
      guard times.count == present.count, times.allSatisfy({ Self.plausible.contains($0) }) else { continue }
      let live = zip(present, times).filter { !$0.0.isRetained }
      let skew = live.map { ($0.1 - $0.0.received).nanoseconds }.sorted()
      let middle = skew.isEmpty ? 0 : skew[skew.count / 2]
      let name = "\"\(path)\" is \(Self.words(format))"
      if skew.isEmpty {
        // Only what the broker had kept: the format is plain, the clock unknown.
        guard isNamed else { return .other }
        let reason = "\(name); only kept messages were seen, so the clock could not be compared"
        return .time(
          TimeGuess(mapping: TimestampMapping(path: path, format: format), confidence: 0.8, reason: reason), skew: 0)
      }
      let away = Self.spell(middle)
      if middle.magnitude > UInt64(Self.tolerated.nanoseconds) {
        guard isNamed || middle.magnitude < UInt64(Span64.days(1).nanoseconds) else { continue }
        return .unusable(
          TimeGuess(
            mapping: TimestampMapping(path: path, format: format), confidence: 0.3, reason: name,
            doubt: "the device's clock is \(away) the time of arrival; set it, or let the time of arrival count"))
      }
      let reason = "\(name), \(middle.magnitude < 1_000_000_000 ? "within 1 s of" : away) the time of arrival"
      return .time(
        TimeGuess(
          mapping: TimestampMapping(path: path, format: format), confidence: isNamed ? 0.98 : 0.85, reason: reason),
        skew: Int64(clamping: middle.magnitude))
    }
    return local(present, path)
  }

  /// A date and time without offset: it can be placed only if it agrees with the plant's zone.
  private func local(_ values: [FieldValue], _ path: FieldPath) -> Verdict {
    let times = values.compactMap { value -> Timestamp? in
      guard case .word(let text) = value.content else { return nil }
      return Timestamp(rfc3339: Array("\(text)Z".utf8).span)
    }
    guard times.count == values.count else { return .other }
    let reason = "\"\(path)\" is a date and time without offset from UTC"
    let mapping = TimestampMapping(path: path, format: .iso8601Local)
    let live = zip(values, times).filter { !$0.0.isRetained }
    let skew = live.map { ($0.1 - $0.0.received).nanoseconds }.sorted()
    if let zoneOffset, !skew.isEmpty {
      let middle = skew[skew.count / 2] - Int64(zoneOffset) * 1_000_000_000
      if middle.magnitude <= UInt64(Self.tolerated.nanoseconds) {
        return .time(
          TimeGuess(mapping: mapping, confidence: 0.9, reason: "\(reason), in the plant's zone"),
          skew: Int64(clamping: middle.magnitude))
      }
    }
    return .unusable(
      TimeGuess(
        mapping: mapping, confidence: 0.3, reason: reason,
        doubt: "it does not agree with the time of arrival in the plant's zone; let the device send `Z` or `+08:00`, "
          + "until then the time of arrival counts"))
  }

  private static func read(_ value: FieldValue, _ format: TimestampMapping.Format) -> Timestamp? {
    if format == .iso8601 {
      guard case .word(let text) = value.content else { return nil }
      return Timestamp(rfc3339: Array(text.utf8).span)
    }
    guard let number = value.number else { return nil }
    let factor: Double
    switch format {
    case .epochSeconds: factor = 1e9
    case .epochMilliseconds: factor = 1e6
    case .epochMicroseconds: factor = 1e3
    case .epochNanoseconds, .iso8601, .iso8601Local: factor = 1
    }
    let nanoseconds = number * factor
    return abs(nanoseconds) < 9e18 ? Timestamp(nanoseconds: Int64(nanoseconds)) : nil
  }

  private static func words(_ format: TimestampMapping.Format) -> String {
    switch format {
    case .epochSeconds: "seconds since 1970"
    case .epochMilliseconds: "milliseconds since 1970"
    case .epochMicroseconds: "microseconds since 1970"
    case .epochNanoseconds: "nanoseconds since 1970"
    case .iso8601: "ISO 8601 with offset"
    case .iso8601Local: "ISO 8601 in local time"
    }
  }

  /// `2 min behind`, `3 h before`.
  private static func spell(_ nanoseconds: Int64) -> String {
    let seconds = Int64(nanoseconds.magnitude / 1_000_000_000)
    let length =
      seconds >= 172_800
      ? "\(seconds / 86400) days"
      : seconds >= 7200 ? "\(seconds / 3600) h" : seconds >= 120 ? "\(seconds / 60) min" : "\(seconds) s"
    return length + (nanoseconds < 0 ? " behind" : " ahead of")
  }
}
