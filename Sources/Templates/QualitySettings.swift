import Telemetry

/// The thresholds in force at the site, complete: what `quality:` of the configuration says, else the product's choice.
public struct QualitySettings: Hashable, Sendable {
  public private(set) var values: [QualityKey: QualityValue]
  /// Detectors that are off.
  public var off: Set<QualityReason>

  /// The product's choice.
  public static let standard = QualitySettings()

  public init() {
    values = Dictionary(uniqueKeysWithValues: QualityKey.allCases.map { ($0, $0.standard) })
    off = []
  }

  public mutating func set(_ key: QualityKey, _ value: QualityValue) { values[key] = value }

  /// With what one signal changes.
  public func changed(by signal: SignalQuality) -> QualitySettings {
    var settings = self
    settings.values.merge(signal.changed) { _, own in own }
    // A list adds to the site's; `none` takes all detectors.
    if let own = signal.off { settings.off = own.isEmpty ? [] : settings.off.union(own) }
    return settings
  }

  /// A threshold that is a number.
  public func number(_ key: QualityKey) -> Double {
    if case .number(let number) = values[key] ?? key.standard { number.doubleValue } else { 0 }
  }

  /// A threshold that is a length of time.
  public func time(_ key: QualityKey) -> Span64 {
    if case .time(let span) = values[key] ?? key.standard { span } else { .zero }
  }
}

/// What a template or an asset says about the data quality of one signal.
public struct SignalQuality: Hashable, Sendable {
  /// Thresholds that are different here.
  public var changed: [QualityKey: QualityValue] = [:]
  /// Detectors that are off, beside those of the site; empty: none is off, not even those; nil = as at the site.
  public var off: Set<QualityReason>?
  /// The fastest change that the process can make.
  public var maximumRate: RateLimit?
  /// Signals of the same asset that measure the same.
  public var siblings: [String] = []
  /// How far siblings may differ, in the signal's unit.
  public var siblingTolerance: ScaledInteger?

  public static let none = SignalQuality()

  public init() {}
}

/// A rate of change: an amount in the signal's unit per unit of time.
public struct RateLimit: Hashable, Sendable {
  public enum Per: String, Hashable, Sendable, CaseIterable {
    case second = "s"
    case minute = "min"
    case hour = "h"

    var seconds: Double {
      switch self {
      case .second: 1
      case .minute: 60
      case .hour: 3600
      }
    }
  }
  public var amount: ScaledInteger
  public var per: Per

  public init(amount: ScaledInteger, per: Per) {
    self.amount = amount
    self.per = per
  }

  public var perSecond: Double { amount.doubleValue / per.seconds }
  public var description: String { "\(amount) per \(per.rawValue)" }
}

/// Which time the samples of an asset get.
public enum ClockPolicy: Hashable, Sendable {
  /// The device's.
  case trustDevice
  /// The gateway's receive time, as fixed by its first durable commit.
  case receiveTime
  /// The device's, less a constant by which its clock is ahead (negative: behind).
  case correctSkew(ahead: Span64)

  /// By how much the device's clock is ahead; zero unless a constant is corrected.
  public var ahead: Span64 { if case .correctSkew(let ahead) = self { ahead } else { .zero } }

  /// For people.
  public var description: String {
    switch self {
    case .trustDevice: "trust-device"
    case .receiveTime: "receive-time"
    case .correctSkew(let ahead):
      ahead < .zero
        ? "corrected by +\(QuantityText.text(Span64(nanoseconds: -ahead.nanoseconds)))"
        : "corrected by -\(QuantityText.text(ahead))"
    }
  }
}
