import Telemetry

extension ByteWriter {
  /// A time near `base`: two or three bytes for whole seconds.
  mutating func time(_ time: Timestamp, base: Timestamp) {
    let distance = time.nanoseconds &- base.nanoseconds
    if distance % 1_000_000_000 == 0 {
      zigzag((distance / 1_000_000_000) &<< 1)
    } else {
      // The last bit tells seconds from nanoseconds; distances are far below 2^62.
      zigzag((distance &<< 1) | 1)
    }
  }
}

extension ByteReader {
  mutating func time(base: Timestamp) throws(ByteReaderError) -> Timestamp {
    let code = try zigzag()
    let distance = code & 1 == 0 ? (code &>> 1) &* 1_000_000_000 : code &>> 1
    return Timestamp(nanoseconds: base.nanoseconds &+ distance)
  }
}
