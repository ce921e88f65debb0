import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat

/// Asks a running gateway through its unix socket. Every error is a `ControlClientError`.
public struct ControlClient: Sendable {
  public let socketPath: String
  /// For one question with its answer.
  public let timeoutSeconds: Int

  public init(socketPath: String, timeoutSeconds: Int = 30) {
    self.socketPath = socketPath
    self.timeoutSeconds = timeoutSeconds
  }

  public func status() async throws(ControlClientError) -> GatewayStatus { try await get("/v1/status") }
  public func assets() async throws(ControlClientError) -> [AssetLine] { try await get("/v1/assets") }
  public func asset(_ id: String) async throws(ControlClientError) -> AssetDetail {
    try await get("/v1/assets/\(escaped(id))")
  }
  public func sources(limit: Int) async throws(ControlClientError) -> [SourceLine] {
    try await get("/v1/sources?limit=\(limit)")
  }
  /// - Parameter id: of one asset; nil = all machines.
  public func health(of id: String?) async throws(ControlClientError) -> HealthReport {
    try await get("/v1/health" + (id.map { "?asset=\(escaped($0))" } ?? ""))
  }
  public func metrics() async throws(ControlClientError) -> String {
    String(decoding: try await request("/metrics", method: .get), as: UTF8.self)
  }
  public func quarantine(reason: String?, limit: Int) async throws(ControlClientError) -> [QuarantineLine] {
    let filter = reason.map { "&reason=\(escaped($0))" } ?? ""
    return try await get("/v1/quarantine?limit=\(limit)\(filter)")
  }
  public func retryQuarantine(ids: [String]) async throws(ControlClientError) -> QuarantineOutcome {
    try await post("/v1/quarantine/retry?ids=\(ids.map(escaped).joined(separator: ","))")
  }
  public func dropQuarantine(ids: [String]) async throws(ControlClientError) -> QuarantineOutcome {
    try await post("/v1/quarantine/drop?ids=\(ids.map(escaped).joined(separator: ","))")
  }

  /// - Parameter text: JSON with `command` and its members.
  public func command(_ text: String) async throws(ControlClientError) -> CommandReceipt {
    try decoded(try await request("/v1/commands", method: .post, body: text))
  }
  /// - Parameter language: `en` or `zh`; nil = that of the site.
  public func alarms(language: String? = nil) async throws(ControlClientError) -> AlarmReport {
    try await get("/v1/alarms" + (language.map { "?language=\(escaped($0))" } ?? ""))
  }
  public func incident(_ number: Int, language: String? = nil) async throws(ControlClientError) -> IncidentLine {
    try await get("/v1/incidents/\(number)" + (language.map { "?language=\(escaped($0))" } ?? ""))
  }
  public func workOrders(
    all: Bool = false, language: String? = nil
  ) async throws(ControlClientError) -> [WorkOrderLine] {
    try await get("/v1/workorders?all=\(all)" + (language.map { "&language=\(escaped($0))" } ?? ""))
  }
  public func audit(_ query: AuditQuery) async throws(ControlClientError) -> AuditReport {
    var path = "/v1/audit?limit=\(query.limit)&refused=\(query.onlyRefused)"
    for (name, value) in [
      ("period", query.period), ("person", query.person), ("act", query.act), ("what", query.what),
    ] {
      if let value { path += "&\(name)=\(escaped(value))" }
    }
    return try await get(path)
  }
  public func notifications(limit: Int) async throws(ControlClientError) -> [NotificationLine] {
    try await get("/v1/notifications?limit=\(limit)")
  }
  public func record(_ id: String) async throws(ControlClientError) -> String {
    String(decoding: try await request("/v1/record?id=\(escaped(id))", method: .get), as: UTF8.self)
  }
  public func report(_ query: ReportQuery) async throws(ControlClientError) -> ReportTable {
    let options = [
      ("by", query.by), ("period", query.period), ("method", query.method), ("asset", query.asset),
      ("hours", query.hours.map { "\($0)" }), ("defect", query.defect),
      ("chart", query.chart), ("value", query.value), ("of", query.parts), ("line", query.line),
    ]
    .compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
    return try await get("/v1/reports/\(query.subject.rawValue)?\(options.joined(separator: "&"))")
  }

  public func products(name: String?, period: String) async throws(ControlClientError) -> ReportTable {
    let named = name.map { "&name=\(escaped($0))" } ?? ""
    return try await get("/v1/products?period=\(escaped(period))\(named)")
  }

  public func productDocument(_ query: ProductDocumentQuery) async throws(ControlClientError) -> ProductDocument {
    try await get(
      "/v1/products/document?name=\(escaped(query.name))&period=\(escaped(query.period))&format=\(query.format.rawValue)"
        + "&proof=\(query.withProof)")
  }

