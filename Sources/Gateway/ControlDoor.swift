import Control
import Logging
import Templates

/// The server of the control API. It outlives a change of the configuration, except for another metrics port.
actor ControlDoor {
  private let source: any ControlSource
  private var task: Task<Void, Never>?
  private var socketPath = ""
  private var metricsPort: Int?

  init(source: any ControlSource) { self.source = source }

  func serve(_ site: Site, serverLogger: Logger, logger: Logger) async {
    let path = "\(site.gateway.dataDirectory)/control.sock"
    if task != nil, path == socketPath, site.control.metricsPort == metricsPort { return }
    await close()
    socketPath = path
    metricsPort = site.control.metricsPort
    let server = ControlServer(
      source: source, socketPath: path, metricsPort: metricsPort, logger: serverLogger)
    task = Task {
      do {
        try await server.run()
      } catch is CancellationError {
        return
      } catch {
        logger.error("the control API cannot be served", metadata: ["error": "\(error)"])
      }
    }
  }

  func close() async {
    task?.cancel()
    await task?.value
    task = nil
  }
}
