/// Values that may be missing: whether they are there, then the value.
extension ByteWriter {
  public mutating func optional(_ text: String?) {
    boolean(text != nil)
    if let text { string(text) }
  }

  public mutating func optional(_ number: ScaledInteger?) {
    boolean(number != nil)
    if let number { scaled(number) }
  }

  public mutating func optional(_ time: Timestamp?) {
    boolean(time != nil)
    if let time { timestamp(time) }
  }
}

/// What `ByteWriter.optional` wrote.
extension ByteReader {
  public mutating func optionalString() throws(ByteReaderError) -> String? { try boolean() ? try string() : nil }
  public mutating func optionalScaled() throws(ByteReaderError) -> ScaledInteger? { try boolean() ? try scaled() : nil }
  public mutating func optionalTimestamp() throws(ByteReaderError) -> Timestamp? {
    try boolean() ? try timestamp() : nil
  }
}
