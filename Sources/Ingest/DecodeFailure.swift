import Telemetry

/// Why a message could not be decoded, for the quarantine.
public struct DecodeFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var reason: QuarantineReason
  /// What exactly is wrong and where: `field "kwh": expected a number, found "abc" at offset 17`.
  public var detail: String

  public init(_ reason: QuarantineReason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  public var description: String { "\(reason.word): \(detail)" }
}

/// A few bytes of a payload as printable text for a detail: bounded, control characters replaced.
@inline(never)
func excerpt(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> String {
  let limit = 40
  var kept: [UInt8] = []
  var index = max(0, start)
  let stop = min(end, bytes.count)
  while index < stop, kept.count < limit {
    kept.append(bytes[index] < 0x20 || bytes[index] == 0x7F ? UInt8(ascii: ".") : bytes[index])
    index += 1
  }
  return String(decoding: kept, as: UTF8.self) + (index < stop ? "…" : "")
}
