import Control

/// The status as OpenMetrics 1.0 text.
enum OpenMetrics {
  static func text(_ status: GatewayStatus) -> String {
    var page = Page()
    page.family("weir_messages", .counter, "MQTT messages by what became of them.")
    page.sample("weir_messages_total", ["outcome": "decoded"], status.messages.decoded)
    page.sample("weir_messages_total", ["outcome": "redelivered"], status.messages.redelivered)
    for (reason, count) in status.messages.quarantined.sorted(by: { $0.key < $1.key }) {
      page.sample("weir_messages_total", ["outcome": "quarantined", "reason": reason], count)
    }
    page.family("weir_samples", .counter, "Samples by what became of them.")
    page.sample("weir_samples_total", ["outcome": "used"], status.samples.used)
    page.sample("weir_samples_total", ["outcome": "duplicate"], status.samples.duplicate)
    for (reason, count) in status.samples.quarantined.sorted(by: { $0.key < $1.key }) {
      page.sample("weir_samples_total", ["outcome": "quarantined", "reason": reason], count)
    }
    page.family("weir_samples_pending", .gauge, "Samples that wait for their window.")
    page.sample("weir_samples_pending", [:], status.samples.pending)
    page.family("weir_records", .counter, "Records issued.")
    for (kind, count) in status.records.sorted(by: { $0.key < $1.key }) {
      page.sample("weir_records_total", ["kind": kind], count)
    }
    page.family("weir_destination_records", .counter, "Records of a destination by what became of them.")
    for destination in status.destinations {
      let name = destination.name
      page.sample(
        "weir_destination_records_total", ["destination": name, "outcome": "delivered"], destination.delivered)
      for (outcome, counts) in [("evicted", destination.evicted), ("refused", destination.refused)] {
        for (reason, count) in counts.sorted(by: { $0.key < $1.key }) {
          page.sample(
            "weir_destination_records_total", ["destination": name, "outcome": outcome, "reason": reason], count)
        }
      }
    }
    page.family("weir_destination_pending", .gauge, "Records to deliver.")
    for destination in status.destinations {
      page.sample("weir_destination_pending", ["destination": destination.name], destination.pending)
    }
    page.family("weir_connection_up", .gauge, "1 = connected to the broker and its backlog has arrived.")
    for connection in status.connections {
      page.sample("weir_connection_up", ["connection": connection.name], connection.state == "connected" ? 1 : 0)
    }
    page.family(
      "weir_connection_last_message_age_seconds", .gauge, "Since the last message that was made durable.",
      unit: "seconds")
    for connection in status.connections {
      guard let age = connection.lastMessageAgeSeconds else { continue }
      page.sample("weir_connection_last_message_age_seconds", ["connection": connection.name], age)
    }
    page.family("weir_assets", .gauge, "Assets by state.")
    for (state, count) in [
      ("never", status.assets.never), ("quiet", status.assets.quiet), ("reporting", status.assets.reporting),
      ("silent", status.assets.silent), ("waiting", status.assets.waiting),
    ] {
      page.sample("weir_assets", ["state": state], count)
    }
    page.family("weir_findings_open", .gauge, "Open findings.")
    for severity in ["critical", "info", "warning"] {
      page.sample(
        "weir_findings_open", ["severity": severity], status.findings.count { $0.severity == severity })
    }
    if let alarms = status.alarms { self.alarms(alarms, &page) }
    page.family("weir_disk_bytes", .gauge, "Size on disk.", unit: "bytes")
    page.sample("weir_disk_bytes", ["database": "journal"], status.storage.journalBytes)
    page.sample("weir_disk_bytes", ["database": "store"], status.storage.storeBytes)
    page.family("weir_written_bytes", .counter, "Written to the disk since the start.", unit: "bytes")
    page.sample("weir_written_bytes_total", [:], status.storage.bytesWritten)
    page.family("weir_received_payload_bytes", .counter, "MQTT payloads received since the start.", unit: "bytes")
    page.sample("weir_received_payload_bytes_total", [:], status.storage.payloadBytes)
    page.family(
      "weir_forwarded_bytes", .counter, "Records delivered since the start, before compression.", unit: "bytes")
    for destination in status.destinations {
      page.sample("weir_forwarded_bytes_total", ["destination": destination.name], destination.deliveredBytes)
    }
    page.family("weir_resident_memory_bytes", .gauge, "Resident memory.", unit: "bytes")
    page.sample("weir_resident_memory_bytes", [:], status.stages.residentBytes)
    page.family("weir_uptime_seconds", .gauge, "Since the start of the gateway.", unit: "seconds")
    page.sample("weir_uptime_seconds", [:], status.uptimeSeconds)
    page.family("weir_engine_lag_batches", .gauge, "Journal batches that the engine has not processed.")
    page.sample("weir_engine_lag_batches", [:], status.stages.engineLagBatches)
    page.family(
      "weir_engine_lag_seconds", .gauge, "Upper bound of the age of the oldest of them.", unit: "seconds")
    page.sample("weir_engine_lag_seconds", [:], status.stages.engineLagSeconds)
    return page.text + "# EOF\n"
  }

  private static func alarms(_ alarms: AlarmTotals, _ page: inout Page) {
    let priorities = ["high", "low", "medium", "safety"]
    page.family("weir_alarms_active", .gauge, "Active alarms.")
    for priority in priorities {
      page.sample("weir_alarms_active", ["priority": priority], alarms.active[priority] ?? 0)
    }
    page.family("weir_incidents_open", .gauge, "Open incidents.")
    for priority in priorities {
      page.sample("weir_incidents_open", ["priority": priority], alarms.incidents[priority] ?? 0)
    }
    page.family("weir_alarms_unacknowledged", .gauge, "Occurrences that nobody has acknowledged.")
    page.sample("weir_alarms_unacknowledged", [:], alarms.waiting)
    page.family("weir_alarm_flood", .gauge, "1 = more alarms than a person can see to.")
    page.sample("weir_alarm_flood", [:], alarms.isFlood ? 1 : 0)
    page.family("weir_work_orders_open", .gauge, "Work orders that are not over.")
    page.sample("weir_work_orders_open", [:], alarms.workOrders)
  }

  private enum Kind: String { case counter, gauge }

  private struct Page {
    var text = ""

    mutating func family(_ name: String, _ kind: Kind, _ help: String, unit: String? = nil) {
      text += "# TYPE \(name) \(kind.rawValue)\n"
      if let unit { text += "# UNIT \(name) \(unit)\n" }
      text += "# HELP \(name) \(help)\n"
    }

    mutating func sample(_ name: String, _ labels: [String: String], _ value: Int) { line(name, labels, "\(value)") }

    mutating func sample(_ name: String, _ labels: [String: String], _ value: Double) {
      // OpenMetrics writes numbers as Swift does, but for those that are none.
      line(name, labels, value.isNaN ? "NaN" : value.isInfinite ? (value > 0 ? "+Inf" : "-Inf") : "\(value)")
    }

    private mutating func line(_ name: String, _ labels: [String: String], _ value: String) {
      let list = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escape($0.value))\"" }
      text += "\(name)\(list.isEmpty ? "" : "{\(list.joined(separator: ","))}") \(value)\n"
    }

    private func escape(_ text: String) -> String {
      text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
  }
}
