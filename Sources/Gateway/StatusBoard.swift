import Control
import Engine
import Foundation
import Journal
import Store
import Telemetry

/// What the stages last said of themselves; written by their threads, read by the control API.
final class StatusBoard: @unchecked Sendable {
  private struct State {
    var view: EngineView?
    var viewed: Timestamp = .distantPast
    var storeTrouble: String?
    var journalTrouble: String?
    var rates = RateMeter()
  }

  private let lock = NSLock()
  private var state = State()

  func publish(_ view: EngineView) {
    let now = PlantClock.system()
    lock.withLock {
      state.view = view
      state.viewed = now.wall
      state.rates.add(
        messages: view.counts.messagesReceived, samples: view.counts.samplesDecoded, at: now.monotonic)
    }
  }

  func storeTrouble(_ error: StoreError) { lock.withLock { state.storeTrouble = "\(error)" } }
  func storeRecovered() { lock.withLock { state.storeTrouble = nil } }
  func journalTrouble(_ error: JournalError) { lock.withLock { state.journalTrouble = "\(error)" } }
  func journalRecovered() { lock.withLock { state.journalTrouble = nil } }

  var view: EngineView? { lock.withLock { state.view } }
  var troubles: (store: String?, journal: String?) { lock.withLock { (state.storeTrouble, state.journalTrouble) } }
  var rates: (messages: Double, samples: Double) { lock.withLock { state.rates.perSecond } }
}

/// Messages and samples a second over the last ten seconds, from running totals.
struct RateMeter {
  private struct Point {
    var time: Timestamp
    var messages: Int
    var samples: Int
  }
  private static let span = Span64.seconds(10)
  private var points: [Point] = []

  mutating func add(messages: Int, samples: Int, at time: Timestamp) {
    points.append(Point(time: time, messages: messages, samples: samples))
    while points.count > 2, points[1].time < time - Self.span { points.removeFirst() }
  }

  var perSecond: (messages: Double, samples: Double) {
    guard let first = points.first, let last = points.last, first.time < last.time else { return (0, 0) }
    let seconds = (last.time - first.time).seconds
    return (Double(last.messages - first.messages) / seconds, Double(last.samples - first.samples) / seconds)
  }
}
