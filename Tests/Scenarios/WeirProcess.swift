import Control
import Foundation
import MQTT
import TestSupport

/// The real program on a configuration of its own, in a temporary directory.
final class WeirProcess {
  /// `WEIR_BINARY` (Deploy/test names the release build), else the one beside the test bundle.
  static let binary: String = {
    if let path = ProcessInfo.processInfo.environment["WEIR_BINARY"] { return path }
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    return bundle.deletingLastPathComponent().appendingPathComponent("weir").path
  }()

  static let repository: String = {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .path
  }()

  let directory: TemporaryDirectory
  let configuration: String
  let data: String
  private var process: ChildProcess?
  private(set) var starts = 0

  /// - Parameters:
  ///   - text: the configuration; `$DIR` stands for the directory.
  ///   - data: the data directory that the text names, if it is not `$DIR/data`.
  init(_ text: String, directory: TemporaryDirectory, data: String? = nil) throws {
    self.directory = directory
    self.data = data ?? directory.appending("data")
    configuration = try directory.write(text.replacing("$DIR", with: directory.path), to: "weir.yaml")
  }

  deinit { process?.signal(SIGKILL) }

  var log: String { directory.appending("gateway.log") }
  var client: ControlClient { ControlClient(socketPath: "\(data)/control.sock") }
  var isRunning: Bool { process?.isRunning ?? false }
  var processID: pid_t? { process?.processID }

  /// - Parameter environment: `NAME=value`.
  func start(environment: [String] = [], arguments: [String] = []) throws {
    starts += 1
    process = try ChildProcess(
      "/usr/bin/env",
      arguments: environment + [
        "WEIR_DEVICES=\(Self.repository)/Devices", Self.binary, "run", configuration,
      ] + arguments, output: log)
  }

  func kill() throws {
    process?.signal(SIGKILL)
    guard process?.waitForEnd(within: .seconds(20)) ?? true else { throw TestSupportError("weir does not die") }
    process = nil
  }

  /// SIGTERM: drained, acknowledged, checkpointed.
  func stop() throws {
    process?.signal(SIGTERM)
    guard process?.waitForEnd(within: .seconds(60)) ?? true else {
      throw TestSupportError("weir does not stop; log:\n\(tail())")
    }
    process = nil
  }

  /// Waits until the status is as wanted; the status, or an error that shows the last one and the log.
  @discardableResult
  func waitFor(
    _ what: String, within deadline: Duration = .seconds(120), _ condition: (GatewayStatus) -> Bool
  ) async throws -> GatewayStatus {
    var last: GatewayStatus?
    let isReached = try await eventually(within: deadline) {
      guard isRunning else { throw TestSupportError("waited for \(what), but weir has ended; log:\n\(tail())") }
      guard let status = try? await client.status() else { return false }
      last = status
      return condition(status)
    }
    guard isReached, let last else {
      let shown = last.flatMap { try? ControlCoding.encoder().encode($0) }.map { String(decoding: $0, as: UTF8.self) }
      throw TestSupportError("waited in vain for \(what); status: \(shown ?? "none"); log:\n\(tail())")
    }
    return last
  }

  func tail() -> String {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(20).joined(separator: "\n")
  }

  /// Runs a command to its end; output and exit code.
  static func command(_ arguments: [String], directory: TemporaryDirectory) throws -> (output: String, code: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: binary)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "WEIR_DEVICES": "\(repository)/Devices", "WEIR_VOCABULARY": "\(repository)/Config/discovery.yaml",
    ]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: data, as: UTF8.self), process.terminationStatus)
  }
}
