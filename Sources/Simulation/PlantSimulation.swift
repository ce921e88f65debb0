import Plant
import Telemetry
import Templates

/// A plant on paper: every asset of a site sends at its expected interval what its device would measure.
///
/// Pure and seeded: the same site, seed, start and faults give the same messages in the same order.
public struct PlantSimulation: Sequence, IteratorProtocol, Sendable {
  private struct Pending {
    var time: Timestamp
    /// Breaks ties, so that the order is total.
    var sequence: UInt64
    /// Nil: the device's next regular message.
    var message: SimulatedMessage?
    var device: Int
  }

  private struct Device {
    var model: DeviceModel
    var writer: PayloadWriter
    var topic: String
    var interval: Span64
    var last: Timestamp
    var generator: SeededGenerator
    /// Of what the device says.
    var reviews: ReviewDesk?
  }

  private let zone: PlantZone
  private let faults: Faults
  private var devices: [Device] = []
  private var queue: [Pending] = []
  private var sequence: UInt64 = 0

  /// Assets that are not simulated: those of Sparkplug edge nodes, which are more than writers of messages (births,
  /// sequence numbers, an answer to every rebirth).
  public static func leftOut(_ site: Site) -> [String] { site.assets.filter { $0.sparkplug != nil }.map(\.id) }

  /// - Parameter course: what is different at the stations of lines.
  public init(
    site: Site, seed: UInt64, start: Timestamp, faults: Faults, course: LineCourse = LineCourse()
  ) throws {
    zone = try PlantZone(identifier: site.zone)
    self.faults = faults
    for asset in site.assets where asset.sparkplug == nil {
      for mapping in asset.topics where !ReviewDesk.isDesk(mapping) {
        var generator = SeededGenerator(seed: seed, name: "network/\(mapping.topic)")
        let interval = mapping.fields.map { asset.signals[$0.signal].expectedInterval }.min() ?? .seconds(10)
        let phase = Span64(
          nanoseconds: Int64(generator.uniform() * Double(interval.nanoseconds / 1_000_000)) * 1_000_000)
        devices.append(
          Device(
            model: DeviceModel(asset: asset, seed: seed, lines: site.lines, course: course),
            writer: PayloadWriter(mapping: mapping, asset: asset, seed: seed),
            topic: mapping.topic, interval: interval, last: start + phase - interval, generator: generator,
            reviews: ReviewDesk(of: mapping, asset: asset, seed: seed)))
        push(start + phase, nil, devices.count - 1)
      }
    }
  }

  /// The next message; a plant never ends.
  public mutating func next() -> SimulatedMessage? {
    while let pending = pop() {
      if var message = pending.message {
        message.time = pending.time
        return message
      }
      if let message = regular(pending) { return message }
    }
    return nil
  }

  private mutating func regular(_ pending: Pending) -> SimulatedMessage? {
    let index = pending.device
    let time = pending.time
    push(time + devices[index].interval, nil, index)
    let elapsed = time - devices[index].last
    devices[index].last = time
    let secondOfDay = (time - zone.startOfDay(containing: time)).seconds
    let readings = devices[index].model.readings(
      time: time, hour: secondOfDay / 3600, elapsed: elapsed, faults: faults)
    if let again = devices[index].model.again(readings) {
      let later = time + StationLine.retightening
      push(
        later,
        SimulatedMessage(
          time: later, topic: devices[index].topic, payload: devices[index].writer.payload(again, stamp: later)), index)
    }
    if let (review, delay) = devices[index].reviews?.review(readings, time: time) {
      self.delay(review, by: delay, index)
    }
    let isAhead = devices[index].generator.chance(faults.wrongClock)
    let stamp = isAhead ? time + .days(1) : time
    var message = SimulatedMessage(
      time: time, topic: devices[index].topic, payload: devices[index].writer.payload(readings, stamp: stamp))
    if devices[index].generator.chance(faults.badJSON) {
      message.payload = devices[index].writer.damaged(message.payload)
    }
    if devices[index].generator.chance(faults.duplicate) { push(time + .seconds(1), message, index) }
    if devices[index].generator.chance(faults.outOfOrder) {
      delay(message, by: devices[index].interval + .milliseconds(1), index)
      return nil
    }
    if devices[index].generator.chance(faults.late) {
      delay(message, by: .seconds(60 + Int64(devices[index].generator.uniform() * 5340)), index)
      return nil
    }
    return message
  }

  private mutating func delay(_ message: SimulatedMessage, by delay: Span64, _ device: Int) {
    push(message.time + delay, message, device)
  }

  // MARK: A binary heap by (time, sequence)

  private static func precedes(_ a: Pending, _ b: Pending) -> Bool { (a.time, a.sequence) < (b.time, b.sequence) }

  private mutating func push(_ time: Timestamp, _ message: SimulatedMessage?, _ device: Int) {
    sequence += 1
    queue.append(Pending(time: time, sequence: sequence, message: message, device: device))
    var child = queue.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(queue[child], queue[parent]) else { break }
      queue.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func pop() -> Pending? {
    guard let first = queue.first else { return nil }
    queue.swapAt(0, queue.count - 1)
    queue.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < queue.count {
        if Self.precedes(queue[child], queue[least]) { least = child }
      }
      if least == parent { break }
      queue.swapAt(parent, least)
      parent = least
    }
    return first
  }
}
