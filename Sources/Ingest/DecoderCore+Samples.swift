import Telemetry

// Fields that become samples: gauges, registers, states.
extension DecoderCore {
  @inline(__always)
  func sample(
    _ number: Int, _ place: Place, _ payload: Span<UInt8>, _ samples: inout [Sample]
  ) throws(DecodeFailure) {
    // Fields are large: they are read in place, never copied.
    let capture = scanner.captures[Int(plan.fields[number].slot)]
    guard capture.isPresent else {
      if plan.fields[number].isRequired, !isPartial { throw missing(plan.fieldPaths[number], place, capture) }
      return
    }
    if capture.kind == .number, capture.decimal.isExact {
      switch plan.fields[number].kind {
      case .gauge:
        let value = plan.fields[number].scale.double(of: capture.decimal)
        samples.append(gauge(number, value, place))
        return
      case .register:
        let resolution = Int32(plan.fields[number].resolution)
        if let mantissa = plan.fields[number].scale.mantissa(of: capture.decimal, resolution: resolution) {
          samples.append(register(number, mantissa, place))
          return
        }
      case .state, .waveform: break
      }
    }
    samples.append(try uncommon(number, place, payload))
  }

  @inline(__always)
  func gauge(_ number: Int, _ value: Double, _ place: Place) -> Sample {
    guard value.isFinite else { return notANumber(number, place) }
    let isInside = value >= plan.fields[number].minimum && value <= plan.fields[number].maximum
    return Sample(
      series: series(number, place), time: place.time, value: .double(value),
      quality: isInside ? place.quality : .badOutOfRange)
  }

  @inline(__always)
  private func register(_ number: Int, _ mantissa: Int64, _ place: Place) -> Sample {
    let isInside = mantissa >= plan.fields[number].lowest && mantissa <= plan.fields[number].highest
    return Sample(
      series: series(number, place), time: place.time,
      value: .scaled(ScaledInteger(mantissa, exponent: plan.fields[number].resolution)),
      quality: isInside ? place.quality : .badOutOfRange)
  }

  @inline(__always)
  private func series(_ number: Int, _ place: Place) -> SeriesID {
    plan.series[place.firstSeries &+ Int(plan.fields[number].series)]
  }

  /// A field that is there but has no usable value: the engine sets it aside as `notANumber`.
  func notANumber(_ number: Int, _ place: Place) -> Sample {
    Sample(series: series(number, place), time: place.time, value: .double(.nan), quality: .badDevice)
  }

