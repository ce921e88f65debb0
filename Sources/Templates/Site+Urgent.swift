extension Site {
  /// Assets (by position) whose messages are committed, judged and told at once: those of criticality `safety`, and those
  /// that a condition of safety watches.
  public var urgentAssets: Set<Int> {
    let conditions = alarms?.safety ?? []
    return Set(
      assets.indices.filter { place in
        let asset = assets[place]
        return asset.criticality == .safety
          || conditions.contains { $0.assets.contains { Wildcard.matches(asset.id, $0) } }
      })
  }

  /// Connections that carry nothing but what is urgent: a way of their own, on which nothing waits for anything else.
  public var urgentConnections: Set<String> {
    let urgent = urgentAssets
    let all = Set(assets.map(\.connection))
    return all.subtracting(assets.indices.filter { !urgent.contains($0) }.map { assets[$0].connection })
  }

  /// Where a maintenance system tells states of orders on a connection: on those that are named, else on the first.
  public func orderTopic(on connection: Connection) -> String? {
    guard let orders = alarms?.workOrders, connection.sparkplug == nil else { return nil }
    let isMeant =
      orders.statusBrokers.isEmpty
      ? connection.name == connections.first?.name : orders.statusBrokers.contains(connection.name)
    return isMeant ? orders.statusTopic : nil
  }
}
