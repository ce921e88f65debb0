import Journal
import Rules
import Telemetry

extension EngineCore {
  /// The plant clock. A lower mark than before, or one that cannot be a time, is ignored.
  mutating func mark(_ time: Timestamp) throws {
    guard time >= plant, time.nanoseconds >= Self.lowestTime, time.nanoseconds <= Self.highestTime else { return }
    try tellFindings()
    setPlantClock(time)
    collector.output.findings += clockFindings.mark(time)
    readDeadlines()
    var isDue = false
    for connection in clocks.indices {
      let mayClose = clocks[connection].mark(time)
      due[connection] = mayClose && connectionDeadlines[connection] <= clocks[connection].time
      isDue = isDue || due[connection]
    }
    if isDue { try closeWindows() }
    try closeSite()
    try closeWatching()
  }

  mutating func setPlantClock(_ time: Timestamp) {
    plant = time
    history.plant = time
    latest = min((time + limits.futureTolerance).nanoseconds, Self.highestTime)
    for place in oldest.indices { oldest[place] = max((time - horizons[place]).nanoseconds, Self.lowestTime) }
  }

  /// A connection that the site does not name is ignored.
  mutating func connection(_ id: ConnectionID, _ change: Batch.ConnectionChange) throws {
    guard let connection = connectionNumbers[Int(id.rawValue)], clocks[connection].change(change) else { return }
    readDeadlines()
    guard connectionDeadlines[connection] <= clocks[connection].time else { return }
    for place in due.indices { due[place] = place == connection }
    try closeWindows()
    try closeSite()
  }

  /// Runs the due rules of the connections in `due`: pass by pass, in asset order.
  private mutating func closeWindows() throws {
    for pass in passes {
      for rule in pass {
        let asset = ruleAssets[rule]
        let connection = connectionOfAsset[asset]
        guard due[connection], deadlines[rule] <= clocks[connection].time else { continue }
        face(asset)
        do {
          try rules[rule].close(now: clocks[connection].time, context: &context)
        } catch {
          try fail(rule, error)
        }
        touch(asset)
      }
    }
    try deliver()
    readDeadlines()
    for connection in due.indices where due[connection] { connectionDeadlines[connection] = .distantFuture }
    for rule in rules.indices where due[connectionOfAsset[ruleAssets[rule]]] {
      let connection = connectionOfAsset[ruleAssets[rule]]
      connectionDeadlines[connection] = min(connectionDeadlines[connection], deadlines[rule])
    }
  }

  /// Asks the rules that may have others now for their deadlines.
  mutating func readDeadlines() {
    for asset in touched {
      marked[asset] &= ~Self.touchedBit
      let connection = connectionOfAsset[asset]
      for rule in rulesOfAsset[asset] where isStale[rule] {
        isStale[rule] = false
        deadlines[rule] = isOut[rule] ? .distantFuture : rules[rule].deadline ?? .distantFuture
        connectionDeadlines[connection] = min(connectionDeadlines[connection], deadlines[rule])
      }
    }
    touched.removeAll(keepingCapacity: true)
  }

  /// The lowest mark at which a rule or a finding has something to do.
  var nextDeadline: Timestamp? {
    var next = clockFindings.deadline ?? .distantFuture
    for (clock, deadline) in zip(clocks, connectionDeadlines) where deadline != .distantFuture {
      next = min(next, clock.wake(deadline))
    }
    if siteRules.deadline != .distantFuture {
      let wakes = assetConnections.map { clocks[$0].wake(siteRules.deadline) }
      next = min(next, wakes.max() ?? siteRules.deadline)
    }
    next = min(next, siteRules.plantDeadline)
    return next == .distantFuture ? nil : next
  }
}
