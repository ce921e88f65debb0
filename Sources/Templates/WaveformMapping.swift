import Telemetry

/// A gauge that is one feature of a waveform in the payload, computed at the door.
public struct WaveformMapping: Hashable, Sendable {
  public enum Encoding: String, Hashable, Sendable, CaseIterable {
    /// A JSON array of numbers.
    case numbers = "json"
    /// Base64 of 16-bit signed integers, little-endian.
    case int16 = "int16-le"
    /// Base64 of 32-bit IEEE numbers, little-endian.
    case float32 = "float32-le"
  }

  public enum Feature: String, Hashable, Sendable, CaseIterable {
    /// Root mean square about zero, in the band if there is one; in the waveform's unit.
    case rms
    /// Root mean square of the velocity in the band, mm/s; an acceleration is integrated.
    case rmsVelocity = "rms-velocity"
    /// Largest magnitude, in the waveform's unit.
    case peak
    /// Peak over root mean square.
    case crest
    /// m₄/m₂² about the mean (3 for Gaussian noise).
    case kurtosis
    /// Amplitude of a line in the spectrum of the envelope of the band, in the waveform's unit.
    case envelopeLine = "envelope-line"
  }

  public enum SampleRate: Hashable, Sendable {
    /// Hz.
    case fixed(ScaledInteger)
    /// The payload says it, in Hz.
    case field(FieldPath)
  }

  public var encoding: Encoding
  public var sampleRate: SampleRate
  /// The payload's numbers times this are in `unit`.
  public var scale: ScaledInteger
  /// Of acceleration or velocity, as the catalogue writes it.
  public var unit: String
  public var feature: Feature
  /// Hz, both ends included.
  public var lowest: ScaledInteger?
  public var highest: ScaledInteger?
  /// Envelope lines: Hz.
  public var line: ScaledInteger?
  /// Envelope lines: what `line` follows from, with the bearing and the speed on the machine's plate.
  public var bearingLine: BearingLine?
  /// Envelope lines: how far beside `line` the peak may stand, as a share of it.
  public var tolerance: ScaledInteger
  /// The mean (an offset of the sensor, gravity) is taken off first.
  public var removesMean: Bool

  public init(
    encoding: Encoding, sampleRate: SampleRate, scale: ScaledInteger = ScaledInteger(1), unit: String, feature: Feature,
    lowest: ScaledInteger? = nil, highest: ScaledInteger? = nil, line: ScaledInteger? = nil,
    tolerance: ScaledInteger = ScaledInteger(2, exponent: -2), removesMean: Bool = false
  ) {
    self.encoding = encoding
    self.sampleRate = sampleRate
    self.scale = scale
    self.unit = unit
    self.feature = feature
    self.lowest = lowest
    self.highest = highest
    self.line = line
    self.tolerance = tolerance
    self.removesMean = removesMean
  }

  /// The unit of the feature's figure.
  var featureUnit: String {
    switch feature {
    case .rmsVelocity: "mm/s"
    case .crest, .kurtosis: "1"
    case .rms, .peak, .envelopeLine: unit
    }
  }
}
