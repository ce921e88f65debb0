import Telemetry

/// The fields of one record of a SenML pack (RFC 8428), as captures.
struct SenMLRecord {
  enum Field: Int, CaseIterable {
    case baseName, baseTime, baseUnit, baseValue, baseSum, baseVersion
    case name, unit, value, text, boolean, data, sum, time

    var label: StaticString {
      switch self {
      case .baseName: "bn"
      case .baseTime: "bt"
      case .baseUnit: "bu"
      case .baseValue: "bv"
      case .baseSum: "bs"
      case .baseVersion: "bver"
      case .name: "n"
      case .unit: "u"
      case .value: "v"
      case .text: "vs"
      case .boolean: "vb"
      case .data: "vd"
      case .sum: "s"
      case .time: "t"
      }
    }
  }

  private var captures = [Capture](repeating: Capture(), count: Field.allCases.count)

  subscript(_ field: Field) -> Capture { captures[field.rawValue] }

  /// - Throws: a field that must be understood and is not (its label ends in `_`), or one of the wrong type.
  init(_ object: Capture, _ payload: Span<UInt8>) throws(DecodeFailure) {
    guard object.kind == .object else {
      throw DecodeFailure(.malformed, "a record must be an object, found \(object.kind.words)")
    }
    var parts = JSONElements(object)
    while let label = parts.next(payload), let value = parts.next(payload) {
      if !label.range.isEmpty, payload[label.range.upperBound - 1] == UInt8(ascii: "_") {
        let name = excerpt(payload, from: label.range.lowerBound, to: label.range.upperBound)
        throw DecodeFailure(.malformed, "the field \"\(name)\" must be understood, and is not known")
      }
      guard let field = Field.allCases.first(where: { Self.isEqual(payload, label.range, $0.label) }),
        captures[field.rawValue].kind == .absent
      else { continue }
      captures[field.rawValue] = try Self.checked(field, value, payload)
    }
  }

  private static func isEqual(_ payload: Span<UInt8>, _ range: Range<Int>, _ label: StaticString) -> Bool {
    guard range.count == label.utf8CodeUnitCount else { return false }
    return label.withUTF8Buffer { expected in
      for offset in 0..<expected.count where payload[range.lowerBound + offset] != expected[offset] { return false }
      return true
    }
  }

  private static func checked(
    _ field: Field, _ value: Capture, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Capture {
    var value = value
    let expected: Capture.Kind
    switch field {
    case .baseName, .baseUnit, .name, .unit, .text, .data: expected = .string
    case .boolean: expected = .boolean
    case .baseTime, .baseValue, .baseSum, .baseVersion, .value, .sum, .time: expected = .number
    }
    guard value.kind == expected else {
      throw DecodeFailure(
        .wrongType, "the field \"\(field.label)\" must be \(expected.words), found \(value.kind.words)")
    }
    if expected == .number {
      do throws(JSONSyntaxError) {
        value.decimal = try JSONLexer.number(payload, at: Int(value.start)).decimal
      } catch {
        throw DecodeFailure(.notJSON, error.detail(in: payload))
      }
    }
    return value
  }

  func bytes(_ field: Field, _ payload: Span<UInt8>) -> [UInt8] {
    let capture = self[field]
    guard capture.kind == .string else { return [] }
    if capture.isEscaped { return JSONLexer.unescaped(payload, capture.range) }
    return capture.range.map { payload[$0] }
  }
}
