import Telemetry

extension Asset {
  /// The asset as its differences from the template, in the schema of the configuration.
  func write(_ template: EquipmentTemplate, to writer: inout CanonicalWriter) {
    writer.field("id", id)
    if name != id { writer.field("name", name) }
    writer.field("formerly", formerly)
    if !site.isEmpty { writer.field("place", place) }
    writer.field("template", self.template)
    if let sparkplug {
      writer.object("sparkplug") { writer in
        writer.field("group", sparkplug.group)
        writer.field("node", sparkplug.node)
        writer.field("device", sparkplug.device)
      }
    } else {
      writer.field("topic", topics.first?.topic)
    }
    if criticality != .normal { writer.field("criticality", criticality.rawValue) }
    writer.field("broker", connection)
    if let ratedPower { writer.field("rated-power", "\(ratedPower) kW") }
    metering.write(to: &writer)
    production.write(signals, to: &writer)
    nameplate.write(to: &writer)
    if let learning { writer.field("learning", learning) }
    if let own = services.own {
      if own.isEmpty { writer.field("services", "none") }
      ServiceInterval.write(own, isOfOne: true, to: &writer)
    }
    if let mapping = topics.first, mapping.payload != template.payload { mapping.payload.write(to: &writer) }
    if faultModel != template.faultModel { writer.field("fault-model", faultModel ?? "none") }
    clock.write(to: &writer)
    if let mapping = topics.first, mapping.timestamp != template.timestamp {
      mapping.timestamp.write(to: &writer)
    }
    let event = topics.first { mapping in mapping.fields.contains { signals[$0.signal].kind == .event } }
    if let event, event.messageID != template.messageID {
      if let path = event.messageID { writer.path("message-id", path) } else { writer.field("message-id", "none") }
    }
    // The usual case, and for assets of one template a comparison of two pointers.
    if signals == template.signals, topics.count == 1, topics[0].fields == template.fields { return }
    writer.object("signals") { writeChanges(template, to: &$0) }
  }

  private func writeChanges(_ template: EquipmentTemplate, to writer: inout CanonicalWriter) {
    let all = topics.flatMap(\.fields)
    for (index, standard) in template.signals.enumerated() {
      guard let own = signals.firstIndex(where: { $0.name == standard.name }) else {
        writer.field(standard.name, "none")
        continue
      }
      let ownTopic = topics.dropFirst().first { mapping in mapping.fields.contains { $0.signal == own } }
      let topic = ownTopic?.topic
      let standardFields = template.fields.filter { $0.signal == index }
      let fields = all.filter { $0.signal == own }.map { $0.moved(to: index) }
      if signals[own] == standard, fields == standardFields, topic == nil { continue }
      writer.object(standard.name) { writer in
        signals[own].writeChange(from: standard, to: &writer)
        FieldMapping.writeChanges(fields, from: standardFields, areMetrics: sparkplug != nil, to: &writer)
        writer.field("topic", topic)
        if let payload = ownTopic?.payload, payload != topics.first?.payload { payload.write(to: &writer) }
      }
    }
  }
}