  public func advice(policy: String?, hours: Int?) async throws(ControlClientError) -> AdviceReport {
    let options = [policy.map { "policy=\(escaped($0))" }, hours.map { "hours=\($0)" }].compactMap(\.self)
    return try await get("/v1/reports/advice?\(options.joined(separator: "&"))")
  }

  public func maintenance(asset: String?) async throws(ControlClientError) -> MaintenanceReport {
    try await get("/v1/maintenance\(asset.map { "?asset=\(escaped($0))" } ?? "")")
  }

  public func maintenancePlan() async throws(ControlClientError) -> MaintenancePlan {
    try await get("/v1/maintenance/plan")
  }

  public func plantReport(
    _ span: PlantReport.Span, period: String?
  ) async throws(ControlClientError) -> PlantReport {
    try await get("/v1/reports/\(span.rawValue)\(period.map { "?period=\(escaped($0))" } ?? "")")
  }

  public func productUnit(_ query: UnitQuery) async throws(ControlClientError) -> ProductDocument {
    let order = query.order.map { "&order=\(escaped($0))" } ?? ""
    return try await get(
      "/v1/products/unit?serial=\(escaped(query.serial))&period=\(escaped(query.period))\(order)")
  }

  public func explain(_ finding: String, language: String?) async throws(ControlClientError) -> ProductDocument {
    try await get(
      "/v1/findings?finding=\(escaped(finding))" + (language.map { "&language=\(escaped($0))" } ?? ""))
  }

  public func unitFile(_ serial: String) async throws(ControlClientError) -> ProductDocument {
    try await get("/v1/units?serial=\(escaped(serial))")
  }

  public func prove(_ query: ProofQuery) async throws(ControlClientError) -> ProductDocument {
    let more = query.show.map { "&show=\(escaped($0))" } + [query.order.map { "&order=\(escaped($0))" } ?? ""]
    return try await get(
      "/v1/ledger/proof?subject=\(escaped(query.subject))&period=\(escaped(query.period))\(more.joined())")
  }

  public func supplierFootprints() async throws(ControlClientError) -> ReportTable {
    try await get("/v1/products/suppliers")
  }

  /// Brings the changed configuration into force; waits for it.
  public func reload() async throws(ControlClientError) -> ReloadReport { try await post("/v1/reload") }
  /// What a reload would change.
  public func pendingChanges() async throws(ControlClientError) -> ReloadReport { try await get("/v1/reload") }
  public func ledgerKeys() async throws(ControlClientError) -> [LedgerKeyLine] { try await get("/v1/ledger/keys") }
  public func rotateLedgerKey() async throws(ControlClientError) -> [LedgerKeyLine] {
    try await post("/v1/ledger/keys")
  }
  /// The record of the new head, canonical JSON.
  public func sealLedger() async throws(ControlClientError) -> String {
    String(decoding: try await request("/v1/ledger/head", method: .post), as: UTF8.self)
  }
  public func configuration() async throws(ControlClientError) -> ConfigurationReport {
    try await get("/v1/configuration")
  }

  private func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? text
  }

  private func get<Answer: Decodable>(_ path: String) async throws(ControlClientError) -> Answer {
    try decoded(try await request(path, method: .get))
  }

  private func post<Answer: Decodable>(_ path: String) async throws(ControlClientError) -> Answer {
    try decoded(try await request(path, method: .post))
  }

  private func decoded<Answer: Decodable>(_ data: Data) throws(ControlClientError) -> Answer {
    do {
      return try ControlCoding.decoder().decode(Answer.self, from: data)
    } catch {
      throw .unreadable("\(error)")
    }
  }

  private func request(
    _ path: String, method: Method, body content: String? = nil
  ) async throws(ControlClientError) -> Data {
    try SocketProbe.check(socketPath, timeoutSeconds: timeoutSeconds)
    guard let url = URL(httpURLWithSocketPath: socketPath, uri: path) else {
      throw .failed("\(socketPath) cannot be the path of a socket")
    }
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method == .get ? .GET : .POST
    if let content { request.body = .bytes(ByteBuffer(string: content)) }
    let status: UInt
    let body: ByteBuffer
    do {
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(Int64(timeoutSeconds)))
      status = response.status.code
      body = try await response.body.collect(upTo: 64 << 20)
    } catch let error as HTTPClientError where Self.timeouts.contains(error) {
      throw .timeout(seconds: timeoutSeconds)
    } catch {
      // The gateway may just have gone: then that is the better answer.
      try SocketProbe.check(socketPath, timeoutSeconds: timeoutSeconds)
      throw .failed("\(error)")
    }
    guard status == 200 else {
      throw .refused(
        status: Int(status), message: String(buffer: body).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return Data(buffer: body)
  }

  private static let timeouts: [HTTPClientError] = [
    .deadlineExceeded, .readTimeout, .connectTimeout, .getConnectionFromPoolTimeout,
  ]

  private enum Method { case get, post }
}
