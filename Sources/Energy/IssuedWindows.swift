import Rules
import Telemetry

/// What was issued for the windows that a revision looks at, read in runs, as it was before the revision.
final class IssuedWindows {
  private let ledger: WindowLedger
  private let registers: Int
  private let context: RuleContext
  private var run: Range<Timestamp>
  /// By start; windows of another number of registers are left out: they cannot be folded again.
  private var windows: [(start: Timestamp, parts: [RegisterWindow])] = []

  init(ledger: WindowLedger, registers: Int, context: RuleContext) {
    self.ledger = ledger
    self.registers = registers
    self.context = context
    run = .distantPast ..< .distantPast
  }

  func parts(_ start: Timestamp) throws -> [RegisterWindow]? {
    if !run.contains(start) {
      let length = Span64(nanoseconds: ledger.length.nanoseconds * ledger.pageWindows)
      let first = start.windowStart(length)
      windows = []
      for (start, entry) in try ledger.entries(from: first, to: first + length, context: context) {
        guard let parts = try RegisterWindow.decode(entry.state, count: registers, base: start) else { continue }
        windows.append((start, parts))
      }
      run = first..<first + length
    }
    return windows.first { $0.start == start }?.parts
  }
}
