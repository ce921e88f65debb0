import Glibc

/// The session's actions, and what the library tells, as session events.
extension ReceiverLoop: MosquittoClientOwner {
  func dispatch(_ event: Session.Event) {
    followUps.append(event)
    guard !isDispatching else { return }
    isDispatching = true
    defer { isDispatching = false }
    while !followUps.isEmpty {
      let event = followUps.removeFirst()
      for action in session.handle(event, random: Double.random(in: 0..<1)) { perform(action) }
    }
  }

  private func perform(_ action: Session.Action) {
    switch action {
    case .connect(let version): connectRequested = version
    case .close:
      closeRequested = true
      connectRequested = nil
    case .subscribe(let request, let filters): subscribe(request, filters)
    case .unsubscribe: unsubscribe()
    case .publishOnline:
      publish(announcement.topic, announcement.online(), retain: true)
    case .publishMarker: publish(String(decoding: drainTopic, as: UTF8.self), markerPayload, retain: false)
    case .timer(let length): timerAt = length.map { Monotonic.now() + $0.nanoseconds }
    case .finish: finishRequested = true
    case .report(let event): delegate.connectionChanged(event)
    }
  }

  /// What must not happen inside a callback of the library: closing and opening connections.
  func performDeferred() {
    if closeRequested {
      closeRequested = false
      drop()
    }
    guard let version = connectRequested else { return }
    connectRequested = nil
    do {
      var options = try ClientOptions(settings, persistent: !startsClean)
      options.will = .init(topic: announcement.topic, payload: announcement.will())
      let client = try MosquittoClient(options, version: version, owner: self)
      attempt = try ConnectAttempt(UncheckedBox(value: client).value, options: options, version: version, wake: wake)
    } catch {
      dispatch(.connectFailed(String(describing: error)))
    }
  }

  func finishAttempt(_ attempt: ConnectAttempt) {
    guard let (outcome, client) = attempt.result() else { return }
    self.attempt = nil
    switch outcome {
    case .connected:
      self.client = client
      lowWater = 1
    case .failed(let what): dispatch(.connectFailed(what))
    }
  }

  /// Closes the socket. Unwritten acknowledgements are gone with it; what the delegate holds can still be committed
  /// (the broker delivers it again, and the redelivery is recognised).
  func drop() {
    client = nil
    attempt?.abandon()
    attempt = nil
    delivered = 0
    deliveredBytes = 0
    openRequests = [:]
    ownPublishes = [:]
    markerPayload = []
    noRoomSince = nil
    noteUncommitted(Monotonic.now())
  }

  private func subscribe(_ request: Int, _ filters: Range<Int>) {
    guard let client else { return }
    do {
      let packetID = try client.subscribe(
        session.wireFilters(filters), version: session.version)
      openRequests[packetID] = request
    } catch {
      dispatch(.lost(code: nil, String(describing: error)))
    }
  }

  private func unsubscribe() {
    guard let client else { return }
    do {
      for filters in session.configuration.obsolete.chunks(of: session.configuration.filtersPerRequest) {
        try client.unsubscribe(filters)
      }
    } catch {
      dispatch(.lost(code: nil, String(describing: error)))
    }
  }

  /// What the delegate has to say goes into the library's queue; the next write sends it.
  func publishForDelegate() {
    guard !closeRequested, client != nil, session.phase.isSubscribed, delegate.hasPublications else { return }
    for message in delegate.takePublications() where !closeRequested {
      publish(message.topic, message.payload, qos: message.qos > 0 ? 1 : 0, retain: message.retain)
    }
  }

  @discardableResult
  private func publish(_ topic: String, _ payload: [UInt8], qos: Int32 = 1, retain: Bool) -> Int32? {
    guard let client else { return nil }
    switch payload.withUnsafeBytes({ client.publish(topic: topic, payload: $0, qos: qos, retain: retain) }) {
    case .success(let packetID):
      ownPublishes[packetID] = topic
      return packetID
    case .failure(let error):
      dispatch(.lost(code: nil, MosquittoClient.text(error.code)))
      return nil
    }
  }

  // MARK: What the library tells (of a connection that is to be closed nothing counts any more)

  func clientReceived(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, retained: Bool
  ) {
    guard !isDiscarding, !closeRequested else {
      discarded += 1
      return
    }
    if topic.count == drainTopic.count, topic.elementsEqual(drainTopic) {
      // Markers of earlier connections come round too; they only need their acknowledgement.
      if !markerPayload.isEmpty, payload.elementsEqual(markerPayload) { dispatch(.markerArrived(nonce: markerNonce)) }
      return
    }
    delivered &+= 1
    deliveredBytes &+= topic.count &+ payload.count
    delegate.received(topic: topic, payload: payload, packetID: packetID, duplicate: false, retained: retained)
  }

  func clientAnswered(code: UInt8, sessionPresent: Bool, canShare: Bool) {
    guard !closeRequested else { return }
    markerNonce = UInt64.random(in: .min ... .max)
    markerPayload = Array(String(markerNonce, radix: 16).utf8)
    dispatch(.answered(code: code, sessionPresent: sessionPresent, nonce: markerNonce, canShare: canShare))
  }

  func clientSubscribed(packetID: Int32, codes: [UInt8]) {
    guard !closeRequested, let request = openRequests.removeValue(forKey: packetID) else { return }
    dispatch(.subscribed(request: request, codes: codes))
  }

  func clientPublished(packetID: Int32, code: UInt8) {
    guard let topic = ownPublishes.removeValue(forKey: packetID) else { return }
    if ReasonCode.isFailure(code) { delegate.connectionChanged(.publishRefused(topic: topic, code: code)) }
  }

  func clientLost(code: UInt8?, _ what: String) {
    // After a refusal the library reports the loss as well, perhaps while the next connect is already requested.
    if !closeRequested { dispatch(.lost(code: code, what)) }
  }

  // MARK: The end

  /// Commits, acknowledges, announces `offline`, disconnects. The session has already reported `down`.
  func finish() {
    attempt?.abandon()
    attempt = nil
    let isCommitted = delivered > 0 || delegate.hasUncommitted ? commit() : true
    defer { client = nil }
    // Without a commit no acknowledgement: closing the socket says `offline` through the last will.
    guard let client, isCommitted, client.descriptor >= 0 else { return }
    let deadline = Monotonic.now() + 3_000_000_000
    let offline = publish(announcement.topic, announcement.farewell(), retain: true)
    client.write()
    while client.wantsToWrite, client.descriptor >= 0, waitAtEnd(client, POLLOUT, deadline) { client.write() }
    // The answer to `offline` proves that the broker has seen every acknowledgement before it. From here on nothing
    // may be written any more once another message has come: its acknowledgement would go with it.
    isDiscarding = true
    setLowWater(client, 1)
    while let offline, ownPublishes[offline] != nil, client.descriptor >= 0, waitAtEnd(client, POLLIN, deadline) {
      while client.read() {}
    }
    guard discarded == 0, client.descriptor >= 0 else { return }
    client.disconnect()
    client.write()
  }

  private func waitAtEnd(_ client: MosquittoClient, _ events: Int32, _ deadline: Int64) -> Bool {
    let left = deadline - Monotonic.now()
    guard left > 0 else { return false }
    var entry = pollfd(fd: client.descriptor, events: Int16(events), revents: 0)
    return poll(&entry, 1, Int32(left / 1_000_000) + 1) > 0
  }
}

extension Array {
  /// Slices of at most so many elements.
  fileprivate func chunks(of count: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min(self.count, $0 + count)] }
  }
}
