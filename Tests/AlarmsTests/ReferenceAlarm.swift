import Telemetry

@testable import Alarms

/// The life cycle written again in another way, to be compared with: time goes on second by second, and instead of
/// deadlines there are counts of seconds for which the condition has held.
struct ReferenceAlarm {
  var onDelay: Int
  var offDelay: Int
  var latches: Bool
  var now = 0
  var numbers = 0

  var active = false
  var acked = true
  var held = false
  var occurrence = 0
  var level = AlarmMachine.Level.clear
  var blind = false
  /// Seconds for which what is awaited has held; nil while it does not hold.
  var seconds: Int?
  var shelfEnd: Int?
  var suppressed = false
  var out = false
  var log: [String] = []

  var muted: Bool { shelfEnd != nil || suppressed || out }
  var state: AlarmMachine.State {
    switch (active, acked) {
    case (true, false): .unacknowledged
    case (true, true): .acknowledged
    case (false, false): .returned
    case (false, true): .normal
    }
  }

  private mutating func write(_ what: AlarmTransition.What, _ number: Int? = nil) {
    log.append("\(now) \(what.rawValue) \(state) \(number ?? occurrence) \(muted)")
  }

  private var awaited: AlarmMachine.Level { active && !held ? .clear : .violated }
  private var delay: Int { active && !held ? offDelay : onDelay }

  /// What is due in this second, shelving first.
  private mutating func settle() {
    while true {
      if let end = shelfEnd, end == now {
        shelfEnd = nil
        unmute(.unshelved)
      } else if let held = seconds, held >= delay {
        fire()
      } else {
        return
      }
    }
  }

  private mutating func fire() {
    if active, !held {
      if latches {
        held = true
        write(.latched)
      } else {
        finish()
      }
    } else {
      begin()
    }
    look(anew: true)
  }

  private mutating func finish() {
    active = false
    write(.returned)
  }

  private mutating func begin(isHeld: Bool = false) {
    numbers += 1
    occurrence = numbers
    (active, acked, held) = (true, false, isHeld)
    write(.raised)
  }

  private mutating func unmute(_ what: AlarmTransition.What) {
    write(what)
    guard !muted, active else { return }
    if acked { begin(isHeld: held) } else { write(.announcedAgain) }
  }

  private mutating func look(anew: Bool) {
    let holds = !blind && level == awaited
    if !holds { seconds = nil } else if anew || seconds == nil { seconds = 0 }
  }

  /// Lets the time go on to a second.
  mutating func run(to end: Int) {
    settle()
    while now < end {
      now += 1
      if let held = seconds { seconds = held + 1 }
      settle()
    }
  }

  mutating func take(_ input: AlarmMachine.Input, at time: Int) {
    run(to: time)
    switch input {
    case .tick: break
    case .level(let new):
      level = new
      look(anew: false)
    case .blind(let isBlind):
      if isBlind != blind {
        blind = isBlind
        look(anew: true)
      }
    case .escalate:
      if active { begin(isHeld: held) }
    case .acknowledge(let number, _):
      if number == occurrence, occurrence > 0, !acked {
        acked = true
        write(.acknowledged)
      } else {
        write(.acknowledgeRejected, number)
      }
    case .reset:
      if held, active {
        held = false
        write(.reset)
        finish()
        look(anew: false)
      } else {
        write(.resetRejected)
      }
    case .shelve(let until, _):
      let end = Int(until.nanoseconds / 1_000_000_000)
      if end > now {
        shelfEnd = end
        write(.shelved)
      }
    case .unshelve:
      if shelfEnd != nil {
        shelfEnd = nil
        unmute(.unshelved)
      }
    case .suppress(let cause):
      if cause != nil, !suppressed {
        suppressed = true
        write(.suppressed)
      } else if cause == nil, suppressed {
        suppressed = false
        unmute(.unsuppressed)
      }
    case .takeOut:
      if !out {
        out = true
        write(.takenOut)
      }
    case .takeIn:
      if out {
        out = false
        unmute(.takenIn)
      }
    }
    settle()
  }
}
