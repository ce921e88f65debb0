import Telemetry

extension RecordDraft {
  private static let urgentKinds: Set<RecordKind> = [.notification, .alarm, .incident]
  /// As canonical JSON has it.
  private static let mark = Array(#""priority":"safety""#.utf8)

  /// It tells of danger for people, for the first time: it is sent before the Store has it. Later revisions name what
  /// they supersede, which only the Store knows.
  var isUrgent: Bool {
    Self.urgentKinds.contains(kind) && revision == 0 && body.firstRange(of: Self.mark) != nil
  }
}
