import Control
import Logging
import Telemetry
import Templates

/// What stays while configurations come and go.
final class House: Sendable {
  let started = PlantClock.system().wall
  let mailbox = GatewayMailbox()
  let signals: ProcessSignals
  let reloader: Reloader
  let switchboard: Switchboard
  let brokers: EmbeddedBrokers
  let board = StatusBoard()
  private let control: ControlDoor
  private let logger: Logger

  init(site: Site, configuration: ConfigurationFile?, logger: Logger) {
    self.logger = logger
    signals = ProcessSignals(mailbox: mailbox)
    reloader = Reloader(site: site, file: configuration, mailbox: mailbox, logger: logger)
    switchboard = Switchboard()
    control = ControlDoor(source: SwitchedControl(switchboard: switchboard, reloader: reloader))
    brokers = EmbeddedBrokers(logger: logger)
    signals.catchHangUp()
  }

  /// The control API is served as this configuration says.
  func serveControl(_ site: Site) async {
    // The server calls its own cancellation at a stop an error.
    var serverLogger = logger
    serverLogger.logLevel = .critical
    await control.serve(site, serverLogger: serverLogger, logger: logger)
  }

  func closeControl() async {
    await reloader.refuse("the gateway stops")
    await switchboard.close()
    await control.close()
  }

  /// Waits for what ends the present configuration.
  func waitForEnd(_ engine: EngineThread) async -> GatewayEvent {
    signals.catchStops()
    let watch = Task { [mailbox] in
      if let error = await engine.failed() { mailbox.post(.failed(error)) }
    }
    defer { watch.cancel() }
    while true {
      let event = await mailbox.next()
      guard case .hangUp = event else { return event }
      Task { [reloader] in await reloader.hangUp() }
    }
  }
}
