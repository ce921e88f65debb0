import Telemetry

/// A message that cannot be used, and why.
struct Refusal: Error {
  var reason: SparkplugOutput.SetAside.Reason
  var detail: String

  init(_ reason: SparkplugOutput.SetAside.Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  init(_ error: WireError) { self.init(.malformed, "the payload is no Sparkplug B payload: \(error)") }
}

/// The order of messages: `seq`, `bdSeq`, and what to do when something is missing.
extension EdgeNode {
  /// The number of a device, which is made if it is new; nil if there are too many.
  mutating func device(named name: String?, _ limits: SparkplugLimits) -> Int? {
    guard let name else { return 0 }
    if let known = deviceNumbers[name] { return known }
    guard devices.count <= limits.devicesPerNode else { return nil }
    deviceNumbers[name] = devices.count
    devices.append(EdgeDevice(name: name))
    return devices.count - 1
  }

  /// Takes one message. True if there is something new for `tick` to look after.
  mutating func receive(
    _ kind: SparkplugTopic.Kind, _ device: Int, _ payload: Span<UInt8>, now: SparkplugTime, _ limits: SparkplugLimits,
    into output: inout SparkplugOutput
  ) -> Bool {
    unanswered = 0
    let frame: SparkplugPayload
    do throws(WireError) {
      frame = try SparkplugPayload(payload)
    } catch {
      // Its place in the sequence stays empty, so that the next message shows the gap.
      setAside(kind, device, Array(copying: payload), now, Refusal(error), &output)
      return false
    }
    switch kind {
    case .nodeBirth:
      drop("a rebirth came before what was missing", &output)
      perform(kind, device, frame, payload, now, limits, &output)
      return wish != nil
    case .nodeDeath:
      perform(kind, device, frame, payload, now, limits, &output)
      return false
    case .nodeData, .deviceBirth, .deviceData, .deviceDeath, .nodeCommand, .deviceCommand: break
    }
    guard phase == .online else {
      let detail =
        phase == .suspect
        ? "messages before it are missing; it counts again after a rebirth of \(source)"
        : "\(kind.rawValue) came before the birth of \(source)"
      setAside(kind, device, Array(copying: payload), now, Refusal(.sequence, detail), &output)
      wantRebirth(phase == .suspect ? .missing : .noBirth, now, limits, &output)
      return true
    }
    guard let seq = frame.seq else {
      violated(.noSequence, "\(kind.rawValue) has no seq", device, now, &output)
      perform(kind, device, frame, payload, now, limits, &output)
      return wish != nil
    }
    let ahead = UInt8(truncatingIfNeeded: seq) &- expected
    guard ahead == 0 else {
      if ahead == 255, ByteTable.hash(payload, 0..<payload.count) == lastHash {
        // The very message that came last; a broker delivered it twice.
        output.accept(payload)
        return false
      }
      hold(kind, device, UInt8(truncatingIfNeeded: seq), payload, now, &output)
      // The reason to give up at once: behind what was performed nothing can be missing, so the numbers have begun anew
      // and the birth that said so is lost.
      let reason = ahead >= 128 ? "a birth is missing" : overflow(limits)
      if let reason {
        giveUp(reason, now: now, into: &output)
        wantRebirth(.missing, now, limits, &output)
      }
      return true
    }
    lastHash = ByteTable.hash(payload, 0..<payload.count)
    perform(kind, device, frame, payload, now, limits, &output)
    expected &+= 1
    if !held.isEmpty { release(limits, &output) }
    return wish != nil || !held.isEmpty
  }

  /// Performs a message in its turn, as a whole or not at all.
  private mutating func perform(
    _ kind: SparkplugTopic.Kind, _ device: Int, _ frame: SparkplugPayload, _ payload: Span<UInt8>,
    _ now: SparkplugTime, _ limits: SparkplugLimits, _ output: inout SparkplugOutput
  ) {
    let firstValue = output.values.count
    do throws(Refusal) {
      switch kind {
      case .nodeBirth: try nodeBirth(frame, payload, now, limits, &output)
      case .deviceBirth: try deviceBirth(device, frame, payload, now, limits, &output)
      case .nodeData, .deviceData: try data(kind, device, frame, payload, now, limits, &output)
      case .deviceDeath: deviceDeath(device, frame, now, &output)
      case .nodeDeath: try nodeDeath(frame, payload, now, &output)
      case .nodeCommand, .deviceCommand: break
      }
      output.accept(payload)
    } catch {
      output.values.removeSubrange(firstValue...)
      setAside(kind, device, Array(copying: payload), now, error, &output)
    }
  }

  // MARK: Gaps

  private mutating func hold(
    _ kind: SparkplugTopic.Kind, _ device: Int, _ seq: UInt8, _ payload: Span<UInt8>, _ now: SparkplugTime,
    _ output: inout SparkplugOutput
  ) {
    held.append(Held(kind: kind, device: device, seq: seq, payload: Array(copying: payload), received: now))
    heldBytes += payload.count
  }

