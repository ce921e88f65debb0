import Telemetry

/// How much one topic of a connection may send. What is more goes to the quarantine, so that one babbling device does
/// not take the room of the rest of the plant.
public struct RateLimitSettings: Hashable, Sendable {
  /// So many messages in `per`, in the long run.
  public var messages: Int
  public var per: Span64
  /// Messages that may come at once.
  public var burst: Int
  /// The source counts as babbling until it kept the limit for so long.
  public var quiet: Span64

  public init(messages: Int, per: Span64, burst: Int, quiet: Span64) {
    self.messages = messages
    self.per = per
    self.burst = burst
    self.quiet = quiet
  }

  /// `50 per 1 s (burst 3000)`.
  public var text: String { "\(rateText) (burst \(burst))" }

  private var rateText: String { "\(messages) per \(QuantityText.text(per))" }

  func write(to writer: inout CanonicalWriter) {
    writer.object("rate-limit") { writer in
      writer.field("rate", rateText)
      writer.field("burst", burst)
      writer.field("quiet", QuantityText.text(quiet))
    }
  }

  /// `50 per s`, `600 per min`, `10 per 15 s`; nil if the text is no rate, or one of more than a million a second.
  static func rate(_ text: String) -> (messages: Int, per: Span64)? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count >= 3, parts[1] == "per", let messages = Int(parts[0]), (1...1_000_000_000).contains(messages)
    else {
      return nil
    }
    let unit = parts[2...].joined(separator: " ")
    let isBare = !(unit.first?.isNumber ?? true)
    guard let per = QuantityText.duration(isBare ? "1 \(unit)" : unit), per > .zero, per <= .days(1),
      per.nanoseconds / Int64(messages) >= 1000
    else { return nil }
    return (messages, per)
  }
}

extension SiteReader {
  static let rateLimitKeys = ["rate", "burst", "quiet"]

  private static let rate = Scalar<(messages: Int, per: Span64)>(
    "messages in a length of time", example: "50 per s",
    remedy: { _ in "Write for example `50 per s` or `600 per min`, at most 1,000,000 per s." },
    parse: { RateLimitSettings.rate($0) })

  private static let shareGroup = Scalar<String>(
    "a name without blanks, \"#\", \"+\", \"$\" and \"/\"", example: "weir"
  ) { text in
    text.isEmpty || text.utf8.count > 128 || text.contains { $0.isWhitespace || "#+$/\0".contains($0) } ? nil : text
  }

  /// The shared subscription and the limit of a source.
  func readLimits(_ section: Section, _ connection: inout Connection) {
    connection.share = section.isOff("share") ? nil : section.read("share", Self.shareGroup)
    if !section.isOff("rate-limit") { connection.rateLimit = rateLimit(section) }
    guard connection.sparkplug != nil else { return }
    for key in ["share", "rate-limit"] where section.has(key) && !section.isOff(key) {
      section.report(
        section.position(of: key),
        "\"\(key)\" cannot be used with Sparkplug: every message has its place in a sequence",
        remedy: "Remove `\(key)`, or put it at another broker entry.")
    }
  }

  private func rateLimit(_ section: Section) -> RateLimitSettings? {
    guard
      let inner = section.section("rate-limit", "rate-limit of \(section.name)", keys: Self.rateLimitKeys),
      let rate = inner.require("rate", Self.rate, remedy: "Add `rate: 50 per s`.")
    else { return nil }
    // A gateway that was held up gets what came meanwhile at once; a minute of it is longer than any such wait.
    let minute = Double(rate.messages) / rate.per.seconds * 60
    let burst = inner.read(
      "burst", .integer(1...1_000_000), default: min(1_000_000, max(10, Int(minute.rounded(.up)))))
    return RateLimitSettings(
      messages: rate.messages, per: rate.per, burst: burst,
      quiet: inner.read("quiet", .duration(.seconds(1)...(.days(1))), default: .minutes(10)))
  }
}
