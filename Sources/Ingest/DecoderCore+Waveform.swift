import Telemetry
import Templates

// Fields that hold a waveform: the sample is a feature of it.
extension DecoderCore {
  func feature(_ number: Int, _ place: Place, _ payload: Span<UInt8>) throws(DecodeFailure) -> Sample {
    let waveform = plan.waveforms[plan.fields[number].words.lowerBound]
    let mapping = waveform.mapping
    let capture = scanner.captures[Int(plan.fields[number].slot)]
    let isArray = mapping.encoding == .numbers
    guard capture.kind == (isArray ? .array : .string) else {
      guard plan.fields[number].isRequired else { return notANumber(number, place) }
      let expected = isArray ? "a list of numbers" : "base64 of a waveform (\(mapping.encoding.rawValue))"
      throw wrongType(plan.fieldPaths[number], place, capture, payload, expected)
    }
    let rate = try rate(waveform, number, place, payload)
    do throws(DecodeFailure) {
      guard let value = try waveforms.value(mapping, rate: rate, capture, payload, message: place.ordinal) else {
        return notANumber(number, place)
      }
      return gauge(number, waveform.conversion.apply(value), place)
    } catch {
      throw DecodeFailure(
        error.reason,
        "field \"\(plan.fieldPaths[number])\" of asset \(plan.assets[place.asset]): \(error.detail)")
    }
  }

  private func rate(
    _ waveform: DecodePlan.WaveformField, _ number: Int, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Double {
    switch waveform.mapping.sampleRate {
    case .fixed(let rate): return rate.doubleValue
    case .field(let path):
      let capture = scanner.captures[Int(waveform.rateSlot)]
      guard capture.isPresent else { throw missing(path.description, place, capture) }
      var decimal = capture.decimal
      if capture.kind == .string, !capture.isEscaped, case .number(let read) = DecimalText.read(payload, capture.range)
      {
        decimal = read
      } else if capture.kind != .number {
        decimal.isExact = false
      }
      guard decimal.isExact else {
        throw wrongType(path.description, place, capture, payload, "a sample rate in Hz")
      }
      return PowersOfTen.double(decimal, shift: 0)
    }
  }
}