  private func overflow(_ limits: SparkplugLimits) -> String? {
    guard held.count > limits.heldMessages || heldBytes > limits.heldBytes else { return nil }
    return "more than \(held.count - 1) messages came meanwhile"
  }

  /// Messages that were waiting for the one that has just come.
  private mutating func release(_ limits: SparkplugLimits, _ output: inout SparkplugOutput) {
    while let index = held.firstIndex(where: { $0.seq == expected }), phase == .online {
      let message = held.remove(at: index)
      heldBytes -= message.payload.count
      do throws(WireError) {
        let frame = try SparkplugPayload(message.payload.span)
        perform(message.kind, message.device, frame, message.payload.span, message.received, limits, &output)
      } catch {
        setAside(message.kind, message.device, message.payload, message.received, Refusal(error), &output)
      }
      expected &+= 1
    }
  }

  /// The missing message does not come: from here on nothing counts until a rebirth.
  mutating func giveUp(_ reason: String, now: SparkplugTime, into output: inout SparkplugOutput) {
    let came = held.last?.seq ?? expected
    drop("seq \(expected) was to come, seq \(came) came, and \(reason)", &output)
    phase = .suspect
    staleSince = staleSince ?? now.wall
    output.notes.append(SparkplugNote(source: source, at: now.wall, event: .offline(.sequence)))
    wish = .missing
  }

  /// Sets aside what was waiting.
  mutating func drop(_ detail: String, _ output: inout SparkplugOutput) {
    guard !held.isEmpty else { return }
    let dropped = held
    held.removeAll()
    heldBytes = 0
    for message in dropped {
      setAside(
        message.kind, message.device, message.payload, message.received, Refusal(.sequence, detail), &output)
    }
  }

  mutating func disconnected(now: SparkplugTime, into output: inout SparkplugOutput) {
    drop("the connection was lost before the missing message came", &output)
    if phase == .online {
      staleSince = now.wall
      output.notes.append(SparkplugNote(source: source, at: now.wall, event: .offline(.connection)))
    }
    phase = .unknown
    wish = nil
    bdSeq = nil
    forget()
  }

  // MARK: Rebirth requests

  mutating func wantRebirth(
    _ reason: SparkplugNote.Wish, _ now: SparkplugTime, _ limits: SparkplugLimits, _ output: inout SparkplugOutput
  ) {
    wish = reason
    _ = ask(now: now, limits, into: &output)
  }

  func wantsToAsk(_ limits: SparkplugLimits) -> Bool { wish != nil && unanswered < limits.unansweredRequests }

  /// Asks if it is wanted and the last time is long enough ago: the wait doubles with every request, and only a long
  /// quiet time makes it short again, so that a broken edge node is not driven round in circles.
  mutating func ask(now: SparkplugTime, _ limits: SparkplugLimits, into output: inout SparkplugOutput) -> Bool {
    guard let wish, now.steady >= nextRequest else { return false }
    if let lastRequest, (now.steady - lastRequest).nanoseconds > 2 * limits.longestRebirthWait.nanoseconds {
      attempts = 0
    }
    let doubled = limits.firstRebirthWait.nanoseconds.multipliedReportingOverflow(by: 1 << Int64(min(attempts, 20)))
    let wait = min(doubled.overflow ? .max : doubled.partialValue, limits.longestRebirthWait.nanoseconds)
    attempts += 1
    unanswered += 1
    lastRequest = now.steady
    nextRequest = now.steady + Span64(nanoseconds: wait)
    output.requests.append(source)
    output.notes.append(
      SparkplugNote(source: source, at: now.wall, event: .rebirthRequested(wish, attempt: attempts)))
    return true
  }

  // MARK: What is told

  func setAside(
    _ kind: SparkplugTopic.Kind, _ device: Int, _ payload: [UInt8], _ received: SparkplugTime, _ refusal: Refusal,
    _ output: inout SparkplugOutput
  ) {
    output.setAside.append(
      SparkplugOutput.SetAside(
        topic: Array(topic(kind, device).text.utf8), payload: payload, received: received.wall, reason: refusal.reason,
        detail: refusal.detail))
  }

  /// Counts a violation, and tells of it now and then.
  mutating func violated(
    _ violation: SparkplugViolation, _ detail: @autoclosure () -> String, _ device: Int, _ now: SparkplugTime,
    _ output: inout SparkplugOutput
  ) {
    guard let index = SparkplugViolation.allCases.firstIndex(of: violation) else { return }
    violations[index] += 1
    var power = violations[index]
    while power % 10 == 0 { power /= 10 }
    guard power == 1 else { return }
    output.notes.append(
      SparkplugNote(
        source: source(device), at: now.wall,
        event: .violation(violation, detail: detail(), count: violations[index])))
  }
}
