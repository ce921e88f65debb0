import Telemetry

/// What is wrong with one sample: a bit for each reason, by its raw value.
struct Conditions: OptionSet, Hashable, Sendable {
  var rawValue: UInt16

  init(rawValue: UInt16) { self.rawValue = rawValue }

  @inline(__always)
  init(_ reason: QualityReason) { rawValue = 1 &<< UInt16(reason.rawValue) }

  static let stuck = Conditions(.stuckValue)
  static let flat = Conditions(.flatLine)
  static let spike = Conditions(.spike)
  static let gap = Conditions(.gap)
  static let noise = Conditions(.noiseChange)
  static let rate = Conditions(.rateOfChange)
  static let sibling = Conditions(.siblingDisagreement)
  static let unit = Conditions(.unitChange)
  static let duplicate = Conditions(.duplicatePublisher)
  /// Far from its neighbours; the next samples will tell whether it is a spike.
  static let suspect = Conditions(rawValue: 1 << 15)

  var reasons: [QualityReason] { QualityReason.allCases.filter { contains(Conditions($0)) } }
}
