import Telemetry
import Templates

/// The numbers of a waveform field.
struct WaveformPoints {
  /// Nil: `problem` says why.
  private(set) var numbers: [Double]?
  private(set) var problem = ""

  init(_ capture: Capture, _ encoding: WaveformMapping.Encoding, _ payload: Span<UInt8>, limit: Int) {
    do throws(DecodeFailure) {
      switch encoding {
      case .numbers: numbers = try Self.array(capture, payload, limit)
      case .int16:
        numbers = try Self.bytes(capture, payload, width: 2, limit) { bytes, start in
          Double(Int16(truncatingIfNeeded: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8))
        }
      case .float32:
        numbers = try Self.bytes(capture, payload, width: 4, limit) { bytes, start in
          var pattern: UInt32 = 0
          for offset in 0..<4 { pattern |= UInt32(bytes[start + offset]) << UInt32(8 * offset) }
          return Double(Float(bitPattern: pattern))
        }
      }
    } catch {
      problem = error.detail
    }
  }

  private static func array(_ capture: Capture, _ payload: Span<UInt8>, _ limit: Int) throws(DecodeFailure) -> [Double]
  {
    var numbers: [Double] = []
    var elements = JSONElements(capture)
    while let element = elements.next(payload) {
      guard element.kind == .number else {
        throw DecodeFailure(
          .malformed, "point \(numbers.count + 1) is \(element.kind.words) at offset \(element.start)")
      }
      guard numbers.count < limit else { throw tooMany(limit) }
      let decimal: Decimal64
      do throws(JSONSyntaxError) {
        decimal = try JSONLexer.number(payload, at: Int(element.start)).decimal
      } catch {
        throw DecodeFailure(.malformed, error.detail(in: payload))
      }
      let value = decimal.isExact ? PowersOfTen.double(decimal, shift: 0) : double(payload, element.range)
      guard value.isFinite else { throw DecodeFailure(.malformed, "point \(numbers.count + 1) is too large") }
      numbers.append(value)
    }
    return numbers
  }

  private static func double(_ payload: Span<UInt8>, _ range: Range<Int>) -> Double {
    payload.extracting(range).withUnsafeBufferPointer { Double(String(decoding: $0, as: UTF8.self)) ?? .nan }
  }

  private static func bytes(
    _ capture: Capture, _ payload: Span<UInt8>, width: Int, _ limit: Int, _ number: ([UInt8], Int) -> Double
  ) throws(DecodeFailure) -> [Double] {
    // Four characters are three bytes; what is too long is not decoded at all.
    guard capture.range.count / 4 * 3 <= (limit + 2) * width * 2 else { throw tooMany(limit) }
    let decoded =
      capture.isEscaped
      ? Base64.decode(JSONLexer.unescaped(payload, capture.range).span)
      : Base64.decode(payload.extracting(capture.range))
    guard let decoded else { throw DecodeFailure(.malformed, "the text is not base64") }
    guard decoded.count % width == 0 else {
      throw DecodeFailure(.malformed, "\(decoded.count) bytes are no whole number of points of \(width) bytes")
    }
    guard decoded.count / width <= limit else { throw tooMany(limit) }
    var numbers: [Double] = []
    numbers.reserveCapacity(decoded.count / width)
    for start in stride(from: 0, to: decoded.count, by: width) {
      let value = number(decoded, start)
      guard value.isFinite else { throw DecodeFailure(.malformed, "point \(numbers.count + 1) is not a number") }
      numbers.append(value)
    }
    return numbers
  }

  private static func tooMany(_ limit: Int) -> DecodeFailure {
    DecodeFailure(.tooLarge, "it has more than \(limit) points")
  }
}

/// Base64 (RFC 4648) in both alphabets, with or without padding; blanks and line ends are skipped.
enum Base64 {
  /// Nil for any other character, or bits that are left over.
  static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var bits: UInt32 = 0
    var count = 0
    var isPadded = false
    for index in 0..<text.count {
      let value: UInt8
      switch text[index] {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = text[index] - 65
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = text[index] - 71
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = text[index] + 4
      case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
      case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
      case UInt8(ascii: "="):
        isPadded = true
        continue
      case 0x20, 0x09, 0x0A, 0x0D: continue
      default: return nil
      }
      if isPadded { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    // One character alone is six bits, which is no byte.
    return count == 6 ? nil : bytes
  }
}
