import ArgumentParser
import Foundation
import Templates

struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Equipment templates: list them, show one with the origin of each value, check one.",
    discussion: "A template is one YAML file; Devices/README.md says what may stand in it.",
    subcommands: [List.self, Show.self, Check.self], defaultSubcommand: List.self)

  /// Where the templates are.
  struct Folders: ParsableArguments {
    @Option(name: .long, help: "A folder of templates; may be repeated. Default: $WEIR_DEVICES, else Devices.")
    var devices: [String] = []

    var folders: [String] { SiteOptions.folders(devices) }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the templates of the folders.")
    @OptionGroup var folders: Folders

    func run() throws {
      try TemplateCommand.explaining {
        var table = Columns()
        table.add("TEMPLATE", "EXTENDS", "SIGNALS", "WHAT IT IS")
        for entry in try TemplateLibrary.load(devices: folders.folders).entries {
          table.add(entry.name, entry.parent ?? "-", "\(entry.signals)", entry.summary)
        }
        print(table.lines(indent: "").joined(separator: "\n"))
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a template, or what an asset has made of it, with the file and line of each value.",
      discussion: "What is printed is a template again: copy it, change it, give it a name of its own.")
    @OptionGroup var folders: Folders
    @Argument(help: "The template's name, as the list shows it.") var name: String?
    @Option(name: .long, help: "Instead of a name: the id of an asset of the configuration.") var asset: String?
    @Option(name: .long, help: "The configuration with the asset.") var config: String?

    func validate() throws {
      if asset == nil, config != nil { throw ValidationError("--config needs --asset: whose template?") }
      if asset != nil, config == nil {
        throw ValidationError("--asset needs --config: the configuration with the asset, for example plant.yaml")
      }
      guard (name == nil) != (asset == nil) else {
        throw ValidationError(
          "name a template (`weir template list` shows them), or an asset with --asset and --config")
      }
    }

    func run() throws {
      try TemplateCommand.explaining {
        if let asset, let config {
          let found = try SiteLoader.effectiveTemplate(ofAsset: asset, path: config, devices: folders.folders)
          guard let template = found.template else {
            throw TemplateCommand.missing("asset", asset, found.nearest, "\(config) has no such asset.")
          }
          print(template.text, terminator: "")
        } else if let name {
          let library = try TemplateLibrary.load(devices: folders.folders)
          guard let template = library.effective(name) else {
            throw TemplateCommand.missing("template", name, library.nearest(name), "`weir template list` shows them.")
          }
          print(template.text, terminator: "")
        }
      }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a template file.",
      discussion: "Every mistake is shown with file, line, column and remedy. Exit code 1 if there is one.")
    @OptionGroup var folders: Folders
    @Argument(help: "The file, for example my-devices/lathe.yaml.") var file: String

    func run() throws {
      try TemplateCommand.explaining {
        let entry = try TemplateLibrary.check(file: file, devices: folders.folders)
        let parent = entry.parent.map { ", extends \($0)" } ?? ""
        print("template \(entry.name)\(parent): \(entry.signals) signal\(entry.signals == 1 ? "" : "s"), no mistake")
        print("Use it with `devices: [\(URL(fileURLWithPath: file).deletingLastPathComponent().relativePath)]` in the")
        print("configuration, or --devices, and `template: \(entry.name)` at an asset.")
      }
    }
  }

  /// Mistakes are the answer of these commands, not errors of the program.
  private static func explaining(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let errors as ConfigurationErrors {
      print(errors.description)
      throw ExitCode(1)
    }
  }

  private static func missing(_ noun: String, _ name: String, _ nearest: String?, _ otherwise: String) -> any Error {
    Output.error("There is no \(noun) \"\(name)\".\n  → \(nearest.map { "Did you mean \($0)?" } ?? otherwise)")
    return ExitCode(1)
  }
}
