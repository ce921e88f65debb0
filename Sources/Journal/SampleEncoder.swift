import Telemetry

/// Writes the samples of one batch; see `SampleCoding` for the form.
struct SampleEncoder {
  private var memory: SampleCoding.Memory
  private var series: UInt32 = 0
  private var time: Int64 = 0

  init(count: Int) { memory = SampleCoding.Memory(samples: count) }

  mutating func write(_ sample: Sample, to writer: inout ByteWriter) {
    var head: UInt8
    let number = sample.series.rawValue
    let step = Int64(number) - Int64(series)
    head = step == 1 ? 0 : step == 0 ? 1 : 2

    var timeCode: UInt64?
    let nanoseconds = sample.time.nanoseconds
    if nanoseconds != time {
      let (difference, overflow) = nanoseconds.subtractingReportingOverflow(time)
      timeCode = overflow ? nil : SampleCoding.SampleTime.code(difference)
      if timeCode != nil { head |= 4 }
    }
    let wholeTime = nanoseconds != time && timeCode == nil
    if sample.quality != .good || wholeTime {
      writer.byte(
        SampleCoding.Form.prefix << 3 | (sample.quality != .good ? SampleCoding.qualityFollows : 0)
          | (wholeTime ? SampleCoding.timeFollows : 0))
      if sample.quality != .good { writer.byte(sample.quality.rawValue) }
      if wholeTime { writer.fixed64(UInt64(bitPattern: nanoseconds)) }
    }

    switch sample.value {
    case .scaled(let scaled):
      let inHead = scaled.exponent <= 0 && scaled.exponent >= -6
      head |= SampleCoding.Form.scaled << 3 | (inHead ? UInt8(-scaled.exponent) : 7) << 5
      writeHead(head, step: step, timeCode: timeCode, to: &writer)
      if !inHead { writer.byte(UInt8(bitPattern: scaled.exponent)) }
      writeMantissa(scaled.mantissa, form: SampleCoding.Form.scaled, exponent: scaled.exponent, of: number, to: &writer)
    case .double(let double):
      if let (mantissa, digits) = decimal(double, guess: memory.exponent(of: number)) {
        head |= SampleCoding.Form.decimal << 3 | UInt8(digits) << 5
        writeHead(head, step: step, timeCode: timeCode, to: &writer)
        writeMantissa(mantissa, form: SampleCoding.Form.decimal, exponent: -Int8(digits), of: number, to: &writer)
      } else {
        writeHead(head | SampleCoding.Form.bits << 3, step: step, timeCode: timeCode, to: &writer)
        writer.double(double)
      }
    }
    series = number
    time = nanoseconds
  }

  @inline(__always)
  private func writeHead(_ head: UInt8, step: Int64, timeCode: UInt64?, to writer: inout ByteWriter) {
    writer.byte(head)
    if head & 3 == 2 { writer.zigzag(step) }
    if let timeCode { writer.varint(timeCode) }
  }

  @inline(__always)
  private mutating func writeMantissa(
    _ mantissa: Int64, form: UInt8, exponent: Int8, of series: UInt32, to writer: inout ByteWriter
  ) {
    writer.zigzag(mantissa &- memory.base(series: series, form: form, exponent: exponent))
    memory.remember(series: series, form: form, exponent: exponent, mantissa: mantissa)
  }

  /// The double as mantissa and number of decimals if dividing them gives it back bit for bit.
  @inline(__always)
  private func decimal(_ double: Double, guess: Int8?) -> (mantissa: Int64, digits: Int)? {
    guard abs(double) < SampleCoding.largestMantissa else { return nil }
    if let guess, guess <= 0, guess >= -6, let mantissa = mantissa(double, digits: Int(-guess)) {
      return (mantissa, Int(-guess))
    }
    for digits in 0...6 {
      if let mantissa = mantissa(double, digits: digits) { return (mantissa, digits) }
    }
    return nil
  }

  @inline(__always)
  private func mantissa(_ double: Double, digits: Int) -> Int64? {
    let power = SampleCoding.powers[digits]
    let rounded = (double * power).rounded()
    guard abs(rounded) < SampleCoding.largestMantissa else { return nil }
    let mantissa = Int64(rounded)
    return (Double(mantissa) / power).bitPattern == double.bitPattern ? mantissa : nil
  }
}
