import Telemetry

// Fields that become the attributes of an event.
extension DecoderCore {
  /// What an identity is made of. The tag is part of the hash, so that a message id can never equal a unit's name.
  enum IdentityDomain: UInt64 {
    case messageID = 1
    case inspection = 2
    case moment = 3
    /// Neither id nor date: only the first identity layer protects such an event.
    case unprotected = 4
  }

  /// The event of one signal; nil if the message has none of its attributes.
  func event(
    _ number: Int, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> Event? {
    let signal = plan.events[number]
    var attributes: [Event.Attribute] = []
    attributes.reserveCapacity(signal.attributes.count)
    var isPresent = false
    for index in signal.attributes {
      let field = plan.attributes[index]
      let capture = scanner.captures[Int(field.slot)]
      guard capture.isPresent else {
        if field.isRequired, !isPartial { throw missing(field.path, place, capture) }
        continue
      }
      isPresent = true
      if capture.kind == .array || (capture.kind == .object && !field.rest.isEmpty) {
        try appendElements(of: capture, field, place, payload, &attributes)
      } else if field.rest.isEmpty, let text = text(capture, payload) {
        attributes.append(Event.Attribute(field.name, try word(text, capture, field, place, payload)))
      } else {
        throw wrongType(field.path, place, capture, payload, "a string, a number, a boolean or an array of them")
      }
    }
    guard isPresent else { return nil }
    if isPartial {
      for index in signal.attributes where plan.attributes[index].isRequired {
        let capture = scanner.captures[Int(plan.attributes[index].slot)]
        if !capture.isPresent { throw missing(plan.attributes[index].path, place, capture) }
      }
    }
    let series = plan.series[place.firstSeries + Int(signal.series)]
    let identity = try identity(signal, place, payload)
    return Event(series: series, time: place.time, identity: identity, attributes: attributes)
  }

  /// Strings as they read, numbers as their digits stand in the payload; nil for what has no text.
  private func text(_ capture: Capture, _ payload: Span<UInt8>) -> String? {
    switch capture.kind {
    case .string where capture.isEscaped:
      String(decoding: JSONLexer.unescaped(payload, capture.range), as: UTF8.self)
    case .string, .number, .boolean:
      payload.extracting(capture.range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    case .absent, .null, .array, .object: nil
    }
  }

  /// An array becomes a repeated attribute; null elements say nothing. Of an array of objects (or the one object that
  /// stands for an array of one) it is what stands in each.
  private func appendElements(
    of array: Capture, _ field: DecodePlan.AttributeField, _ place: Place, _ payload: Span<UInt8>,
    _ attributes: inout [Event.Attribute]
  ) throws(DecodeFailure) {
    if array.kind == .object {
      try append(array, field, place, payload, &attributes)
      return
    }
    var elements = JSONElements(array)
    while let element = elements.next(payload) { try append(element, field, place, payload, &attributes) }
  }

  private func append(
    _ whole: Capture, _ field: DecodePlan.AttributeField, _ place: Place, _ payload: Span<UInt8>,
    _ attributes: inout [Event.Attribute]
  ) throws(DecodeFailure) {
    if whole.kind == .null { return }
    guard field.rest.isEmpty || whole.kind == .object else {
      throw wrongType(field.path, place, whole, payload, "an array of objects")
    }
    if let element = JSONElements.value(at: field.rest, in: whole, payload), element.kind != .null {
      guard let text = text(element, payload) else {
        throw wrongType(
          field.path, place, element, payload,
          field.rest.isEmpty
            ? "an array of strings, numbers or booleans" : "a string, a number or a boolean in each object")
      }
      attributes.append(Event.Attribute(field.name, try word(text, element, field, place, payload)))
    }
  }

  /// The plant's word for a payload's word (`合格` → `OK`): a closed list, so that counts by verdict are comparable
  /// between vendors. A word that is not on the list sets the message aside until the list has it.
  private func word(
    _ text: String, _ capture: Capture, _ field: DecodePlan.AttributeField, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> String {
    guard !field.words.isEmpty else { return text }
    guard let word = field.words[text] else {
      let known = Set(field.words.values).sorted().joined(separator: ", ")
      throw wrongType(field.path, place, capture, payload, "a word that means one of \(known)")
    }
    return word
  }

  // MARK: - Identity

  private func identity(
    _ signal: DecodePlan.EventSignal, _ place: Place, _ payload: Span<UInt8>
  ) throws(DecodeFailure) -> UInt64 {
    var hash = Hash64()
    let messageID = plan.sections[place.section].messageIDSlot
    if messageID >= 0, scanner.captures[Int(messageID)].isPresent {
      let capture = scanner.captures[Int(messageID)]
      guard capture.kind == .string || capture.kind == .number, let text = text(capture, payload) else {
        throw wrongType("message id", place, capture, payload, "a string or a number")
      }
      hash.combine(IdentityDomain.messageID.rawValue)
      hash.combine(text)
      return hash.value
    }
    if let unit = scalar(signal.unit, payload), let step = scalar(signal.step, payload),
      let attempt = scalar(signal.attempt, payload)
    {
      hash.combine(IdentityDomain.inspection.rawValue)
      hash.combine(unit)
      hash.combine(step)
      hash.combine(attempt)
      return hash.value
    }
    let isDated = place.quality == .good
    hash.combine((isDated ? IdentityDomain.moment : .unprotected).rawValue)
    hash.combine(UInt64(bitPattern: place.time.nanoseconds))
    payload.withUnsafeBytes { hash.combine($0) }
    if row > 0 { hash.combine(UInt64(row)) }
    if !isDated { hash.combine(UInt64(bitPattern: Int64(place.ordinal))) }
    return hash.value
  }

  private func scalar(_ attribute: Int?, _ payload: Span<UInt8>) -> String? {
    guard let attribute else { return nil }
    let capture = scanner.captures[Int(plan.attributes[attribute].slot)]
    return capture.isPresent ? text(capture, payload) : nil
  }
}
