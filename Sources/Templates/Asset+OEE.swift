import Plant
import Telemetry

extension Asset {
  /// How the effectiveness of a machine is judged: `oee:`.
  public struct OEE: Hashable, Sendable {
    /// The limit of minor stops where nothing else is said: a product choice.
    public static let standardMinorStop = Span64.minutes(5)

    /// It has no such records, whatever it tells.
    public var isOff = false
    /// PRI, planned run time of a piece, as the plant has entered it; nil = not said.
    public var cycle: Span64?
    /// The same by product, as the order feed names it.
    public var cycles: [String: Span64] = [:]
    /// Where the planned run times come from.
    public var source: String?
    /// A stop without a reason that is no longer is a minor stop.
    public var minorStop = standardMinorStop
    /// Losses of states, beside what their names mean.
    public var losses: [String: OEELoss] = [:]

    public init() {}

    func write(to writer: inout CanonicalWriter) {
      if isOff { return writer.field("oee", "off") }
      writer.object("oee") { writer in
        writer.field("cycle-time", cycle.map(QuantityText.text))
        if !cycles.isEmpty {
          writer.object("cycle-times") { writer in
            for (product, time) in cycles.sorted(by: { $0.key < $1.key }) {
              writer.field(product, QuantityText.text(time))
            }
          }
        }
        writer.field("source", source)
        writer.field("minor-stop", QuantityText.text(minorStop))
        guard !losses.isEmpty else { return }
        writer.object("losses") { writer in
          for (state, loss) in losses.sorted(by: { $0.key < $1.key }) { writer.field(state, loss.rawValue) }
        }
      }
    }
  }
}
