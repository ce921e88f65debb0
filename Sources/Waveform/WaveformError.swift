/// Why a record does not say what is asked of it.
public enum WaveformError: Error, Hashable, Sendable, CustomStringConvertible {
  case sampleRate(Double)
  case tooFewPoints(Int)
  /// The band or line ends above half the sample rate. Hz.
  case aboveNyquist(highest: Double, nyquist: Double)
  /// The record is shorter than the lowest frequency needs. Hz, seconds.
  case tooShort(lowest: Double, duration: Double, needed: Double)
  /// What was sent is no record, in the words of whoever read it.
  case unreadable(String)

  public var description: String {
    switch self {
    case .sampleRate(let rate): "a sample rate of \(rate) Hz is none"
    case .tooFewPoints(let count): "\(count) points are too few, at least \(Waveform.fewestPoints) are needed"
    case .aboveNyquist(let highest, let nyquist):
      "\(highest) Hz is above half the sample rate (\(nyquist) Hz), where nothing can be seen"
    case .tooShort(let lowest, let duration, let needed):
      "a record of \(duration) s is too short for \(lowest) Hz, which needs \(needed) s"
    case .unreadable(let problem): problem
    }
  }
}
