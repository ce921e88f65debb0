import Rules
import Telemetry

/// What rules tell each other, and the rules over the whole site.
extension EngineCore {
  private static let siteKey = "site"
  private static let siteVersion: UInt8 = 1

  /// The clock of the slowest connection that has assets.
  var siteClock: Timestamp { assetConnections.map { clocks[$0].time }.min() ?? plant }

  /// Hands on what was published, in the order in which it was.
  mutating func deliver() throws {
    while !collector.published.isEmpty {
      let told = collector.published
      collector.published = []
      for (asset, what) in told {
        if asset >= 0 { try hand(what, toRulesOf: asset) }
        for place in siteRules.rules.indices where !siteRules.isOut[place] {
          try callSite(place) { try $0.heard(what, asset: asset, context: &$1) }
        }
      }
      siteRules.readDeadline()
    }
  }

  private mutating func hand(_ what: Published, toRulesOf asset: Int) throws {
    for rule in rulesOfAsset[asset] where isListening[rule] && !isOut[rule] {
      face(asset)
      do {
        try rules[rule].heard(what, context: &context)
      } catch {
        try fail(rule, error)
      }
      touch(asset)
    }
  }

  /// A command that the engine does not know itself: the rules of the site first, which may keep what those of the
  /// assets ask them for. A rule that is out of service hears it at its retry: what a person entered comes only once.
  mutating func heard(_ command: SiteCommand) throws {
    for place in siteRules.rules.indices { try hand(command, toRuleOfSite: place) }
    siteRules.readDeadline()
    for rule in commanded { try hand(command, to: rule) }
  }

  private mutating func hand(_ command: SiteCommand, toRuleOfSite place: Int) throws {
    guard !siteRules.isOut[place] else {
      siteRules.waiting[place].append(command)
      siteRules.isDirty = true
      return
    }
    try callSite(place) { try $0.heard(command, context: &$1) }
  }

  private mutating func hand(_ command: SiteCommand, to rule: Int) throws {
    if isOut[rule] {
      waiting[rule, default: []].append(command)
    } else {
      face(ruleAssets[rule])
      do {
        try rules[rule].heard(command, context: &context)
      } catch {
        try fail(rule, error)
      }
    }
    touch(ruleAssets[rule])
  }

  /// To a rule of an asset that is tried again; if one of them stops it once more, the rest goes on waiting.
  mutating func handOverCommands(to rule: Int) throws {
    for command in waiting.removeValue(forKey: rule) ?? [] { try hand(command, to: rule) }
  }

  /// Runs the rules that are due by the site's clock.
  mutating func closeSite() throws {
    let now = siteClock
    guard siteRules.deadline <= now else { return }
    for place in siteRules.rules.indices where !siteRules.isOut[place] && !siteRules.watching.contains(place) {
      guard let deadline = siteRules.rules[place].deadline, deadline <= now else { continue }
      try callSite(place) {
        $1.clock = now
        try $0.close(now: now, context: &$1)
      }
    }
    siteRules.readDeadline()
    try deliver()
  }

  /// Hands the findings since the last time to the rules that watch them. It is done before the plant clock moves and
  /// before a person's command, so what they hear does not depend on where batches begin.
  mutating func tellFindings() throws {
    guard !siteRules.watching.isEmpty, toldFindings < collector.output.findings.count else { return }
    while toldFindings < collector.output.findings.count {
      let finding = collector.output.findings[toldFindings]
      toldFindings += 1
      for place in siteRules.watching where !siteRules.isOut[place] {
        try callSite(place) { try $0.heard(finding, context: &$1) }
      }
    }
    siteRules.readDeadline()
  }

  /// Runs the rules that are due by the plant clock: those that watch findings.
  mutating func closeWatching() throws {
    try tellFindings()
    guard siteRules.plantDeadline <= plant else { return }
    for place in siteRules.watching where !siteRules.isOut[place] {
      guard let deadline = siteRules.rules[place].deadline, deadline <= plant else { continue }
      let now = plant
      try callSite(place) { try $0.close(now: now, context: &$1) }
    }
    siteRules.readDeadline()
  }

