import Foundation

/// The fault models that assets name: those written in the configuration (`fault-models:`), then `faults/<name>.yaml` of the
/// template folders. A name that none knows means that nothing is known of how the machine fails.
struct FaultModelCatalogue {
  let folders: [String]
  let diagnostics: Diagnostics
  private var inline: [String: Section] = [:]
  private var known: [String: FaultModel?] = [:]

  static let fileKeys = ["fault-model"] + FaultModelReader.keys

  init(_ top: Section?, folders: [String], diagnostics: Diagnostics) {
    self.folders = folders
    self.diagnostics = diagnostics
    guard let group = top?.section("fault-models", "fault models", keys: []) else { return }
    for entry in group.all {
      if let body = group.section(entry.value, "fault model \"\(entry.key)\"", keys: FaultModelReader.keys) {
        inline[entry.key] = body
      }
    }
  }

  /// Those of the configuration, used or not: they are checked in any case.
  var inlineNames: [String] { inline.keys.sorted() }

  mutating func model(_ name: String) -> FaultModel? {
    var open: [String] = []
    return resolve(name, &open)
  }

  private mutating func resolve(_ name: String, _ open: inout [String]) -> FaultModel? {
    if let model = known[name] { return model }
    guard let body = inline[name] ?? file(name) else { return nil }
    var parent: FaultModel?
    if let other = body.read("extends", .identifier()) {
      open.append(name)
      defer { open.removeLast() }
      if open.contains(other) {
        body.report(
          body["extends"]?.position, "fault model \"\(name)\" extends itself",
          remedy: "Let one of them stand on its own, without `extends`.")
        return nil
      }
      parent = resolve(other, &open)
      if parent == nil, inline[other] == nil, path(other) == nil {
        body.report(
          body["extends"]?.position, "there is no fault model \"\(other)\"",
          remedy: NearestWord.remedy(other, in: names.filter { $0 != name }, noun: "fault model"))
      }
    }
    let model = FaultModelReader.read(body, name: name, parent: parent)
    known[name] = model
    return model
  }

  private func path(_ name: String) -> String? {
    folders.map { "\($0)/faults/\(name).yaml" }.first { FileManager.default.fileExists(atPath: $0) }
  }

  private func file(_ name: String) -> Section? {
    guard let path = path(name), let source = SourceText.load(path, diagnostics),
      let root = YAMLDocument.parse(source, diagnostics),
      let section = Section(
        root, "fault model \"\(name)\"", keys: Self.fileKeys, source: source, diagnostics: diagnostics),
      let own = section.require(
        "fault-model", .identifier(), remedy: "Add `fault-model: \(name)`, the name of the file.")
    else { return nil }
    if own != name {
      section.report(
        section["fault-model"]?.position, "the file \(name).yaml has the fault model \"\(own)\"",
        remedy: "Give the file and the model one name.")
    }
    return section
  }

  private var names: [String] {
    var names = Set(inline.keys)
    for folder in folders {
      // A folder without fault models has no names.
      let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/faults")) ?? []
      names.formUnion(files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) })
    }
    return names.sorted()
  }
}

extension SiteReader {
  /// The fault models that the assets use, by name.
  func faultModels(_ top: Section, folders: [String], assets: [Asset]) -> [FaultModel] {
    let own = (top.list("devices", .text) ?? []).map(\.value)
    var catalogue = FaultModelCatalogue(top, folders: folders + own, diagnostics: diagnostics)
    for name in catalogue.inlineNames { _ = catalogue.model(name) }
    let used = Set(assets.compactMap(\.faultModel))
    let models = used.sorted().compactMap { catalogue.model($0) }
    for model in models where catalogue.inlineNames.contains(model.name) { check(model, assets, top) }
    return models
  }

  /// A signal that none of the machines has is a slip of the pen.
  private func check(_ model: FaultModel, _ assets: [Asset], _ top: Section) {
    let names = Set(assets.filter { $0.faultModel == model.name }.flatMap { $0.signals.map(\.name) })
    for fault in model.faults {
      for name in fault.conditions.flatMap(\.signals) where !names.contains(name) {
        top.report(
          top["fault-models"]?.position,
          "fault \"\(fault.id)\" of fault model \"\(model.name)\" needs \"\(name)\", which no asset with it has",
          remedy: NearestWord.remedy(name, in: names.sorted(), noun: "signal"))
      }
    }
  }
}

/// The fault models of some folders, to check and to show.
public enum FaultModelLibrary {
  /// The model of a name with everything inherited; nil if there is none.
  /// - Throws: all mistakes in it at once.
  public static func load(_ name: String, devices: [String]) throws(ConfigurationErrors) -> FaultModel? {
    let diagnostics = Diagnostics()
    var catalogue = FaultModelCatalogue(nil, folders: devices, diagnostics: diagnostics)
    let model = catalogue.model(name)
    try diagnostics.throwIfAny()
    return model
  }
}
