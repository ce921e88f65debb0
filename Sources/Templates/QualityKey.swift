import Telemetry

/// The thresholds of the detectors of bad data. All defaults are product choices: cautious, so that a sound signal of
/// any kind gives no finding; a site or a signal sets what it knows better.
public enum QualityKey: String, CaseIterable, Hashable, Sendable {
  /// A detector watches a signal for so long (100 samples at least) before it knows what is usual; for
  /// how calm and how restless it is, seven times as long, since plants live in weeks.
  case learn
  /// The same value for at least so long …
  case stuckAfter = "stuck-after"
  /// … and for so many times the usual run of equal values.
  case stuckRuns = "stuck-runs"
  /// Hardly any variation for at least so long …
  case flatAfter = "flat-after"
  /// … that is, less than this share of the usual step from sample to sample.
  case flatShare = "flat-share"
  /// A spike is so many usual steps away from its neighbours.
  case spikeFactor = "spike-factor"
  /// So many spikes make a finding.
  case spikeCount = "spike-count"
  /// A signal that is missing for so many expected intervals while its device reports.
  case gapIntervals = "gap-intervals"
  /// Steps from sample to sample of so many times the usual …
  case noiseFactor = "noise-factor"
  /// … for at least so long.
  case noiseAfter = "noise-after"
  /// So many changes beyond `maximum-rate` make a finding.
  case rateCount = "rate-count"
  /// So many values outside the range make a finding.
  case outOfRangeCount = "out-of-range-count"
  /// Siblings differ for at least so long.
  case siblingAfter = "sibling-after"
  /// So many samples at the new level before a change of unit is suspected.
  case unitSamples = "unit-samples"
  /// The new level fits the ratio of two units within this share.
  case unitTolerance = "unit-tolerance"
  /// So many conflicting or alternating values make a finding.
  case duplicateCount = "duplicate-count"
  /// A finding closes when its signal has been sound for so long (five expected intervals at least).
  case closeAfter = "close-after"
  /// A device clock may be so far from the plant clock.
  case clockTolerance = "clock-tolerance"

  enum Kind {
    case count(ClosedRange<Int>)
    case factor(from: ScaledInteger, to: ScaledInteger)
    case time(ClosedRange<Span64>)
  }

  var kind: Kind {
    switch self {
    case .unitSamples: .count(3...100)
    case .spikeCount, .rateCount, .outOfRangeCount, .duplicateCount: .count(1...1000)
    case .stuckRuns, .spikeFactor, .noiseFactor: .factor(from: ScaledInteger(2), to: ScaledInteger(1000))
    case .gapIntervals: .factor(from: ScaledInteger(15, exponent: -1), to: ScaledInteger(1000))
    case .flatShare, .unitTolerance: .factor(from: ScaledInteger(1, exponent: -4), to: ScaledInteger(2, exponent: -1))
    case .stuckAfter, .flatAfter, .noiseAfter, .siblingAfter, .closeAfter: .time(.seconds(1)...(.days(31)))
    case .learn: .time(.seconds(1)...(.days(31)))
    case .clockTolerance: .time(.seconds(1)...(.days(1)))
    }
  }

  /// The product's choice.
  var standard: QualityValue {
    switch self {
    case .learn: .time(.days(1))
    case .stuckAfter: .time(.minutes(30))
    case .stuckRuns: .number(ScaledInteger(30))
    case .flatAfter: .time(.minutes(30))
    case .flatShare: .number(ScaledInteger(2, exponent: -2))
    case .spikeFactor: .number(ScaledInteger(25))
    case .spikeCount: .number(ScaledInteger(3))
    case .gapIntervals: .number(ScaledInteger(5))
    case .noiseFactor: .number(ScaledInteger(8))
    case .noiseAfter: .time(.minutes(15))
    case .rateCount: .number(ScaledInteger(3))
    case .outOfRangeCount: .number(ScaledInteger(3))
    case .siblingAfter: .time(.minutes(10))
    case .unitSamples: .number(ScaledInteger(8))
    case .unitTolerance: .number(ScaledInteger(2, exponent: -2))
    case .duplicateCount: .number(ScaledInteger(20))
    case .closeAfter: .time(.minutes(10))
    case .clockTolerance: .time(.seconds(30))
    }
  }
}

/// The value of a threshold: a plain number, or a length of time.
public enum QualityValue: Hashable, Sendable {
  case number(ScaledInteger)
  case time(Span64)

  /// As the configuration writes it.
  var text: String {
    switch self {
    case .number(let number): number.description
    case .time(let span): QuantityText.text(span)
    }
  }
}
