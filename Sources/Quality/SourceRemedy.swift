import Rules
import Telemetry

/// What to do about bad data, one line each.
public enum SourceRemedy {
  public static func text(_ fault: SourceFault) -> String {
    switch fault {
    case .finding(let reason): text(reason)
    case .setAside(let reason): text(reason)
    case .duplicate: "The same message is sent twice: look for a second publisher or bridge on the topic."
    case .late: "Its samples arrive late or out of order: check the network, and let the device send in order of time."
    }
  }

  /// A device clock that is wrong.
  public static let clock =
    "Set the device's clock (NTP), or correct it at the asset: `clock: { ahead: … }` or `clock: receive-time`."

  private static func text(_ reason: QualityReason) -> String {
    switch reason {
    case .stuckValue: "Check sensor, wiring and the program that publishes it: it may repeat the last value it has."
    case .flatLine:
      "Check whether the sensor is connected and powered; if the machine rests for long, `off: [flat-line]`."
    case .spike: "Check wiring, shielding and earthing of the sensor; a loose contact shows like this."
    case .gap: "Check why the device does not send this signal, or correct its `expected-interval`."
    case .noiseChange: "Check cable, shielding and mounting of the sensor, and the machine it sits on."
    case .outOfRange: "Check sensor and unit, or correct `range` of the signal."
    case .rateOfChange: "Check sensor and wiring, or correct `maximum-rate` of the signal."
    case .siblingDisagreement: "Compare both sensors with a third measurement and replace or recalibrate the wrong one."
    case .unitChange: "Ask who changed the device or its firmware, and set `unit` of the signal to what it sends now."
    case .duplicatePublisher: "Find the second publisher of the topic (a copied device, a test, a bridge) and stop it."
    }
  }

  private static func text(_ reason: QuarantineReason) -> String {
    switch reason {
    case .outOfRange: text(.outOfRange as QualityReason)
    case .conflict: text(.duplicatePublisher as QualityReason)
    case .futureTimestamp: "Set the device's clock (NTP), or check the zone and unit of its timestamp."
    case .tooOld: "Set the device's clock; if it sends old data on purpose, it is older than the revision horizon."
    case .implausible: "Check `rated-power`, `resolution` and `unit` of the register."
    case .notANumber: "The device sends no number (NaN): check its sensor."
    case .badQuality: "The device itself calls the value bad: look at the device."
    case .rateLimited:
      "The device sends more than the rate limit of its broker: look at its send interval, or raise `rate-limit`."
    case .outOfSequence: "The edge node's messages come out of order or incomplete: look at its network and its birth."
    case .notJSON, .missingField, .wrongType, .unknownTopic, .tooLarge, .badTimestamp, .malformed, .wrongUnit,
      .notSparkplug:
      "Look at the messages: `weir quarantine list --reason \(reason.word)`; then mend the mapping and retry."
    }
  }
}