  /// States, numbers in strings, numbers with many digits, and everything that is wrong.
  @inline(never)
  private func uncommon(
    _ number: Int, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Sample {
    let capture = scanner.captures[Int(plan.fields[number].slot)]
    let kind = plan.fields[number].kind
    if kind == .waveform { return try feature(number, place, payload) }
    if kind == .state {
      if let position = state(plan.fields[number].words, capture, payload) {
        return Sample(series: series(number, place), time: place.time, value: .double(position), quality: place.quality)
      }
    } else if capture.kind == .number {
      return sample(number, capture.decimal, payload, capture.range, place)
    } else if capture.kind == .string {
      if capture.isEscaped {
        let text = JSONLexer.unescaped(payload, capture.range)
        if let sample = try sample(number, text.span, 0..<text.count, place) { return sample }
      } else if let sample = try sample(number, payload, capture.range, place) {
        return sample
      }
    }
    guard plan.fields[number].isRequired else { return notANumber(number, place) }
    let expected = kind == .state ? "one of the words of the state" : "a number"
    throw wrongType(plan.fieldPaths[number], place, capture, payload, expected)
  }

  /// A number in a string; nil if it is none.
  private func sample(
    _ number: Int, _ text: Span<UInt8>, _ range: Range<Int>, _ place: Place
  ) throws(DecodeFailure) -> Sample? {
    let comma = plan.sections[place.section].decimalComma
    switch DecimalText.read(text, range, comma: comma) {
    case .number(let decimal): return sample(number, decimal, text, range, place)
    case .notANumber: return notANumber(number, place)
    case .other: break
    }
    guard plan.sections[place.section].acceptsUnits, let end = DecimalText.endOfNumber(text, range, comma: comma),
      case .number(let decimal) = DecimalText.read(text, range.lowerBound..<end, comma: comma),
      let unit = Self.unit(text, end..<range.upperBound)
    else { return nil }
    if let failure = unitFailure(number, unit, place) { throw failure }
    return sample(number, decimal, text, range.lowerBound..<end, place)
  }

  private func sample(
    _ number: Int, _ decimal: Decimal64, _ text: Span<UInt8>, _ range: Range<Int>, _ place: Place
  ) -> Sample {
    if plan.fields[number].kind == .gauge {
      let value =
        decimal.isExact
        ? plan.fields[number].scale.double(of: decimal)
        : longDouble(plan.fields[number].scale, decimal, text, range)
      return gauge(number, value, place)
    }
    let resolution = plan.fields[number].resolution
    let mantissa =
      decimal.isExact
      ? plan.fields[number].scale.mantissa(of: decimal, resolution: Int32(resolution))
      : plan.fields[number].scale.exactMantissa(of: long(decimal, text, range), resolution: Int(resolution))
    guard let mantissa else { return notANumber(number, place) }
    return register(number, mantissa, place)
  }

  private func long(_ decimal: Decimal64, _ text: Span<UInt8>, _ range: Range<Int>) -> Decimal128 {
    Decimal128(text, range, places: Int(decimal.exponent))
  }

  /// More than 19 digits: the standard library reads the text; a shift of the decimal point goes into its exponent.
  private func longDouble(
    _ scale: UnitScale, _ decimal: Decimal64, _ text: Span<UInt8>, _ range: Range<Int>
  ) -> Double {
    let wide = long(decimal, text, range)
    // One more digit stands for those that were cut off, so that no tie is taken for exact.
    let digits = "\(wide.magnitude)\(wide.isCut ? "1" : "")"
    let exponent = wide.exponent - (wide.isCut ? 1 : 0) + Int(scale.shift)
    let magnitude = Double("\(digits)e\(exponent)") ?? (exponent > 0 ? .infinity : 0)
    let value = wide.isNegative && magnitude != 0 ? -magnitude : magnitude
    return scale.isShift ? value : scale.converted(value)
  }

  // MARK: - States

  /// The position of the state that a word, a number or a boolean stands for.
  private func state(_ words: Range<Int>, _ capture: Capture, _ payload: Span<UInt8>) -> Double? {
    switch capture.kind {
    case .string where capture.isEscaped:
      let text = JSONLexer.unescaped(payload, capture.range)
      return position(words, text.span, 0..<text.count)
    case .string, .boolean: return position(words, payload, capture.range)
    case .number:
      if let position = position(words, payload, capture.range) { return position }
      // 1.0 means the word 1.
      guard capture.decimal.isExact,
        let integer = UnitScale.shifted(capture.decimal, by: capture.decimal.exponent),
        PowersOfTen.double(capture.decimal, shift: 0) == Double(integer)
      else { return nil }
      let text = Array(String(integer).utf8)
      return position(words, text.span, 0..<text.count)
    case .absent, .null, .array, .object: return nil
    }
  }

  private func position(_ words: Range<Int>, _ text: Span<UInt8>, _ range: Range<Int>) -> Double? {
    let count = range.count
    search: for index in words where plan.words[index].bytes.count == count {
      for offset in 0..<count where plan.words[index].bytes[offset] != text[range.lowerBound &+ offset] {
        continue search
      }
      return plan.words[index].position
    }
    return nil
  }

  // MARK: - Details

  @inline(never)
  func missing(_ path: String, _ place: Place, _ capture: Capture) -> DecodeFailure {
    let found = capture.kind == .null ? "is null" : "is missing"
    return DecodeFailure(.missingField, "field \"\(path)\" of asset \(plan.assets[place.asset]) \(found)")
  }

  @inline(never)
  func wrongType(
    _ path: String, _ place: Place, _ capture: Capture, _ payload: Span<UInt8>, _ expected: String
  ) -> DecodeFailure {
    DecodeFailure(
      .wrongType,
      "field \"\(path)\": expected \(expected), found \(found(capture, payload)) "
        + "(asset \(plan.assets[place.asset]))")
  }

  /// `"abc" at offset 17`, `an array at offset 4`.
  func found(_ capture: Capture, _ payload: Span<UInt8>) -> String {
    let text = excerpt(payload, from: capture.range.lowerBound, to: capture.range.upperBound)
    switch capture.kind {
    case .string:
      let isQuoted = capture.start > 0 && payload[Int(capture.start) - 1] == UInt8(ascii: "\"")
      return "\"\(text)\" at offset \(isQuoted ? capture.start - 1 : capture.start)"
    case .number, .boolean: return "\(text) at offset \(capture.start)"
    case .absent, .null, .array, .object: return "\(capture.kind.words) at offset \(capture.start)"
    }
  }
}
