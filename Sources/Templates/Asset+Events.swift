import Telemetry

extension Asset {
  /// Position of the first event signal whose events have all these attributes. Of an asset that was put together
  /// without a mapping nothing is known: its first event signal counts as one that carries anything.
  public func eventSignal(carrying attributes: Set<String>) -> Int? {
    signals.indices.first { signal in
      guard signals[signal].kind == .event else { return false }
      let fields = topics.flatMap(\.fields).filter { $0.signal == signal }
      return fields.isEmpty || attributes.isSubset(of: fields.compactMap(\.attribute))
    }
  }

  /// Position of the signal that tells of production orders.
  public var orderSignal: Int? {
    guard topics.contains(where: { !$0.fields.isEmpty }) else { return nil }
    return eventSignal(carrying: ["event", "order"])
  }
}