  private mutating func callSite(
    _ place: Int, _ body: (inout any SiteRule, inout RuleContext) throws -> Void
  ) throws {
    siteRules.isDirty = true
    siteRules.context.clock = plant
    do {
      try body(&siteRules.rules[place], &siteRules.context)
    } catch {
      if case .unreadable = error as? EngineError { throw error }
      siteRules.isOut[place] = true
      collector.output.findings.append(
        failure(
          rule: siteRules.names[place], of: site.gateway.id,
          summary: "Rule \(siteRules.names[place]) met an error and is out of service: \(error)."))
    }
  }

  /// Tries all rules of the site again that are out of service, first with the commands that came meanwhile: they may be
  /// what mends it.
  mutating func retrySiteRules() throws {
    for place in siteRules.rules.indices {
      if siteRules.isOut[place] {
        siteRules.isOut[place] = false
        siteRules.isDirty = true
        var closed = failure(
          rule: siteRules.names[place], of: site.gateway.id,
          summary: "Rule \(siteRules.names[place]) is tried again after a start of the gateway.")
        closed.closed = plant
        collector.output.findings.append(closed)
      }
      let commands = siteRules.waiting[place]
      siteRules.waiting[place] = []
      // If one of them stops it once more, the rest goes on waiting.
      for command in commands { try hand(command, toRuleOfSite: place) }
    }
    siteRules.readDeadline()
  }

  // MARK: Checkpoint

  /// Nil if nothing has changed since the last one.
  mutating func siteState() -> (key: String, bytes: [UInt8]?)? {
    guard siteRules.isDirty else { return nil }
    siteRules.isDirty = false
    var writer = ByteWriter()
    writer.byte(Self.siteVersion)
    writer.varint(siteRules.rules.count)
    for place in siteRules.rules.indices {
      writer.string(siteRules.names[place])
      writer.boolean(siteRules.isOut[place])
      var state = ByteWriter()
      siteRules.rules[place].encodeState(into: &state)
      writer.blob(state.bytes)
    }
    // Behind the rest, which is as long as it was before commands waited.
    if siteRules.waiting.contains(where: { !$0.isEmpty }) {
      for commands in siteRules.waiting {
        writer.varint(commands.count)
        for command in commands { writer.string(command.text) }
      }
    }
    return (Self.siteKey, writer.bytes)
  }

  mutating func restoreSite() throws {
    defer { siteRules.readDeadline() }
    guard let bytes = try saved.read(Self.siteKey) else { return }
    try restoring(Self.siteKey, bytes) { reader, core in
      guard try reader.byte() == Self.siteVersion else { throw ByteReaderError(offset: 0, expected: "version 1") }
      var names: [String] = []
      for _ in 0..<(try reader.count()) {
        let name = try reader.string()
        names.append(name)
        let isOut = try reader.boolean()
        var state = ByteReader(Array(try reader.blob()))
        // A rule that the site no longer has loses its state.
        guard let place = core.siteRules.names.firstIndex(of: name) else { continue }
        let fresh = core.siteRules.rules[place]
        do {
          try core.siteRules.rules[place].restoreState(from: &state)
          core.siteRules.isOut[place] = isOut
        } catch {
          guard let hash = core.configurationHash, hash != core.site.hash else { throw error }
          core.siteRules.rules[place] = fresh
          core.siteRules.restarted.append(place)
        }
      }
      guard !reader.isAtEnd else { return }
      for name in names {
        let place = core.siteRules.names.firstIndex(of: name)
        for _ in 0..<(try reader.count()) {
          let text = try reader.string()
          guard let command = SiteCommand(text: text) else {
            throw ByteReaderError(offset: reader.offset, expected: "a command that waits, found \(text)")
          }
          // A rule that begins anew is in service: it hears with the rest what it would have been told at the retry.
          if let place { core.siteRules.waiting[place].append(command) }
        }
      }
    }
  }
}
