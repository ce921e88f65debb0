/// The stable number of a signal of an asset. Assigned once per (asset, signal) and kept in the journal for ever.
public struct SeriesID: Hashable, Comparable, Sendable {
  public var rawValue: UInt32
  @inlinable
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }
  @inlinable
  public static func < (a: SeriesID, b: SeriesID) -> Bool { a.rawValue < b.rawValue }
}

/// The value of a sample: a double for gauges and states (a state is its code in the template), a scaled integer for
/// registers and amounts.
public enum Value: Hashable, Sendable {
  case double(Double)
  case scaled(ScaledInteger)
}

/// How far a sample may be relied on.
public enum Quality: UInt8, Hashable, Sendable, CaseIterable {
  case good = 0
  /// The device itself called the value uncertain.
  case uncertainDevice = 1
  /// The message had no date; the gateway's receive time was taken.
  case uncertainUndated = 2
  /// Outside the physical range of the template: kept in the quarantine, never used.
  case badOutOfRange = 16
  /// The device itself called the value bad.
  case badDevice = 17

  @inlinable
  public var isBad: Bool { rawValue >= 16 }
}

/// One reading of one signal, 24 bytes.
public struct Sample: Hashable, Sendable {
  /// The device's time, or the gateway's receive time if the message had none.
  public var time: Timestamp
  @usableFromInline var bits: Int64
  public var series: SeriesID
  @usableFromInline var exponent: Int8
  @usableFromInline var isScaled: Bool
  public var quality: Quality

  @inlinable
  public init(series: SeriesID, time: Timestamp, value: Value, quality: Quality = .good) {
    self.series = series
    self.time = time
    self.quality = quality
    switch value {
    case .double(let d):
      bits = Int64(bitPattern: d.bitPattern)
      exponent = 0
      isScaled = false
    case .scaled(let s):
      bits = s.mantissa
      exponent = s.exponent
      isScaled = true
    }
  }

  @inlinable
  public var value: Value {
    isScaled
      ? .scaled(ScaledInteger(bits, exponent: exponent)) : .double(Double(bitPattern: UInt64(bitPattern: bits)))
  }
}
