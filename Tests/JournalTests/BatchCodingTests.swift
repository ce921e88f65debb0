import Telemetry
import Testing

@testable import Journal

@Suite struct BatchCodingTests {
  private func roundTrip(_ batch: Batch, position: Int64 = 7) throws -> Batch {
    try BatchDecoder.decode(BatchEncoder.encode(batch, position: position), position: position)
  }

  private func batch(_ values: [Value], times: [Int64] = [], qualities: [Quality] = []) -> Batch {
    var batch = Batch()
    batch.position = 7
    for (index, value) in values.enumerated() {
      batch.samples.append(
        Sample(
          series: SeriesID(3), time: Timestamp(nanoseconds: index < times.count ? times[index] : 0), value: value,
          quality: index < qualities.count ? qualities[index] : .good))
    }
    return batch
  }

  @Test(arguments: [
    [0.0, -0.0, 1, -1, 23.47, 0.1, 0.000001, 0.0000001, 1e15, 1e300, .pi, -.pi],
    [Double.nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .ulpOfOne],
    [140_737_488_355_327, 140_737_488_355_328, -140_737_488_355_328, 0.30000000000000004, 0.3],
  ])
  func doublesComeBackBitForBit(_ doubles: [Double]) throws {
    let original = batch(doubles.map { .double($0) })
    #expect(same(try roundTrip(original), original))
  }

  @Test func scaledIntegersComeBack() throws {
    let mantissas: [Int64] = [0, 1, -1, 12_623_829, .max, .min, .max, 0, .min]
    for exponent in [0, -1, -2, -6, -7, 3, .min, .max] as [Int8] {
      let original = batch(mantissas.map { .scaled(ScaledInteger($0, exponent: exponent)) })
      #expect(same(try roundTrip(original), original))
    }
  }

  @Test func timesAndQualitiesComeBack() throws {
    let times: [Int64] = [
      .min, .max, .min, 0, 1, 1000, 1_000_000, 1_000_000_000, .max, .max - 1, -1_795_000_000_000_000_000, 5,
    ]
    let qualities = Quality.allCases + Quality.allCases
    let original = batch(times.map { _ in .double(1.5) }, times: times, qualities: qualities)
    #expect(same(try roundTrip(original), original))
  }

  @Test func everythingElseComesBack() throws {
    var original = batch([.double(1), .double(2), .double(3)])
    original.entries = [
      .configuration(hash: "ab12", text: "gateway: π"), .connection(ConnectionID(2), .up), .samples(1..<3),
      .mark(.distantPast), .mark(.distantFuture), .samples(0..<1), .samples(2..<2),
      .event(
        Event(
          series: SeriesID(.max), time: Timestamp(seconds: 5), identity: .max,
          attributes: [.init("defect", "scratch"), .init("defect", "dent"), .init("", "")])),
      .event(Event(series: SeriesID(1), time: .distantPast, identity: 0, attributes: [.init("defect", "none")])),
      .connection(ConnectionID(2), .drained), .connection(ConnectionID(255), .down), .command(#"{"drop":1}"#),
    ]
    original.identities = [
      .newSession(ConnectionID(1)), MessageIdentity(connection: ConnectionID(1), packetID: 65_535, hash: .max),
      MessageIdentity(connection: ConnectionID(1), packetID: 0, hash: 3),
      MessageIdentity(connection: ConnectionID(2), packetID: 1, hash: 4),
      MessageIdentity(connection: ConnectionID(2), packetID: 3, hash: 4),
    ]
    original.quarantined = [quarantined("a/b", reason: .tooLarge, connection: 9, at: 77)]
    original.retriedReasons = [.notJSON, .conflict]
    original.counts.received = 5
    original.counts.redelivered = 1
    original.counts.retried = 2
    original.counts.payloadBytes = 123_456_789_000
    #expect(same(try roundTrip(original), asReadBack(original)))
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func randomSamplesComeBack(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var original = Batch()
    original.position = 7
    // Few series and many samples, and many series that push one another out of the memory.
    let series: UInt32 = seed % 2 == 0 ? 10 : 100_000
    for _ in 0..<Int.random(in: 0...3000, using: &random) {
      let value: Value =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .double(Double(bitPattern: random.next()))
        case 1: .double(Double(Int.random(in: -99_999...99_999, using: &random)) / 1000)
        case 2:
          .scaled(ScaledInteger(Int64(bitPattern: random.next()), exponent: Int8.random(in: -8...8, using: &random)))
        default: .scaled(ScaledInteger(Int64.random(in: 0...9_999_999, using: &random), exponent: -2))
        }
      let time =
        Bool.random(using: &random) ? 0 : Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random))
      original.samples.append(
        Sample(
          series: SeriesID(UInt32.random(in: 0..<series, using: &random)), time: Timestamp(nanoseconds: time),
          value: value,
          quality: Quality.allCases.randomElement(using: &random) ?? .good))
    }
    original.entries = [.samples(0..<original.samples.count)]
    #expect(same(try roundTrip(original), original))
  }

  @Test func typicalSampleIsSmall() throws {
    let original = plantBatch(messages: 100)
    let size = try BatchEncoder.encode(original, position: 1).count - original.identities.count * 8
    #expect(Double(size) / Double(original.samples.count) < 6)
  }

  @Test func anyChangedByteIsNoticed() throws {
    let original = plantBatch(messages: 3)
    let bytes = try BatchEncoder.encode(original, position: 7)
    for index in bytes.indices {
      for bit in [0, 3, 7] {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        #expect(throws: JournalError.self) { try BatchDecoder.decode(damaged, position: 7) }
      }
    }
    for length in 0..<bytes.count {
      #expect(throws: JournalError.self) { try BatchDecoder.decode(Array(bytes[..<length]), position: 7) }
    }
  }

  @Test func aBatchInTheWrongPlaceIsNoticed() throws {
    let bytes = try BatchEncoder.encode(plantBatch(messages: 1), position: 7)
    #expect(throws: JournalError.corrupt("batch 8 does not match its checksum")) {
      try BatchDecoder.decode(bytes, position: 8)
    }
  }

  /// Nonsense with a right checksum: an error or a batch, never a trap.
  @Test(arguments: 0..<10 as Range<UInt64>)
  func nonsenseNeverTraps(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var original = plantBatch(messages: 20, seed: seed)
    original.quarantined = [quarantined("a")]
    original.entries.append(
      .event(
        Event(series: SeriesID(1), time: .distantPast, identity: 3, attributes: [.init("a", "b"), .init("a", "c")])))
    let good = try BatchEncoder.encode(original, position: 7).dropLast(4)
    for _ in 0..<3000 {
      var bytes = Array(good)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 1..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count - 1, using: &random)) }
      let checksum = BatchEncoder.checksum(bytes[...], position: 7)
      for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: checksum >> shift)) }
      do {
        let batch = try BatchDecoder.decode(bytes, position: 7)
        for case .samples(let range) in batch.entries { #expect(range.upperBound <= batch.samples.count) }
      } catch .corrupt {
        continue
      }
    }
  }

  @Test func rangesOutsideTheSamplesAreRefused() {
    var original = plantBatch(messages: 1)
    original.entries = [.samples(0..<6)]
    #expect(throws: JournalError.self) { try BatchEncoder.encode(original, position: 1) }
  }

  @Test func checksumIsTheCastagnoliCRC() {
    var crc = CRC32C()
    Array("123456789".utf8).withUnsafeBytes { crc.combine($0) }
    #expect(crc.value == 0xE306_9283)
  }
}
