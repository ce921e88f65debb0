import Telemetry
import Testing

/// A decoder that is fed with damaged inputs.
///
/// To have another decoder fuzzed, describe it as a `FuzzTarget` and add it to `all`.
struct FuzzTarget: Sendable, CustomTestStringConvertible {
  typealias Check = (_ input: [UInt8], _ random: inout SplitMix64) throws -> String?

  var name: String
  /// Good inputs, which are then damaged.
  var corpus: @Sendable () throws -> [[UInt8]]
  /// Makes the decoder. What it returns tries one input and says what is wrong with the outcome; nil: nothing. That an
  /// input is refused is right; that it is refused without a reason is not.
  var make: @Sendable () throws -> Check

  var testDescription: String { name }

  static let all: [FuzzTarget] =
    payloads + [sparkplug, configuration, words, batches, chunks]
}
