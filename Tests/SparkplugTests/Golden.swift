import Sparkplug

/// Payloads that another program encoded.
enum Golden {
  struct NotHexadecimal: Error {}

  /// NBIRTH by `protoc --encode`: bdSeq 3, a boolean, Int32 -1, Int16 -5, Int64 -1 (historical), Float 21.3 (transient,
  /// Quality 500), Double -0.1, the text "läuft", a data set that is null; seq 0, uuid and body.
  static let birth = """
    08fb8ad9a5aa3312120a05626453657118fb8ad9a5aa332004580312210a144e6f646520436f6e74726f6c2f526562697274
    6818fb8ad9a5aa33200b700012140a0161100118fb8ad9a5aa33200350ffffffff0f12140a0162100218fb8ad9a5aa332002
    50fbffffff0f121b0a0163100318fb8ad9a5aa332004280158ffffffffffffffffff0112360a0164100418fb8ad9a5aa3320
    0930014a1f0a07656e67556e69740a075175616c6974791204080318011205080318f403656666aa4112170a0165100518fb
    8ad9a5aa33200a699a9999999999b9bf12160a0166100618fb8ad9a5aa33200c7a066cc3a475667412180a0167100718fb8a
    d9a5aa33201038018a0105080112017818002203752d312a020102
    """

  static func bytes(_ text: String) throws -> [UInt8] {
    let digits = Array(text.filter { !$0.isWhitespace })
    return try stride(from: 0, to: digits.count, by: 2).map { index in
      guard let byte = UInt8(String(digits[index..<(index + 2)]), radix: 16) else { throw NotHexadecimal() }
      return byte
    }
  }
}
