import Alarms
import Journal
import Rules
import Telemetry

/// What a maintenance system tells of work orders on a topic, as commands of the journal: acknowledged after the commit
/// like every message, so that none is lost, and told again without harm.
///
/// The payload is JSON with `state` (or `status`) and, if no level of the topic that the filter leaves open has it, the
/// `number` or `correlation_id`.
final class WorkOrderIntake {
  let filter: String
  private let levels: [String]

  init(filter: String) {
    self.filter = filter
    levels = filter.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
  }

  /// Nil for a message of another topic; else the command, or why it is none.
  func take(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>
  ) -> Result<SiteCommand, AlarmCommand.Mistake>? {
    let given = String(decoding: topic, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
    guard given.count == levels.count, zip(given, levels).allSatisfy({ $1 == "+" || $0 == $1[...] }) else { return nil }
    let open = zip(given, levels).filter { $0.1 == "+" }.compactMap { Int($0.0) }
    do {
      guard case .object(var members) = try JSONValue(parsing: Array(payload)) else {
        return .failure(AlarmCommand.Mistake(description: "no JSON object"))
      }
      if let number = open.last { members["number"] = .integer(Int64(number)) }
      return .success(try WorkOrderCommand(SiteCommand(name: WorkOrderCommand.name, members: members)).journaled)
    } catch {
      return .failure(AlarmCommand.Mistake(description: "\(error)"))
    }
  }
}
