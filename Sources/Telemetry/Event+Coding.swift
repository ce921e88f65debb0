extension ByteWriter {
  /// Names and values, in their order.
  public mutating func attributes(_ attributes: [Event.Attribute]) {
    varint(attributes.count)
    for attribute in attributes {
      string(attribute.name)
      string(attribute.value)
    }
  }
}

extension ByteReader {
  /// What `ByteWriter.attributes` wrote.
  public mutating func attributes() throws(ByteReaderError) -> [Event.Attribute] {
    var attributes: [Event.Attribute] = []
    for _ in 0..<(try count()) { attributes.append(Event.Attribute(try string(), try string())) }
    return attributes
  }
}
