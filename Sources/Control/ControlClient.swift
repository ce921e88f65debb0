import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat

/// Why the gateway could not be asked.
public enum ControlClientError: Error, CustomStringConvertible {
  case notRunning(socket: String, detail: String)
  case refused(status: Int, message: String)

  public var description: String {
    switch self {
    case .notRunning(let socket, let detail):
      "no gateway answers on \(socket) (\(detail)); start it with `weir run <config.yaml>`, or name its data "
        + "directory with --data"
    case .refused(let status, let message):
      "the gateway answered \(status): \(message.trimmingCharacters(in: .whitespacesAndNewlines))"
    }
  }
}

/// Asks a running gateway through its unix socket.
public struct ControlClient: Sendable {
  public let socketPath: String

  public init(socketPath: String) { self.socketPath = socketPath }

  public func status() async throws -> GatewayStatus { try await get("/v1/status") }
  public func assets() async throws -> [AssetLine] { try await get("/v1/assets") }
  public func asset(_ id: String) async throws -> AssetDetail { try await get("/v1/assets/\(escaped(id))") }
  public func metrics() async throws -> String {
    String(decoding: try await request("/metrics", method: .get), as: UTF8.self)
  }
  public func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine] {
    let filter = reason.map { "&reason=\(escaped($0))" } ?? ""
    return try await get("/v1/quarantine?limit=\(limit)\(filter)")
  }
  public func retryQuarantine(ids: [String]) async throws -> Int {
    try await post("/v1/quarantine/retry?ids=\(ids.map(escaped).joined(separator: ","))")
  }
  public func dropQuarantine(ids: [String]) async throws -> Int {
    try await post("/v1/quarantine/drop?ids=\(ids.map(escaped).joined(separator: ","))")
  }

  private func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? text
  }

  private func get<Answer: Decodable>(_ path: String) async throws -> Answer {
    try ControlCoding.decoder().decode(Answer.self, from: try await request(path, method: .get))
  }

  private func post(_ path: String) async throws -> Int {
    let answer = try ControlCoding.decoder().decode([String: Int].self, from: try await request(path, method: .post))
    return answer["done"] ?? 0
  }

  private func request(_ path: String, method: Method) async throws -> Data {
    guard let url = URL(httpURLWithSocketPath: socketPath, uri: path) else {
      throw ControlClientError.notRunning(socket: socketPath, detail: "the path cannot be a socket's")
    }
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method == .get ? .GET : .POST
    let response: HTTPClientResponse
    do {
      response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    } catch {
      throw ControlClientError.notRunning(socket: socketPath, detail: "\(error)")
    }
    let body = try await response.body.collect(upTo: 64 << 20)
    guard response.status.code == 200 else {
      throw ControlClientError.refused(status: Int(response.status.code), message: String(buffer: body))
    }
    return Data(buffer: body)
  }

  private enum Method { case get, post }
}
