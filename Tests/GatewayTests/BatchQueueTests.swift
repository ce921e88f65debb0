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

  private func urgent(_ position: Int64, samples: Int = 1) -> Batch {
    var batch = batch(position, samples: samples)
    batch.isUrgent = true
    return batch
  }

  @Test("while the engine is held up only what is urgent goes on, with all before it, and makes no room for the rest")
  func heldUp() {
    let queue = BatchQueue(maximumSamples: 100)
    queue.push(batch(1, samples: 60))
    queue.push(batch(2, samples: 40))
    #expect(queue.popAll(timeout: 0.01, isHeld: true)?.isEmpty == true)
    #expect(!queue.hasRoom)
    queue.add(urgent(3))
    queue.add(batch(4, samples: 10))
    #expect(queue.popAll(timeout: 5, isHeld: true)?.map(\.position) == [1, 2, 3], "in the order of the journal")
    #expect(!queue.hasRoom, "what was taken still counts")
    queue.add(urgent(5))
    #expect(queue.popAll(timeout: 5, isHeld: true)?.map(\.position) == [4, 5])
    #expect(queue.popAll(timeout: 0.01)?.isEmpty == true)
    #expect(queue.hasRoom)
  }

  @Test("a full queue holds back whoever is not urgent before the journal is taken, and nobody else")
  func urgentPasses() throws {
    let queue = BatchQueue(maximumSamples: 100)
    queue.push(batch(1, samples: 100))
    let waits = Thread {
      queue.waitForRoom(samples: 10)
      queue.add(self.batch(3, samples: 10))
    }
    waits.start()
    queue.add(urgent(2))
    #expect(queue.popAll(timeout: 5, isHeld: true)?.map(\.position) == [1, 2])
    #expect(queue.depth == 0)
    #expect(queue.popAll(timeout: 5)?.map(\.position) == [3])
  }
}
