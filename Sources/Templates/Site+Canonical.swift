import Crypto
import Telemetry

/// The canonical text: the same settings give the same text, whatever their order, spelling, units and comments; it is
/// a valid configuration that loads to an equal site without any template folder, and it holds no secret.
extension Site {
  mutating func seal(templates: TemplateCatalogue) {
    canonicalText = Self.canonicalText(self, templates)
    hash = SHA256.hash(data: Array(canonicalText.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }

  private static func canonicalText(_ site: Site, _ templates: TemplateCatalogue) -> String {
    var writer = CanonicalWriter()
    writer.object(lineBreak: true) { writer in
      writer.newLine()
      writer.object("gateway") { writer in
        writer.field("id", site.gateway.id)
        writer.field("data", site.gateway.dataDirectory)
      }
      writer.newLine()
      writer.field("zone", site.zone)
      writer.newLine()
      writer.field("clock", site.clock.rawValue)
      writer.newLine()
      writer.list("brokers", lineBreak: true) { writer in
        for connection in site.connections {
          writer.newLine()
          writer.object { write(connection, isSource: true, to: &$0) }
        }
      }
      writer.newLine()
      writeSettings(site, to: &writer)
      writer.newLine()
      writer.list("destinations", lineBreak: true) { writer in
        for destination in site.destinations {
          writer.newLine()
          writer.object { write(destination, to: &$0) }
        }
      }
      writer.newLine()
      let used = Set(site.assets.map(\.template)).sorted()
      writer.object("templates", lineBreak: true) { writer in
        for template in used.compactMap({ templates[$0] }) {
          writer.newLine()
          writer.object(template.name) { template.write(to: &$0) }
        }
      }
      writer.newLine()
      writer.list("assets", lineBreak: true) { writer in
        for asset in site.assets {
          guard let template = templates[asset.template] else { continue }
          writer.newLine()
          writer.object { asset.write(template, to: &$0) }
        }
      }
    }
    return writer.text + "\n"
  }

  private static func writeSettings(_ site: Site, to writer: inout CanonicalWriter) {
    writer.object("horizons") { writer in
      for group in SiteReader.horizonGroups {
        let horizon = site.horizons[group.kinds[0]] ?? group.standard
        writer.object(group.key) { writer in
          writer.field("lateness", QuantityText.text(horizon.lateness))
          writer.field("revision", QuantityText.text(horizon.revision))
        }
      }
    }
    writer.newLine()
    writer.object("energy") { writer in
      writer.field("window", QuantityText.text(site.energy.window))
      writer.field("plausibility-factor", site.energy.plausibilityFactor.description)
      site.energy.standardCoal?.write(to: &writer)
      site.energy.analysis.write(to: &writer)
      site.energy.advice.write(to: &writer)
    }
    writer.newLine()
    if let tariff = site.tariff {
      tariff.write(to: &writer)
      writer.newLine()
    }
    if !site.products.isEmpty {
      writer.list("products", lineBreak: true) { writer in
        for product in site.products {
          writer.newLine()
          writer.object { product.write(currency: site.tariff?.tariff.currency, to: &$0) }
        }
      }
      writer.newLine()
    }
    if let footprint = site.footprint {
      footprint.write(to: &writer)
      writer.newLine()
    }
    site.quality.write(to: &writer)
    writer.newLine()
    if let condition = site.condition {
      condition.write(to: &writer)
      writer.newLine()
    }
    if site.maintenance != .standard {
      site.maintenance.write(to: &writer)
      writer.newLine()
    }
    if let carbon = site.carbon {
      carbon.write(to: &writer)
      writer.newLine()
    }
    if let shifts = site.shifts {
      shifts.write(to: &writer)
      writer.newLine()
    }
    if !site.lines.isEmpty {
      writer.list("lines", lineBreak: true) { writer in
        for line in site.lines {
          writer.newLine()
          writer.object { line.write(to: &$0) }
        }
      }
      writer.newLine()
    }
    if !site.budgets.isEmpty {
      writer.list("budgets", lineBreak: true) { writer in
        for budget in site.budgets {
          writer.newLine()
          writer.object { budget.write(currency: site.tariff?.tariff.currency, to: &$0) }
        }
      }
      writer.newLine()
    }
    if !site.faultModels.isEmpty {
      writer.object("fault-models", lineBreak: true) { writer in
        for model in site.faultModels {
          writer.newLine()
          writer.object(model.name) { model.write(to: &$0) }
        }
      }
      writer.newLine()
    }
    if let alarms = site.alarms {
      alarms.write(to: &writer)
      writer.newLine()
    }
    site.inspection.write(to: &writer)
    writer.object("storage") { writer in
      writer.object("journal") { writer in
        writer.field("size", QuantityText.text(bytes: site.storage.journalBytes))
        writer.field("age", QuantityText.text(site.storage.journalAge))
      }
      writer.object("store") { $0.field("size", QuantityText.text(bytes: site.storage.storeBytes)) }
      writer.field("free-space-floor", QuantityText.text(bytes: site.storage.freeSpaceFloor))
      writer.field("reserve", QuantityText.text(bytes: site.storage.reserveBytes))
    }
    writer.newLine()
    writer.object("control") { writer in
      writer.field("metrics-port", site.control.metricsPort.map(String.init) ?? "off")
      write(site.control.workOrderToken, "work-order-token", to: &writer)
      site.control.roles?.write(to: &writer)
    }
  }

  // MARK: - Connections and destinations

  /// A destination's connection has no name, no commits and no broker of its own.
  private static func write(_ connection: Connection, isSource: Bool, to writer: inout CanonicalWriter) {
    if isSource { writer.field("name", connection.name) }
    writer.field("host", connection.host)
    writer.field("port", connection.port)
    writer.field("client-id", connection.clientID)
    writer.field("username", connection.username)
    write(connection.password, "password", to: &writer)
    write(connection.tls, to: &writer)
    writer.field("keep-alive", QuantityText.text(connection.keepAlive))
    if connection.sparkplug == nil {
      writer.field("session-expiry", QuantityText.text(connection.sessionExpiry))
    }
    if isSource { writer.field("commit-interval", QuantityText.text(connection.commitInterval)) }
    writer.field("maximum-packet-size", QuantityText.text(bytes: connection.maximumPacketSize))
    if let sparkplug = connection.sparkplug {
      writer.object("sparkplug") { writer in
        writer.field("host-id", sparkplug.hostID)
        writer.list("groups", sparkplug.groups)
        writer.field("reorder-timeout", QuantityText.text(sparkplug.reorderTimeout))
      }
    }
    writer.field("share", connection.share)
    connection.rateLimit?.write(to: &writer)
    guard let embedded = connection.embedded else { return }
    writer.object("embedded") { writer in
      writer.field("maximum-inflight", embedded.maximumInflight)
      writer.field("maximum-queued", QuantityText.text(bytes: embedded.maximumQueuedBytes))
      writer.field("maximum-packet-size", QuantityText.text(bytes: embedded.maximumPacketSize))
      writer.field("autosave", QuantityText.text(embedded.autosaveInterval))
      writer.field("password-file", embedded.passwordFile)
      write(embedded.tls, to: &writer)
      writer.field("require-certificate", embedded.requireCertificate)
    }
  }

  private static func write(_ secret: Secret?, _ prefix: String, to writer: inout CanonicalWriter) {
    switch secret {
    case .file(let path): writer.field("\(prefix)-file", path)
    case .environment(let name): writer.field("\(prefix)-env", name)
    case .credential(let name): writer.field("\(prefix)-credential", name)
    case nil: break
    }
  }

  private static func write(_ tls: TLSSettings?, to writer: inout CanonicalWriter) {
    guard let tls else { return }
    if tls == TLSSettings(caFile: nil, certificateFile: nil, keyFile: nil) {
      writer.field("tls", true)
      return
    }
    writer.object("tls") { writer in
      writer.field("ca", tls.caFile)
      writer.field("certificate", tls.certificateFile)
      writer.field("key", tls.keyFile)
    }
  }

  private static func write(_ destination: Destination, to writer: inout CanonicalWriter) {
    writer.field("name", destination.name)
    switch destination.transport {
    case .file(let path, let rotateBytes, let keep):
      writer.object("file") { writer in
        writer.field("path", path)
        writer.field("rotate", QuantityText.text(bytes: rotateBytes))
        writer.field("keep", keep)
      }
    case .mqtt(let connection, let topic, let batch, let retainLast):
      writer.object("mqtt") { writer in
        write(connection, isSource: false, to: &writer)
        writer.field("topic", topic)
        writer.field("batch", batch)
        writer.field("retain-last", retainLast)
      }
    case .http(let url, let batch, let gzip, let token, let tls, let timeout):
      writer.object("http") { writer in
        writer.field("url", url)
        writer.field("batch", batch)
        writer.field("gzip", gzip)
        write(token, "token", to: &writer)
        write(tls, to: &writer)
        writer.field("timeout", QuantityText.text(timeout))
      }
    case .message(let connection, let topic, let shape, let retain):
      writer.object("mqtt") { writer in
        write(connection, isSource: false, to: &writer)
        writer.field("topic", topic)
        writer.field("retain-last", retain)
        writer.field("shape", shape.rawValue)
      }
    case .webhook(let webhook):
      writer.object("webhook") { writer in
        webhook.write(to: &writer) { write($0, $1, to: &$2) }
        write(webhook.tls, to: &writer)
        writer.field("timeout", QuantityText.text(webhook.timeout))
      }
    case .email(let email):
      writer.object("email") { writer in
        email.write(to: &writer) { write($0, $1, to: &$2) }
        writer.field("timeout", QuantityText.text(email.timeout))
      }
    }
    writer.list("records", destination.kinds.map(\.rawValue).sorted())
    writer.list("assets", destination.assets)
  }
}
