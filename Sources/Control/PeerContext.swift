import Foundation
import Hummingbird
import Logging
import NIOCore

/// A request with the connection that it came by: the operating system knows who is at the other end of a unix socket.
struct PeerContext: RequestContext {
  /// `struct ucred` of Linux.
  private struct Credentials {
    var process: Int32 = 0
    var user: UInt32 = .max
    var group: UInt32 = .max
  }

  var coreContext: CoreRequestContextStorage
  private let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }

  func caller() async -> ControlCaller {
    guard let provider = channel as? any SocketOptionProvider else { return ControlCaller(userID: nil) }
    do {
      let credentials: Credentials = try await provider.unsafeGetSocketOption(
        level: NIOBSDSocket.OptionLevel.socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
      ).get()
      return ControlCaller(userID: credentials.user == .max ? nil : credentials.user)
    } catch {
      // Whoever cannot be told is nobody.
      return ControlCaller(userID: nil)
    }
  }
}

/// Who may not do something is told so before anything else happens. Commands name what they are in their body, so the
/// route asks for them itself; what a maintenance system says has a token of its own.
struct RoleCheck: RouterMiddleware {
  let source: any ControlSource

  func handle(
    _ request: Request, context: PeerContext, next: (Request, PeerContext) async throws -> Response
  ) async throws -> Response {
    let path = request.uri.path
    if path.hasPrefix("/v1/"), path != "/v1/commands", !path.hasPrefix("/v1/workorders/") {
      try await source.authorize(context.caller(), ControlAct(method: request.method.rawValue, path: path))
    }
    return try await next(request, context)
  }
}

extension ControlServer {
  /// Empty for what is no command; the command itself is then refused.
  static func commandName(_ text: String) -> String {
    struct Named: Decodable { var command: String }
    do {
      return try JSONDecoder().decode(Named.self, from: Data(text.utf8)).command
    } catch {
      return ""
    }
  }

  static func bearer(_ request: Request) -> String? {
    guard let value = request.headers[.authorization], value.hasPrefix("Bearer ") else { return nil }
    return String(value.dropFirst(7))
  }
}
