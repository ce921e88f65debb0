import Telemetry

extension Asset {
  /// How an asset takes part in production.
  public struct Production: Hashable, Sendable {
    /// Place of the line that it speaks for; nil = the nearest line that its own place lies in.
    public var serves: String?
    /// Takes part in no line, wherever it stands.
    public var servesNone = false
    /// What tells whether it runs; nil = its state signal, if it has one with such words.
    public var runState: RunSource?
    /// Whether its pieces are those of the line; nil = not said.
    public var countsPieces: Bool?
    /// Of an order feed: an order that is open for longer is told; nil = none is.
    public var orderLimit: Span64?
    /// How its effectiveness is judged; nil = as it is usual, if it tells enough.
    public var oee: OEE?
    /// Name of the machines that it is seen as one with, as the compressors of a station; nil = none.
    public var group: String?

    public init() {}
  }

  /// What tells whether a machine runs.
  public enum RunSource: Hashable, Sendable {
    /// Nothing does.
    case off
    /// A state signal of this name.
    case state(signal: String)
    /// A gauge and its thresholds in the gauge's unit; below `idle` the machine is stopped (nil = it never is).
    case threshold(signal: String, running: ScaledInteger, idle: ScaledInteger?)
  }
}

extension Asset.Production {
  func write(_ signals: [Signal], to writer: inout CanonicalWriter) {
    writer.field("serves", servesNone ? "none" : serves)
    switch runState {
    case nil: break
    case .off: writer.field("run-state", "none")
    case .state(let signal): writer.object("run-state") { $0.field("signal", signal) }
    case .threshold(let name, let running, let idle):
      let unit = signals.first { $0.name == name }?.unit ?? "1"
      writer.object("run-state") { writer in
        writer.field("signal", name)
        writer.field("running-above", "\(running) \(unit)")
        writer.field("idle-above", idle.map { "\($0) \(unit)" })
      }
    }
    if let countsPieces { writer.field("counts-pieces", countsPieces) }
    writer.field("order-limit", orderLimit.map(QuantityText.text))
    oee?.write(to: &writer)
    writer.field("group", group)
  }
}
