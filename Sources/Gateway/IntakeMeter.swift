import Rules
import Telemetry

/// Whether what comes in can be used: counts what was set aside since the last usable sample.
struct IntakeMeter {
  private var quarantinedMessages: Int?
  private var decodedSamples = 0
  private var usableSamples = 0
  private var samplesAtUsable = 0
  /// Messages that were quarantined since the last one with samples.
  private(set) var messages = 0
  /// Samples that were quarantined since the last one that was none.
  private(set) var samples = 0

  /// - Parameter counts: running totals; the first ones are where counting begins.
  mutating func add(_ counts: EngineCounts) {
    let quarantined = counts.messagesQuarantined.values.reduce(0, +)
    let usable = counts.samplesUsed + counts.samplesPending + counts.samplesDuplicate
    let isFirst = quarantinedMessages == nil
    if isFirst || counts.samplesDecoded > decodedSamples {
      quarantinedMessages = quarantined
      decodedSamples = counts.samplesDecoded
    }
    if isFirst || usable > usableSamples {
      usableSamples = usable
      samplesAtUsable = counts.samplesDecoded
    }
    messages = quarantined - (quarantinedMessages ?? quarantined)
    samples = counts.samplesDecoded - samplesAtUsable
  }
}
