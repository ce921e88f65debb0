import Foundation
import Synchronization

/// Places where a test can kill the process: `WEIR_FAULT=journal-committed:137` dies by SIGKILL at the 137th passage.
///
/// Without the variable a passage costs one load and one comparison.
enum FaultPoint: String, CaseIterable {
  /// After the journal's commit, before the acknowledgements are written.
  case journalCommitted = "journal-committed"
  /// Within the Store's transaction, before its commit.
  case storeTransaction = "store-transaction"

  private static let armed: (point: FaultPoint, passage: Int)? = {
    guard let text = ProcessInfo.processInfo.environment["WEIR_FAULT"] else { return nil }
    let parts = text.split(separator: ":")
    guard parts.count == 2, let point = FaultPoint(rawValue: String(parts[0])), let passage = Int(parts[1]) else {
      return nil
    }
    return (point, passage)
  }()
  private static let passages = Atomic<Int>(0)

  func hit() {
    guard let armed = Self.armed, armed.point == self else { return }
    if Self.passages.add(1, ordering: .relaxed).newValue == armed.passage { kill(getpid(), SIGKILL) }
  }
}
