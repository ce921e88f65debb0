import Telemetry
import Testing

@testable import Journal

@Suite struct CatalogTests {
  private let scratch: Scratch
  init() throws { scratch = try Scratch() }

  @Test func numbersAreKeptWhateverTheConfigurationDoes() throws {
    let first = site([("press", ["kwh", "kw"]), ("mill", ["kwh"])], connections: ["plant", "lab"])
    let changed = site([("oven", ["kwh"]), ("press", ["kw", "pf", "kwh"])], connections: ["lab", "yard"])
    let before: SeriesCatalog
    do {
      let journal = try scratch.journal()
      before = try journal.catalog(for: first)
      try journal.close()
    }
    let journal = try scratch.journal()
    let after = try journal.catalog(for: changed)
    #expect(after.assetNumber(1) == before.assetNumber(0))
    #expect(after.series(asset: 1, signal: 0) == before.series(asset: 0, signal: 1))
    #expect(after.series(asset: 1, signal: 2) == before.series(asset: 0, signal: 0))
    #expect(after.connection(named: "lab") == before.connection(named: "lab"))
    #expect(after.place(of: before.series(asset: 1, signal: 0)) == nil)
    #expect(after.place(of: after.series(asset: 0, signal: 0)) == SeriesCatalog.Place(asset: 0, signal: 0))
    let numbers = [after.series(asset: 0, signal: 0), after.series(asset: 1, signal: 1)]
    #expect(numbers.allSatisfy { before.place(of: $0) == nil })
    // Back to the first one: nothing has moved.
    let again = try journal.catalog(for: first)
    for (asset, signals) in first.assets.map(\.signals.count).enumerated() {
      #expect(again.assetNumber(asset) == before.assetNumber(asset))
      for signal in 0..<signals {
        #expect(again.series(asset: asset, signal: signal) == before.series(asset: asset, signal: signal))
      }
    }
  }

  @Test func withoutADatabaseTheSiteNumbersItself() {
    let catalog = SeriesCatalog(site: site([("a", ["x", "y"]), ("b", []), ("c", ["z"])], connections: ["p", "q"]))
    #expect(catalog.series(asset: 2, signal: 0) == SeriesID(3))
    #expect(catalog.place(of: SeriesID(2)) == SeriesCatalog.Place(asset: 0, signal: 1))
    #expect(catalog.place(of: SeriesID(0)) == nil)
    #expect(catalog.place(of: SeriesID(.max)) == nil)
    #expect(catalog.connection(named: "q") == ConnectionID(2))
    #expect(catalog.connection(named: "unknown") == ConnectionID(0))
  }

  @Test func tooManyConnectionsAreRefused() throws {
    let journal = try scratch.journal()
    #expect(throws: JournalError.self) {
      try journal.catalog(for: site([], connections: (1...256).map { "c\($0)" }))
    }
    #expect(try journal.catalog(for: site([], connections: ["c1"])).connection(named: "c1") == ConnectionID(1))
  }
}
