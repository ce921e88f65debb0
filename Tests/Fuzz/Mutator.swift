import Telemetry

/// Damages inputs: bytes, numbers, structure, length.
struct Mutator {
  let corpus: [[UInt8]]

  private static let numbers = [
    "0", "-0", "1e999", "-1e999", "1e-999", "99999999999999999999", "0.00000000000000000000000000000001", "1e", "--1",
    "9223372036854775807", "-9223372036854775808", "18446744073709551616", "268435455", "268435456", "1763700000",
    "1763700000000", "NaN", "Infinity", "0x10", "1.", ".5", "00", "1_000", "12,5", "1.234,5", "4294967296",
  ].map { Array($0.utf8) }
  private static let pieces = [
    "{", "}", "[", "]", "\"", ":", ",", ";", "\\", "\\u", "\\ud800", "\\u0000", "\n", "\r\n", "\t", "\u{0}", "null",
    "true", "false", "{}", "[]", "\"\"", "\"name\":", "\"value\":", "\"\"\"\"", "=", "- ", "? ", ": ", "&a ", "*a",
    "<<: ", "!!binary ", "|\n", "%YAML", "---\n", "#", "'", "{n}", "{id}", " °C", " °F", "AAAA", "====", "\u{FEFF}",
    "ß",
    "\"bver\":11,", "\"x_\":1,", "\"bn\":\"\",", "\"t\":-1,", "\"t\":1e9,",
  ].map { Array($0.utf8) }
  private static let mostBytes = 200_000

  /// One of the corpus with some damage.
  func input(_ random: inout SplitMix64) -> [UInt8] {
    var bytes = corpus.randomElement(using: &random) ?? []
    // Now and then the whole and undamaged thing, so that its outcome is checked as well.
    for _ in 0..<Int.random(in: 0...8, using: &random) { apply(to: &bytes, &random) }
    return bytes
  }

  private func apply(to bytes: inout [UInt8], _ random: inout SplitMix64) {
    guard !bytes.isEmpty else {
      bytes = Self.pieces.randomElement(using: &random) ?? []
      return
    }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let length = min(bytes.count - place, 1 << Int.random(in: 0...12, using: &random))
    switch Int.random(in: 0..<12, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeSubrange(place..<place + min(length, 16))
    case 3: bytes.removeSubrange(place...)
    case 4, 5: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
    case 6, 7: replaceNumber(in: &bytes, from: place, &random)
    case 8:
      let part = Array(bytes[place..<place + length])
      let times = Int.random(in: 1...64, using: &random)
      guard bytes.count + part.count * times < Self.mostBytes else { return }
      for _ in 0..<times { bytes.insert(contentsOf: part, at: place) }
    case 9:
      // Deeper than any decoder goes.
      let piece = Array("[{(".utf8).randomElement(using: &random) ?? 0
      bytes.insert(contentsOf: Array(repeating: piece, count: Int.random(in: 1...500, using: &random)), at: place)
    case 10:
      let other = corpus.randomElement(using: &random) ?? []
      guard !other.isEmpty else { return }
      let start = Int.random(in: 0..<other.count, using: &random)
      bytes.replaceSubrange(place..<place + length, with: other[start..<min(other.count, start + length)])
    default:
      let other = Int.random(in: 0..<bytes.count, using: &random)
      bytes.swapAt(place, other)
    }
  }

  private func replaceNumber(in bytes: inout [UInt8], from place: Int, _ random: inout SplitMix64) {
    func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 || byte == UInt8(ascii: ".") }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.numbers.randomElement(using: &random) ?? [])
  }
}
