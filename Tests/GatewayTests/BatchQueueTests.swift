import Foundation
import Journal
import Telemetry
import TestSupport
import Testing

@testable import Gateway

@Suite struct BatchQueueTests {
  private func batch(_ position: Int64, samples: Int) -> Batch {
    var batch = Batch()
    batch.position = position
    batch.samples = Array(
      repeating: Sample(series: SeriesID(1), time: Timestamp(seconds: 0), value: .double(0)), count: samples)
    return batch
  }

  @Test func aFullQueueHoldsThePusherBackAndKeepsTheOrder() throws {
    let queue = BatchQueue(maximumSamples: 100)
    let pusher = Thread { [self] in
      for position in 1...200 { queue.push(batch(Int64(position), samples: 30)) }
      queue.close()
    }
    pusher.start()
    var seen: [Int64] = []
    while let batches = queue.popAll(timeout: 5) {
      #expect(batches.reduce(0) { $0 + $1.samples.count } <= 120)
      seen += batches.map(\.position)
    }
    #expect(seen == Array(1...200))
  }

  @Test func aBatchLargerThanTheBoundStillPasses() {
    let queue = BatchQueue(maximumSamples: 10)
    queue.push(batch(1, samples: 500))
    #expect(!queue.hasRoom)
    #expect(queue.popAll(timeout: 1)?.map(\.position) == [1])
    #expect(queue.hasRoom)
  }

  @Test func nothingWithinTheTimeIsAnEmptyAnswer() {
    let queue = BatchQueue(maximumSamples: 10)
    #expect(queue.popAll(timeout: 0.01)?.isEmpty == true)
    queue.close()
    #expect(queue.popAll(timeout: 1) == nil)
  }
}
