import Telemetry
import Testing

@testable import Engine

@Suite struct ChunkCodecTests {
  static let block: Int64 = 1_994_720

  @Test("what is written is read again", arguments: 1...100 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let chunk = Self.chunk(&random)
    #expect(try ChunkCodec.decode(ChunkCodec.encode(chunk, block: Self.block), block: Self.block) == chunk)
  }

  @Test func extremeTimesAndValues() throws {
    var chunk = DecodedBlock()
    let times = [Int64.min, -1, 0, 1, 1 << 62, .max]
    let doubles = [0.0, -0.0, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e15, -1e-300]
    chunk.columns = [
      DecodedBlock.Column(
        series: SeriesID(0),
        samples: zip(times, doubles).map {
          Sample(series: SeriesID(0), time: Timestamp(nanoseconds: $0), value: .double($1))
        }),
      DecodedBlock.Column(
        series: SeriesID(.max),
        samples: zip(times, [Int64.min, .max, 0, -1, 1, .min]).map {
          Sample(
            series: SeriesID(.max), time: Timestamp(nanoseconds: $0), value: .scaled(ScaledInteger($1, exponent: -128)))
        }),
    ]
    let read = try ChunkCodec.decode(ChunkCodec.encode(chunk, block: Self.block), block: Self.block)
    #expect(read == chunk)
    // Equality of doubles does not tell the two zeros apart.
    let bits = read.columns[0].samples.compactMap { sample -> UInt64? in
      if case .double(let value) = sample.value { value.bitPattern } else { nil }
    }
    #expect(bits == doubles.map(\.bitPattern))
  }

  @Test("a machine of six signals costs at most three bytes a sample, a meter with registers too")
  func size() {
    var random = SplitMix64(seed: 5)
    var levels = [21.5, 63.2, 4.71, 120, 0, 1.4]
    var registers = [Int64](repeating: 12_345_678, count: 3)
    var samples: [Sample] = []
    let origin = HistoryBlock.start(Self.block)
    for second in 0..<600 {
      let time = origin + .milliseconds(Int64(second) * 1000 + Int64.random(in: 0...30, using: &random))
      for signal in levels.indices {
        levels[signal] += Double(Int.random(in: -20...20, using: &random)) / 100
        let value = (levels[signal] * 100).rounded() / 100
        samples.append(Sample(series: SeriesID(UInt32(signal)), time: time, value: .double(value)))
      }
      for signal in registers.indices {
        registers[signal] += Int64.random(in: 0...40, using: &random)
        let value = Value.scaled(ScaledInteger(registers[signal], exponent: -2))
        samples.append(Sample(series: SeriesID(UInt32(10 + signal)), time: time, value: value))
      }
    }
    let bytes = ChunkCodec.encode(DecodedBlock(samples: samples), block: Self.block).count
    #expect(Double(bytes) / Double(samples.count) < 3)
  }

  @Test("damaged bytes are an error or other samples, never a trap", arguments: 1...30 as ClosedRange<UInt64>)
  func damage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bytes = ChunkCodec.encode(Self.chunk(&random), block: Self.block)
    for _ in 0..<50 {
      var damaged = bytes
      if random.chance(50) {
        damaged.removeLast(Int.random(in: 1...damaged.count, using: &random))
        #expect(throws: ByteReaderError.self) { try ChunkCodec.decode(damaged, block: Self.block) }
      } else {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
        // Whatever it gives, it gives it without a trap.
        _ = try? ChunkCodec.decode(damaged, block: Self.block)
      }
    }
  }

  private static func chunk(_ random: inout SplitMix64) -> DecodedBlock {
    let unit = [1, 1_000, 1_000_000, 1_000_000_000].randomElement(using: &random) ?? 1
    let origin = HistoryBlock.start(block).nanoseconds
    let times = Set((0..<Int.random(in: 0...60, using: &random)).map { _ in Int64.random(in: 0..<900, using: &random) })
      .sorted().map { Timestamp(nanoseconds: origin + $0 * Int64(unit)) }
    var chunk = DecodedBlock()
    for number in 0..<Int.random(in: 0...6, using: &random) {
      let series = SeriesID(UInt32(number * 7 + 1))
      let form = Int.random(in: 0...4, using: &random)
      let digits = Int.random(in: 0...10, using: &random)
      let isSparse = random.chance(50)
      let samples: [Sample] = times.filter { _ in !isSparse || random.chance(60) }.map { time in
        let mantissa = Int64.random(in: -100_000...100_000, using: &random)
        let value: Value =
          switch form {
          case 0: .double(Double(mantissa) / [1, 10, 100, 1000, 1e9, 1e10, 1e11][digits % 7])
          case 1: .double(Double(bitPattern: UInt64.random(in: 0..<0x7FF0_0000_0000_0000, using: &random)))
          case 2: .scaled(ScaledInteger(mantissa, exponent: Int8(-digits)))
          case 3: .scaled(ScaledInteger(mantissa, exponent: Int8.random(in: -3...3, using: &random)))
          default: random.chance(50) ? .double(Double(mantissa)) : .scaled(ScaledInteger(mantissa))
          }
        return Sample(series: series, time: time, value: value, quality: random.chance(5) ? .uncertainDevice : .good)
      }
      if !samples.isEmpty { chunk.columns.append(DecodedBlock.Column(series: series, samples: samples)) }
    }
    for time in times where random.chance(20) {
      chunk.events.insertInOrder(
        Event(
          series: SeriesID(99), time: time, identity: random.next(),
          attributes: (0..<Int.random(in: 0...3, using: &random)).map {
            Event.Attribute("name-\($0)", random.chance(50) ? "ok" : "裂纹 \(random.next())")
          }))
    }
    return chunk
  }
}
