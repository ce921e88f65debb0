import Foundation
import Telemetry

/// The frames of one machine in time order, until it fails or its watch ends.
public struct FleetStream {
  private let machine: FleetMachine
  private let interval: Span64
  private var random: SeededGenerator
  private var duty: FleetDuty
  private var physics: FleetPhysics
  private var time: Timestamp
  private var wasRunning = false
  /// Used share of the life from onset to failure.
  private var used = 0.0
  /// How fast damage grows at present; wanders over days.
  private var pace = 0.0
  private var weather = 0.0
  /// Autocorrelated part of the noise, by signal.
  private var slow: [Double]
  private var held: Double?
  private let driftRate: Double

  /// When the machine failed; known once `next` has returned false.
  public private(set) var failure: Timestamp?

  init(_ machine: FleetMachine, interval: Span64) {
    self.machine = machine
    self.interval = interval
    random = SeededGenerator(seed: machine.seed, name: "stream")
    duty = FleetDuty(machine)
    physics = FleetPhysics(machine)
    time = machine.start
    slow = Array(repeating: 0, count: machine.quantities.count)
    driftRate = random.chance(0.5) ? 1 : -1
  }

  /// Reads the next frame into `frame`, whose arrays are reused.
  /// - Returns: false at the end; `frame` is as before then.
  public mutating func next(_ frame: inout FleetFrame) -> Bool {
    guard failure == nil, time < machine.end || machine.fault != nil else { return false }
    let point = duty.next(time, interval)
    let hours = interval.seconds / 3600
    let damage = wear(point, hours)
    if used >= 1 {
      failure = time
      return false
    }
    physics.step(point, ambient: ambient(hours), damage: damage, seconds: interval.seconds)
    frame.start = time
    frame.end = time + interval
    frame.state = point == nil ? .stopped : wasRunning ? .running : .starting
    frame.damage = damage
    wasRunning = point != nil
    if frame.values.count != slow.count {
      frame.values = Array(repeating: nil, count: slow.count)
      frame.spreads = frame.values
    }
    measure(&frame)
    time = frame.end
    return true
  }

  private mutating func wear(_ point: (speed: Double, load: Double)?, _ hours: Double) -> Double {
    guard let fault = machine.fault, let onset = machine.onset, time >= onset else { return 0 }
    let decay = exp(-hours / 48)
    pace = pace * decay + 0.3 * (1 - decay * decay).squareRoot() * random.normal()
    if let point {
      let stress = pow(point.load / 0.75, fault.loadExponent)
      used += hours * stress * exp(pace) / (fault.medianHours * machine.lifeFactor)
    }
    let k = fault.growth
    return (exp(k * min(1, used)) - 1) / (exp(k) - 1)
  }

  /// Season, day and weather, in °C.
  private mutating func ambient(_ hours: Double) -> Double {
    let decay = exp(-hours / 36)
    weather = weather * decay + 2 * (1 - decay * decay).squareRoot() * random.normal()
    let hour = (time - machine.start).seconds / 3600
    let season = -5 * cos(hour / 8766 * 2 * .pi)
    return 21 + season + 3 * sin((hour.truncatingRemainder(dividingBy: 24) - 9) / 24 * 2 * .pi) + weather
  }

  private mutating func measure(_ frame: inout FleetFrame) {
    for (index, quantity) in machine.quantities.enumerated() {
      let truth = physics.values[quantity.rawValue]
      let unrest = physics.unrest[quantity.rawValue]
      let (relative, absolute) = quantity.noise
      let deviation = (relative * abs(truth) + absolute) * unrest.squareRoot()
      slow[index] = 0.85 * slow[index] + 0.52 * random.normal()
      var value = truth + deviation * (0.75 * slow[index] + 0.5 * random.normal())
      if !quantity.isTemperature, quantity != .suction { value = max(0, value) }
      let within = quantity.isTemperature ? quantity.spread : quantity.spread * abs(truth) + 0.3 * absolute
      frame.values[index] = value
      frame.spreads[index] = within * unrest * exp(0.15 * random.normal())
      if let trouble = machine.trouble, trouble.signal == index {
        spoil(&frame, index, trouble, quantity, deviation)
      }
    }
  }

  private mutating func spoil(
    _ frame: inout FleetFrame, _ index: Int, _ trouble: FleetMachine.SensorTrouble, _ quantity: FleetQuantity,
    _ deviation: Double
  ) {
    guard time >= trouble.start, time < trouble.end, let value = frame.values[index] else {
      held = nil
      return
    }
    // A quarter of the value, or what a temperature sensor is off when its line is bad.
    let size = quantity.isTemperature ? 18 : max(0.25 * abs(value), 8 * deviation)
    switch trouble.fault {
    case .stuck:
      let stays = held ?? value
      held = stays
      frame.values[index] = stays
      frame.spreads[index] = 0
    case .drift:
      let share = (time - trouble.start).seconds / max(1, (trouble.end - trouble.start).seconds)
      frame.values[index] = value + driftRate * size * share
    case .spikes:
      if random.chance(0.05) { frame.values[index] = value + (random.chance(0.5) ? 8 : -4) * size }
    case .dropout:
      frame.values[index] = nil
      frame.spreads[index] = nil
    case .offset: frame.values[index] = value + driftRate * size
    }
  }
}
