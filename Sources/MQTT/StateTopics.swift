/// The gateway's own topics at a broker.
public enum StateTopics {
  /// Where the retained `online` / `offline` is: `weir/<gateway>/state`.
  public static func state(gateway: String) -> String { "weir/\(gateway)/state" }

  /// Where the marker goes round that finds the end of a backlog.
  public static func drain(gateway: String, clientID: String) -> String { "weir/\(gateway)/drain/\(clientID)" }

  /// The retained payload. Ids are restricted to characters that JSON need not escape; anything else is dropped.
  static func payload(gateway: String, connection: String, isOnline: Bool) -> [UInt8] {
    func safe(_ text: String) -> String { text.filter { $0.isASCII && $0 >= " " && $0 != "\"" && $0 != "\\" } }
    let state = isOnline ? "online" : "offline"
    return Array(
      #"{"connection":"\#(safe(connection))","gateway":"\#(safe(gateway))","state":"\#(state)"}"#.utf8)
  }
}
