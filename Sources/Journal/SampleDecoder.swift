import Telemetry

/// Reads the samples of one batch; see `SampleCoding` for the form.
struct SampleDecoder {
  private var memory: SampleCoding.Memory
  private var series: UInt32 = 0
  private var time: Int64 = 0

  init(count: Int) { memory = SampleCoding.Memory(samples: count) }

  mutating func read(from reader: inout ByteReader) throws(ByteReaderError) -> Sample {
    var quality = Quality.good
    var head = try reader.byte()
    if head >> 3 & 3 == SampleCoding.Form.prefix {
      if head & SampleCoding.qualityFollows != 0 {
        guard let known = Quality(rawValue: try reader.byte()) else {
          throw ByteReaderError(offset: reader.offset - 1, expected: "a quality")
        }
        quality = known
      }
      if head & SampleCoding.timeFollows != 0 { time = Int64(bitPattern: try reader.fixed64()) }
      head = try reader.byte()
    }
    try readSeries(head, from: &reader)
    if head & 4 != 0 { time &+= SampleCoding.SampleTime.nanoseconds(try reader.varint()) }
    let value = try readValue(head, from: &reader)
    return Sample(series: SeriesID(series), time: Timestamp(nanoseconds: time), value: value, quality: quality)
  }

  @inline(__always)
  private mutating func readSeries(_ head: UInt8, from reader: inout ByteReader) throws(ByteReaderError) {
    switch head & 3 {
    case 0: series &+= 1
    case 1: break
    default:
      guard head & 3 == 2, let number = UInt32(exactly: Int64(series) &+ (try reader.zigzag())) else {
        throw ByteReaderError(offset: reader.offset, expected: "a series")
      }
      series = number
    }
  }

  @inline(__always)
  private mutating func readValue(_ head: UInt8, from reader: inout ByteReader) throws(ByteReaderError) -> Value {
    let form = head >> 3 & 3
    let digits = head >> 5
    switch form {
    case SampleCoding.Form.scaled:
      let exponent = digits < 7 ? -Int8(digits) : Int8(bitPattern: try reader.byte())
      let mantissa = try readMantissa(form: form, exponent: exponent, from: &reader)
      return .scaled(ScaledInteger(mantissa, exponent: exponent))
    case SampleCoding.Form.decimal where digits < 7:
      let mantissa = try readMantissa(form: form, exponent: -Int8(digits), from: &reader)
      return .double(Double(mantissa) / SampleCoding.powers[Int(digits)])
    case SampleCoding.Form.bits where digits == 0:
      return .double(try reader.double())
    default:
      throw ByteReaderError(offset: reader.offset, expected: "a value")
    }
  }

  @inline(__always)
  private mutating func readMantissa(
    form: UInt8, exponent: Int8, from reader: inout ByteReader
  ) throws(ByteReaderError) -> Int64 {
    let mantissa = try reader.zigzag() &+ memory.base(series: series, form: form, exponent: exponent)
    memory.remember(series: series, form: form, exponent: exponent, mantissa: mantissa)
    return mantissa
  }
}
