import AsyncHTTPClient
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOSSL
import Telemetry
import Templates

/// The connection of a destination that is reached by HTTP: kept and used again. The token is read when it is first needed
/// and again after each 401.
final class HTTPLink: Sendable {
  struct Settings: Sendable {
    var token: SecretSource?
    var tls: TLSSettings?
    /// From the start of a request to the end of its answer.
    var timeout: Duration
  }

  struct Request {
    var method = HTTPMethod.POST
    var url: String
    var type: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]
  }

  struct Answer {
    var status: Int
    /// One line for a person, without secrets.
    var detail: String
    /// What the server says.
    var text: String
    var retryAfter: Duration?
  }

  private struct State: Sendable {
    var client: HTTPClient?
    var token: SecretValue?
  }

  /// Without secrets.
  let address: String
  private let settings: Settings
  private let logger: Logger
  private let wallClock: @Sendable () -> Timestamp
  private let state = NIOLockedValueBox(State())

  init(address: String, settings: Settings, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp) {
    self.address = address
    self.settings = settings
    self.logger = logger
    self.wallClock = wallClock
  }

  /// - Parameter secrets: that must not show in what is told of the answer.
  func send(_ request: Request, hiding secrets: [SecretValue] = []) async throws -> Answer {
    var answer = try await once(request, secrets)
    if answer.status == 401, try renewToken() { answer = try await once(request, secrets) }
    if answer.status == 401 || answer.status == 403, settings.tls != nil { await dropClient() }
    return answer
  }

  func close() async { await dropClient() }

  /// What an error means for the records.
  func report(_ error: any Error, hiding secrets: [SecretValue] = []) async -> SendReport {
    if let failure = error as? SecretSource.Failure {
      return .hold("secret", failure.description, advice: "Put it there; it is read again at the next attempt.")
    }
    return await trouble(error, secrets)
  }

  // MARK: - One request

  private func once(_ wanted: Request, _ secrets: [SecretValue]) async throws -> Answer {
    var request = HTTPClientRequest(url: wanted.url)
    request.method = wanted.method
    request.headers.add(name: "Content-Type", value: wanted.type)
    request.headers.add(name: "User-Agent", value: "weir")
    for (name, value) in wanted.headers { request.headers.add(name: name, value: value) }
    let token = try currentToken()
    if let token { request.headers.add(name: "Authorization", value: "Bearer " + token.reveal()) }
    request.body = .bytes(ByteBuffer(bytes: wanted.body))

    let deadline = NIODeadline.now() + .nanoseconds(settings.timeout.inNanoseconds)
    let response = try await client().execute(request, deadline: deadline)
    let status = Int(response.status.code)
    let retryAfter = response.headers.first(name: "Retry-After").flatMap {
      RetryAfter.parse($0, date: response.headers.first(name: "Date"), now: wallClock())
    }
    var detail = "HTTP \(status) \(response.status.reasonPhrase)"
    if (300..<400).contains(status), let location = response.headers.first(name: "Location") {
      detail += " to " + Redactor.address(location)
    }
    let text = await Self.text(of: response.body, until: deadline)
    if status >= 400, !text.isEmpty { detail += ": " + text }
    let hidden = secrets + (token.map { [$0] } ?? [])
    return Answer(status: status, detail: Redactor(hidden).line(detail), text: text, retryAfter: retryAfter)
  }

  /// What the server says, read so that the connection can be used again. The status has decided already: an answer
  /// that is too long, breaks off or never ends changes nothing.
  private static func text(of body: HTTPClientResponse.Body, until deadline: NIODeadline) async -> String {
    await withTaskGroup(of: String?.self) { group in
      group.addTask {
        do { return String(buffer: try await body.collect(upTo: 64 << 10)) } catch { return "" }
      }
      group.addTask {
        do { try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds)) } catch { return nil }
        return nil
      }
      let first = await group.next()
      group.cancelAll()
      return first.flatMap { $0 } ?? ""
    }
  }

  // MARK: - Client and token

  private func client() throws -> HTTPClient {
    try state.withLockedValue { state in
      if let client = state.client { return client }
      var configuration = HTTPClient.Configuration()
      configuration.redirectConfiguration = .disallow
      configuration.timeout.connect = .nanoseconds(min(settings.timeout, .seconds(10)).inNanoseconds)
      configuration.timeout.read = .nanoseconds(settings.timeout.inNanoseconds)
      // The delivery machine does the retrying, where it is seen and counted.
      configuration.connectionPool.retryConnectionEstablishment = false
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
      if let tls = settings.tls { configuration.tlsConfiguration = try Self.configuration(tls) }
      let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
      state.client = client
      return client
    }
  }

  private func dropClient() async {
    let client = state.withLockedValue { state in
      defer { state.client = nil }
      return state.client
    }
    guard let client else { return }
    do { try await client.shutdown() } catch { logger.warning("closing connections to \(address): \(error)") }
  }

  private static func configuration(_ tls: TLSSettings) throws -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let path = tls.caFile {
      configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
    }
    if let path = tls.certificateFile {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
    }
    if let path = tls.keyFile {
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem))
    }
    return configuration
  }

  private func currentToken() throws(SecretSource.Failure) -> SecretValue? {
    guard let source = settings.token else { return nil }
    if let token = state.withLockedValue({ $0.token }) { return token }
    let token = try source.read()
    state.withLockedValue { $0.token = token }
    return token
  }

  /// Reads the token again; true if it is another one.
  private func renewToken() throws(SecretSource.Failure) -> Bool {
    guard let source = settings.token else { return false }
    let old = state.withLockedValue { state in
      defer { state.token = nil }
      return state.token
    }
    let new = try source.read()
    state.withLockedValue { $0.token = new }
    return new != old
  }

  // MARK: - Errors

  private func trouble(_ error: any Error, _ secrets: [SecretValue]) async -> SendReport {
    let token = state.withLockedValue { $0.token }
    let detail = Redactor(secrets + (token.map { [$0] } ?? [])).line("\(error)")
    switch error {
    case is CancellationError:
      return .retry("cancelled", "the gateway is stopping")
    case let error as HTTPClientError:
      switch error {
      case .invalidURL, .emptyHost:
        return .hold("url", "\(address) is not an address: \(detail)", advice: "Correct url of the destination.")
      case .deadlineExceeded, .readTimeout, .writeTimeout, .connectTimeout, .tlsHandshakeTimeout,
        .getConnectionFromPoolTimeout:
        return .retry("timeout", "no answer from \(address) in time (\(error.shortDescription))")
      case .cancelled:
        return .retry("cancelled", "the gateway is stopping")
      default:
        return .retry("connection", "\(address): \(detail)")
      }
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
      // Certificates may have been renewed on the disk: read them again at the next attempt.
      await dropClient()
      return .hold(
        "tls", "TLS with \(address): \(detail)", advice: "Check the certificates of destination and server, and the CA."
      )
    default:
      return .retry("connection", "\(address): \(detail)")
    }
  }
}

extension Duration {
  /// Rounded down; saturates.
  var inNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    return product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
  }
}
