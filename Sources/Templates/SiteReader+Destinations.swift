import Foundation
import Telemetry

/// Where records go, and which: nothing leaves the plant that is not allow-listed.
extension SiteReader {
  static let mqttKeys =
    brokerKeys.filter { !["name", "embedded", "commit-interval", "sparkplug", "share", "rate-limit"].contains($0) }
    + ["topic", "batch", "retain-last", "shape"]
  static let httpKeys = [
    "url", "batch", "gzip", "token-file", "token-env", "token-credential", "tls", "timeout",
  ]
  static let transports = ["file", "mqtt", "http", "webhook", "email"]
  static let destinationKeys = ["name"] + transports + ["records", "assets"]
  static let topicPlaceholders = ["gateway", "kind", "asset"]

  func destinations(_ top: Section, assets: [String]) -> [Destination] {
    guard let node = top["destinations"], !node.isNothing else { return [] }
    guard let items = node.items else {
      top.report(
        node.position, "\"destinations\" must be a list, found \(node.description)",
        remedy: "Begin each destination with `- name: archive`.")
      return []
    }
    var first: [String: Position] = [:]
    let known = Set(assets)
    return items.compactMap { item in
      guard
        var section = top.section(
          item, "destination", keys: Self.destinationKeys),
        let name = section.require("name", .identifier(), remedy: "Add `name: archive`; status and logs show it.")
      else { return nil }
      section.name = "destination \"\(name)\""
      let position = section["name"]?.position ?? section.position
      if let other = first[name] {
        section.report(
          position, "the destination name \"\(name)\" is used twice (first in line \(other.line))",
          remedy: "Give each destination a name of its own.")
      }
      first[name] = first[name] ?? position
      let kinds = kinds(section)
      let patterns = patterns(section, assets: assets, known: known)
      guard let transport = transport(section, name: name) else { return nil }
      return Destination(name: name, transport: transport, kinds: kinds, assets: patterns)
    }
  }

  // MARK: - The allow-list

  private func kinds(_ section: Section) -> Set<RecordKind> {
    if section["records"]?.text == "all" { return Set(RecordKind.allCases) }
    let kinds = section.list("records", .word(RecordKind.allCases, noun: "record kind"))
    if kinds == nil || section["records"]?.items?.isEmpty == true {
      let words = RecordKind.allCases.map(\.rawValue).joined(separator: ", ")
      section.report(
        section.has("records") ? section["records"]?.position : nil,
        "\(section.name) does not say which records may leave the plant",
        remedy: "Add `records:` with some of \(words), or `records: all`.")
    }
    return Set((kinds ?? []).map(\.value))
  }

  private func patterns(_ section: Section, assets: [String], known: Set<String>) -> [String] {
    let patterns = section.list("assets", .text)
    if patterns == nil || section["assets"]?.items?.isEmpty == true {
      section.report(
        section.has("assets") ? section["assets"]?.position : nil,
        "\(section.name) does not say whose records may leave the plant",
        remedy: "Add `assets: [\"meter-*\"]`, or `assets: [\"*\"]` for all.")
    }
    for (pattern, position) in patterns ?? [] {
      // Findings about the gateway itself have the subject "gateway".
      if pattern == "*" || pattern == "gateway" || known.contains(pattern) { continue }
      if pattern.contains("*"), assets.contains(where: { Wildcard.matches($0, pattern) }) { continue }
      section.report(
        position, "no asset matches \"\(pattern)\"",
        remedy: NearestWord.of(pattern, in: assets).map { "Did you mean \"\($0)\"?" }
          ?? "Write an asset id, or a pattern with `*`.")
    }
    return (patterns ?? []).map(\.value)
  }

  // MARK: - Transports

