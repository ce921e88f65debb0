import Telemetry

/// A change of a production order, as the plant's MES tells it.
public struct OrderEvent: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case start = 0
    case end = 1
    case pause = 2
    case resume = 3
    /// Says how far the order is; changes nothing else.
    case progress = 4

    public var word: String {
      switch self {
      case .start: "start"
      case .end: "end"
      case .pause: "pause"
      case .resume: "resume"
      case .progress: "progress"
      }
    }
    public init?(word: String) {
      guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
      self = kind
    }
  }

  public var time: Timestamp
  /// Of the event; orders those of one time.
  public var identity: UInt64
  public var kind: Kind
  public var product: String?
  public var operation: String?
  public var batch: String?
  /// Pieces.
  public var planned: ScaledInteger?
  /// Good pieces since the order's start, as the MES counts them.
  public var produced: ScaledInteger?
  /// Scrapped pieces since the order's start, as the MES counts them.
  public var scrapped: ScaledInteger?

  public init(
    time: Timestamp, identity: UInt64, kind: Kind, product: String? = nil, operation: String? = nil,
    batch: String? = nil, planned: ScaledInteger? = nil, produced: ScaledInteger? = nil,
    scrapped: ScaledInteger? = nil
  ) {
    self.time = time
    self.identity = identity
    self.kind = kind
    self.product = product
    self.operation = operation
    self.batch = batch
    self.planned = planned
    self.produced = produced
    self.scrapped = scrapped
  }

  /// Names of the attributes of an order feed.
  public enum Attribute {
    public static let event = "event"
    public static let order = "order"
    public static let product = "product"
    public static let operation = "operation"
    public static let batch = "batch"
    public static let planned = "planned"
    public static let produced = "produced"
    public static let scrapped = "scrapped"
  }

  /// Reads an event of an order feed; nil for one without an order or with a word that is none of the five.
  public static func read(_ event: Event) -> (order: String, change: OrderEvent)? {
    func text(_ name: String) -> String? { event.first(name).flatMap { $0.isEmpty ? nil : $0 } }
    func pieces(_ name: String) -> ScaledInteger? {
      text(name).flatMap { ScaledInteger($0) }.flatMap { $0.mantissa < 0 ? nil : $0 }
    }
    guard let order = text(Attribute.order), let kind = text(Attribute.event).flatMap(Kind.init(word:)) else {
      return nil
    }
    return (
      order,
      OrderEvent(
        time: event.time, identity: event.identity, kind: kind, product: text(Attribute.product),
        operation: text(Attribute.operation), batch: text(Attribute.batch), planned: pieces(Attribute.planned),
        produced: pieces(Attribute.produced), scrapped: pieces(Attribute.scrapped))
    )
  }
}

extension OrderEvent: Comparable {
  /// By time, then by identity: the order in which events are folded, whatever the order of their arrival.
  public static func < (one: OrderEvent, other: OrderEvent) -> Bool {
    (one.time, one.identity) < (other.time, other.identity)
  }
}
