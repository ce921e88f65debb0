import Foundation
import Templates

/// The messages that the head of a template's file gives as examples.
public struct DeviceExamples: Sendable {
  public var template: String
  /// The id of the asset, which the topics of some devices contain.
  public var asset: String
  /// The topic of the asset.
  public var topic: String
  public var messages: [(topic: String, payload: String)]

  /// - Parameters:
  ///   - folder: of the templates.
  ///   - topic: of the asset, where the file does not name one.
  /// - Returns: nil if the file shows no message of its own (it extends another template).
  public init?(template: String, folder: String, topic: String) throws {
    let text = try String(contentsOfFile: "\(folder)/\(template).yaml", encoding: .utf8)
    self.template = template
    asset = text.firstMatch(of: /\(asset id: ([A-Za-z0-9_-]+)\)/).map { String($0.1) } ?? template
    if let payload = TemplateExample.payload(in: text) {
      self.topic = topic
      messages = [(topic, payload)]
      return
    }
    // `#   topic payload`, and perhaps `#   topic: prefix`.
    var prefix: String?
    messages = []
    for line in text.split(separator: "\n") where line.hasPrefix("#   ") {
      let parts = line.dropFirst(4).split(separator: " ", maxSplits: 1).map(String.init)
      if parts[0] == "topic:" {
        prefix = parts[1]
      } else if parts.count == 2 {
        messages.append((parts[0], parts[1].replacing("\\n", with: "\n")))
      }
    }
    guard let first = messages.first else { return nil }
    self.topic = prefix ?? first.topic
  }

  /// Of every template of a folder, by name.
  public static func all(folder: String) throws -> [DeviceExamples] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted().compactMap {
      let name = String($0.dropLast(5))
      return try DeviceExamples(template: name, folder: folder, topic: "plant/\(name)")
    }
  }
}