  private func transport(_ section: Section, name: String) -> Destination.Transport? {
    let given = Self.transports.filter(section.has)
    guard given.count == 1 else {
      section.report(
        given.count > 1 ? section.position(of: given[1]) : nil,
        given.isEmpty ? "\(section.name) does not say where to" : "\(section.name) has more than one transport",
        remedy: given.isEmpty
          ? "Add one of `file:`, `mqtt:`, `http:`, `webhook:` or `email:`." : "Make a destination of its own for each.")
      return nil
    }
    switch given[0] {
    case "file": return file(section)
    case "mqtt": return mqtt(section, name: name)
    case "webhook": return webhook(section)
    case "email": return email(section)
    default: return http(section)
    }
  }

  private func file(_ section: Section) -> Destination.Transport? {
    guard let inner = section.section("file", "file of \(section.name)", keys: ["path", "rotate", "keep"]),
      let path = inner.require("path", .text, remedy: "Add `path: data/records.jsonl`.")
    else { return nil }
    return .file(
      path: path, rotateBytes: inner.read("rotate", .size(100_000...1_000_000_000_000), default: 64_000_000),
      keep: inner.read("keep", .integer(1...10_000), default: 8))
  }

  private func mqtt(_ section: Section, name: String) -> Destination.Transport? {
    guard
      let inner = section.section(
        "mqtt", "mqtt of \(section.name)", keys: Self.mqttKeys, special: ["password": Self.noPlainSecret]),
      let connection = connection(inner, name: name, clientID: "weir-\(gatewayID)-\(name)")
    else { return nil }
    let topic = inner.read(
      "topic",
      Scalar<String>(
        "a topic without \"#\" and \"+\", with the placeholders {gateway}, {kind} and {asset} only",
        example: "weir/{gateway}/records/{kind}"
      ) { text in
        var rest = text
        for name in Self.topicPlaceholders { rest = rest.replacing("{\(name)}", with: "x") }
        return rest.isEmpty || rest.hasPrefix("$") || rest.contains { "#+{}\0".contains($0) } ? nil : text
      }, default: "weir/{gateway}/records/{kind}")
    let shape = inner.read("shape", Self.shape, default: .record)
    if shape == .template {
      inner.report(inner.position(of: "shape"), "only a webhook has a template", remedy: "Choose another shape.")
    }
    if shape != .record {
      return .message(
        connection, topic: topic.replacing("{gateway}", with: gatewayID), shape: shape,
        retain: inner.read("retain-last", .boolean, default: shape == .stackLight))
    }
    return .mqtt(
      connection, topic: topic.replacing("{gateway}", with: gatewayID),
      batch: inner.read("batch", .integer(1...10_000), default: 1),
      retainLast: inner.read("retain-last", .boolean, default: false))
  }

  private func http(_ section: Section) -> Destination.Transport? {
    guard
      let inner = section.section(
        "http", "http of \(section.name)", keys: Self.httpKeys,
        special: [
          "token": "Secrets do not stand in the configuration: use `token-file`, `token-env` or `token-credential`."
        ])
    else { return nil }
    let url = inner.require(
      "url",
      Scalar<String>("a web address", example: "https://example.com/records") { text in
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme),
          url.host?.isEmpty == false, url.user == nil
        else { return nil }
        return text
      })
    let token = secret(inner, "token")
    let tls = tls(inner)
    if let url, url.hasPrefix("http:"), token != nil, !Self.isLoopback(url) {
      inner.report(
        inner["url"]?.position, "the token would travel in clear text", remedy: "Use `https://`.")
    }
    if let url, url.hasPrefix("http:"), tls != nil {
      inner.report(inner.position(of: "tls"), "the address has no TLS, but \"tls\" is given", remedy: "Use `https://`.")
    }
    guard let url else { return nil }
    return .http(
      url: url, batch: inner.read("batch", .integer(1...10_000), default: 100),
      gzip: inner.read("gzip", .boolean, default: true), token: token, tls: tls,
      timeout: inner.read("timeout", .duration(.seconds(1)...(.minutes(10))), default: .seconds(30)))
  }

  static func isLoopback(_ url: String) -> Bool {
    let host = URL(string: url)?.host ?? ""
    return host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
  }
}
