import Telemetry

/// Destinations that people read, and systems with a form of their own: the same outbox, another shape of the message.
extension Destination {
  /// How a record is written for the other side.
  public enum MessageShape: String, Hashable, Sendable, CaseIterable {
    /// The record itself, as every destination has it.
    case record
    /// Plain text, title first.
    case text
    /// The robots of enterprise messengers.
    case wecom
    case dingtalk
    case feishu
    /// An incident of ServiceNow, or whatever takes its members.
    case servicenow
    /// Colour and sound of a stack light.
    case stackLight = "stack-light"
    /// A text of the configuration with `{title}` and the like.
    case template
  }

  /// A web address that takes one record a request, with an idempotency key.
  public struct Webhook: Hashable, Sendable {
    public enum Address: Hashable, Sendable {
      case plain(String)
      /// Addresses of messenger robots hold their key.
      case secret(Secret)
    }

    public var address: Address
    public var shape: MessageShape
    /// Of the shape `template`.
    public var template: String?
    /// Where further revisions of a record go (`{number}` is that of a work order), by PUT; nil = to the address, as the
    /// first did; `noUpdate` = nowhere.
    public var update: String?
    public static let noUpdate = "off"
    public var token: Secret?
    /// Robots of DingTalk and Feishu may want messages signed with it.
    public var signing: Secret?
    public var tls: TLSSettings?
    public var timeout: Span64

    public init(
      address: Address, shape: MessageShape, template: String?, update: String?, token: Secret?, signing: Secret?,
      tls: TLSSettings?, timeout: Span64
    ) {
      self.address = address
      self.shape = shape
      self.template = template
      self.update = update
      self.token = token
      self.signing = signing
      self.tls = tls
      self.timeout = timeout
    }
  }

  /// A mailbox, by SMTP.
  public struct Email: Hashable, Sendable {
    /// `smtps://mail.example.com:465`, or `smtp://` with STARTTLS where the server has it.
    public var server: String
    public var from: String
    public var to: [String]
    public var username: String?
    public var password: Secret?
    public var timeout: Span64

    public init(
      server: String, from: String, to: [String], username: String?, password: Secret?, timeout: Span64
    ) {
      self.server = server
      self.from = from
      self.to = to
      self.username = username
      self.password = password
      self.timeout = timeout
    }
  }
}

extension Destination {
  /// Under which a notification for this destination stands: it goes nowhere else, whatever the allow-lists say.
  public static func addressee(_ name: String) -> String { "notify:\(name)" }
}
