import Foundation
import Telemetry

/// Webhooks and mailboxes.
extension SiteReader {
  static let webhookKeys = [
    "url", "url-file", "url-env", "url-credential", "shape", "template", "update", "token-file", "token-env",
    "token-credential", "signing-file", "signing-env", "signing-credential", "tls", "timeout",
  ]
  static let emailKeys = [
    "server", "from", "to", "username", "password-file", "password-env", "password-credential", "timeout",
  ]
  static let shape = Scalar<Destination.MessageShape>.word(Destination.MessageShape.allCases, noun: "shape")

  static let webAddress = Scalar<String>("a web address", example: "https://example.com/records") { text in
    guard let url = URL(string: text.replacing("{number}", with: "1")), let scheme = url.scheme,
      ["http", "https"].contains(scheme), url.host?.isEmpty == false, url.user == nil
    else { return nil }
    return text
  }

  static let updateAddress = Scalar<String>("a web address, or off", example: "https://example.com/orders/{number}") {
    $0 == Destination.Webhook.noUpdate ? $0 : webAddress.parse($0)
  }

  func webhook(_ section: Section) -> Destination.Transport? {
    guard let inner = section.section("webhook", "webhook of \(section.name)", keys: Self.webhookKeys) else {
      return nil
    }
    let plain = inner.read("url", Self.webAddress)
    let hidden = secret(inner, "url")
    if plain == nil, hidden == nil, !inner.has("url") {
      inner.missing("url", remedy: "Add `url: https://…`, or `url-file:` where the address holds a key.")
    }
    if plain != nil, hidden != nil {
      inner.report(inner.position(of: "url"), "\(inner.name) has two addresses", remedy: "Keep one of them.")
    }
    let shape = inner.read("shape", Self.shape, default: .record)
    let template = inner.read("template", .text)
    if (template == nil) == (shape == .template) {
      inner.report(
        inner.has("template") ? inner.position(of: "template") : nil,
        template == nil ? "\(inner.name) has no template" : "\(inner.name) has a template that its shape does not use",
        remedy: "Write both: `shape: template` and `template: '{\"text\": \"{title}\"}'`.")
    }
    let token = secret(inner, "token")
    let address = plain ?? ""
    if address.hasPrefix("http:"), token != nil, !Self.isLoopback(address) {
      inner.report(inner["url"]?.position, "the token would travel in clear text", remedy: "Use `https://`.")
    }
    let timeout = inner.read("timeout", Scalar<Span64>.duration(.seconds(1)...(.minutes(10))), default: .seconds(20))
    guard let to = plain.map({ Destination.Webhook.Address.plain($0) }) ?? hidden.map({ .secret($0) }) else {
      return nil
    }
    return .webhook(
      Destination.Webhook(
        address: to, shape: shape, template: template, update: inner.read("update", Self.updateAddress), token: token,
        signing: secret(inner, "signing"), tls: tls(inner), timeout: timeout))
  }

  func email(_ section: Section) -> Destination.Transport? {
    guard
      let inner = section.section(
        "email", "email of \(section.name)", keys: Self.emailKeys, special: ["password": Self.noPlainSecret])
    else { return nil }
    let server = Scalar<String>("the address of a mail server", example: "smtps://mail.example.com:465") { text in
      guard let url = URL(string: text), ["smtp", "smtps"].contains(url.scheme ?? ""), url.host?.isEmpty == false,
        url.user == nil
      else { return nil }
      return text
    }
    let mailbox = Scalar<String>("a mail address", example: "weir@example.com") { text in
      let parts = text.split(separator: "@", omittingEmptySubsequences: false)
      let isPlain = text.unicodeScalars.allSatisfy {
        $0.value > 0x20 && $0.value < 0x7F && !"<>\"".unicodeScalars.contains($0)
      }
      return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty && isPlain ? text : nil
    }
    let to = inner.list("to", mailbox)?.map(\.value) ?? []
    if to.isEmpty, !inner.has("to") { inner.missing("to", remedy: "Add the mailboxes: `to: [duty@example.com]`.") }
    guard let address = inner.require("server", server), let from = inner.require("from", mailbox) else { return nil }
    return .email(
      Destination.Email(
        server: address, from: from, to: to, username: inner.read("username", .text),
        password: secret(inner, "password"),
        timeout: inner.read("timeout", .duration(.seconds(1)...(.minutes(10))), default: .seconds(30))))
  }
}
