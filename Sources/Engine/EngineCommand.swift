/// The commands in the journal that the engine knows, as canonical JSON. Others are for other readers of the journal.
public enum EngineCommand {
  /// The gateway has started.
  public static let start = #"{"command":"start"}"#
}
