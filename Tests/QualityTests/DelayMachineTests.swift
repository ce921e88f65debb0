import RuleBench
import Telemetry
import Testing

@testable import Quality

@Suite struct DelayMachineTests {
  /// The same by looking at the whole past each time: slow, and plain.
  private struct Model {
    var delays: DelayMachine.Delays
    var past: [(time: Int64, isActive: Bool)] = []
    var isOpen = false
    /// Where the past that counts begins.
    var from = 0

    mutating func handle(_ isActive: Bool, _ time: Int64) -> DelayMachine.Change? {
      past.append((time, isActive))
      let lastActive = past[from...].last { $0.isActive }?.time
      if isOpen {
        guard !isActive, let lastActive, time - lastActive >= delays.off else { return nil }
        isOpen = false
        from = past.count
        return .closed
      }
      guard isActive else { return nil }
      // The active samples that belong together, backwards from now.
      var count: Int32 = 0
      var since = time
      var later = time
      for entry in past[from...].reversed() {
        if entry.isActive {
          if later - entry.time >= delays.off { break }
          count += 1
          since = entry.time
          later = entry.time
        } else if !delays.isPoint || later - entry.time >= delays.off {
          break
        }
      }
      guard count >= delays.count, time - since >= delays.on else { return nil }
      isOpen = true
      return .opened
    }
  }

  @Test(arguments: 0..<200) func randomSequencesAgainstTheModel(seed: Int) {
    var random = Seeded(state: UInt64(seed) * 7919 + 1)
    let delays = DelayMachine.Delays(
      on: Int64.random(in: 0...40, using: &random), count: Int32.random(in: 1...4, using: &random),
      off: Int64.random(in: 1...60, using: &random), isPoint: Bool.random(using: &random))
    var machine = DelayMachine()
    var model = Model(delays: delays)
    var time: Int64 = 0
    let share = Int.random(in: 1...9, using: &random)
    for _ in 0..<400 {
      time += Int64.random(in: 1...20, using: &random)
      let isActive = Int.random(in: 0..<10, using: &random) < share
      #expect(machine.handle(isActive, at: time, delays) == model.handle(isActive, time))
      #expect((machine.phase == .open) == model.isOpen)
    }
  }

  @Test func stateComesBack() throws {
    var machine = DelayMachine()
    _ = machine.handle(true, at: 5, DelayMachine.Delays(on: 10, off: 3))
    var writer = ByteWriter()
    machine.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try DelayMachine(from: &reader) == machine)
    #expect(reader.isAtEnd)
  }
}
