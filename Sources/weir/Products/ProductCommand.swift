import ArgumentParser
import Control
import Foundation

struct ProductCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "product", abstract: "Footprints of products: what they used and emitted, and documents about it.",
    subcommands: [Report.self, Export.self, Verify.self, Unit.self, Import.self, Suppliers.self],
    defaultSubcommand: Report.self)

  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Footprint of a product, batch or order: what it used, and what that emitted.",
      discussion: """
        Without a name, all orders of the period. With the name of a product or batch, its orders and their sum; with the \
        number of an order, what it is made of: carriers with allocation and factor, materials with their source. An \
        order belongs to the period in which it began.
        """)

    @Argument(help: "A product, a batch, or the number of an order.") var name: String?
    @OptionGroup var gateway: GatewayOptions
    @Option(name: .long, help: "today, week, month, year, 2026-10, 2026-10-01..2026-10-07 …") var period = "year"
    @Flag(name: .long, help: "As JSON, with all digits.") var json = false

    func run() async throws {
      let table = try await gateway.client.products(name: name, period: period)
      if json {
        print(String(decoding: try ControlCoding.encoder().encode(table), as: UTF8.self))
        return
      }
      print(Self.text(table))
    }

    static func text(_ table: ReportTable) -> String {
      var columns = Columns(alignRight: Set(1...table.columns.count))
      columns.add(cells: [table.by.uppercased()] + table.columns.map { heading($0) } + [""])
      for row in table.rows + [table.total].compactMap(\.self) {
        let figures = zip(table.columns, row.figures).map { column, figure in
          figure.map { short($0, places: column.places) } ?? "-"
        }
        columns.add(cells: [row.name] + figures + [row.note ?? ""])
      }
      let lines = ["\(table.title), from \(table.start) to \(table.end)"] + columns.lines(indent: "")
      return (lines + table.notes.map { "  · \($0)" }).joined(separator: "\n")
    }

    private static func heading(_ column: ReportTable.Column) -> String {
      column.unit.isEmpty ? column.title.uppercased() : "\(column.title.uppercased()) \(column.unit)"
    }

    /// For people: cut to so many places.
    private static func short(_ text: String, places: Int) -> String {
      guard let value = Double(text) else { return text }
      return Figures.places(value, places)
    }
  }
}
