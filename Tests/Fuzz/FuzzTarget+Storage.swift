import Telemetry

@testable import Engine
@testable import Journal

// What the gateway itself has written to a disk that may lie.
extension FuzzTarget {
  private static let block: Int64 = 1_994_720

  private static func samples(_ random: inout SplitMix64) -> [Sample] {
    let start = HistoryBlock.start(block).nanoseconds
    return (0..<Int.random(in: 1...40, using: &random)).map { index in
      let value: Value =
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .double(Double(Int.random(in: -1000...1000, using: &random)) / 10)
        case 1: .double(Double.random(in: -1e9...1e9, using: &random))
        default: .scaled(ScaledInteger(Int64.random(in: -5...1_000_000, using: &random), exponent: -2))
        }
      return Sample(
        series: SeriesID(UInt32(index % 3) + 1), time: Timestamp(nanoseconds: start + Int64(index) * 1_000_000_000),
        value: value, quality: index % 7 == 0 ? .uncertainUndated : .good)
    }
  }

  private static let event = Event(
    series: SeriesID(4), time: HistoryBlock.start(block), identity: 77,
    attributes: [Event.Attribute("verdict", "OK"), Event.Attribute("defect", "ß"), Event.Attribute("defect", "")])

  /// Batches of the journal. The checksum is made right again, so that damage reaches what lies behind it.
  static let batches = FuzzTarget(
    name: "batches",
    corpus: {
      var random = SplitMix64(seed: 5)
      return try (0..<20).map { _ in
        var batch = Batch()
        batch.samples = samples(&random)
        batch.entries = [
          .samples(0..<batch.samples.count), .event(event), .mark(Timestamp(seconds: 1_763_700_000)),
          .connection(ConnectionID(1), .drained), .configuration(hash: "abc", text: "{}"), .command("{\"a\":1}"),
        ]
        batch.identities = [
          .newSession(ConnectionID(1)), MessageIdentity(connection: ConnectionID(1), packetID: 7, hash: 99),
        ]
        batch.counts.received = 3
        batch.counts.decoded = 2
        batch.quarantined = [
          QuarantinedMessage(
            connection: ConnectionID(1), topic: "t", payload: [1], received: Timestamp(seconds: 1), reason: .notJSON,
            detail: "x")
        ]
        return try BatchEncoder.encode(batch, position: 7)
      }
    },
    make: {
      { input, random in
        var bytes = input
        if bytes.count > 4, Int.random(in: 0..<8, using: &random) > 0 {
          let sum = BatchEncoder.checksum(bytes[..<(bytes.count - 4)], position: 7)
          for index in 0..<4 { bytes[bytes.count - 4 + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
        }
        do throws(JournalError) {
          let batch = try BatchDecoder.decode(bytes, position: 7)
          _ = try BatchDecoder.identities(bytes, position: 7)
          for entry in batch.entries {
            if case .samples(let range) = entry, range.upperBound > batch.samples.count {
              return "entries beyond the samples"
            }
          }
          return nil
        } catch {
          return "\(error)".isEmpty ? "refused without a reason" : nil
        }
      }
    })

  /// Chunks of the history.
  static let chunks = FuzzTarget(
    name: "chunks",
    corpus: {
      var random = SplitMix64(seed: 6)
      return (0..<20).map { _ in
        var chunk = DecodedBlock()
        let all = samples(&random)
        chunk.columns = (1...3).map { number in
          DecodedBlock.Column(series: SeriesID(number), samples: all.filter { $0.series == SeriesID(number) })
        }
        chunk.columns.removeAll { $0.samples.isEmpty }
        chunk.events = [event]
        return ChunkCodec.encode(chunk, block: block)
      }
    },
    make: {
      { input, _ in
        do throws(ByteReaderError) {
          let chunk = try ChunkCodec.decode(input, block: block)
          // What could be read can be written and read again.
          let again = try ChunkCodec.decode(ChunkCodec.encode(chunk, block: block), block: block)
          return again.columns.count == chunk.columns.count && again.events.count == chunk.events.count
            ? nil : "written and read again it is another chunk"
        } catch {
          return "\(error)".isEmpty ? "refused without a reason" : nil
        }
      }
    })
}
