import Journal
import Rules
import Store
import Templates

/// What an engine's state belongs to, kept beside that state: the configuration (after a change, what the journal has
/// from before the change is replayed with the configuration of its time) and the numbers of series (which a journal
/// that must begin anew takes over).
enum SiteRecord {
  static let configuration = "gateway/configuration"
  private static let catalogue = "gateway/catalogue"

  static func attach(_ site: Site, _ journal: Journal, to checkpoint: Checkpoint) throws -> Checkpoint {
    var checkpoint = checkpoint
    checkpoint.state.append((key: configuration, bytes: Array(site.canonicalText.utf8)))
    checkpoint.state.append((key: catalogue, bytes: try journal.catalogueCopy()))
    return checkpoint
  }

  /// Gives a new journal the numbers that the Store's state speaks in.
  static func restoreCatalogue(of journal: Journal, from store: Store) throws {
    if let bytes = try store.state(catalogue) { try journal.takeOver(catalogueCopy: bytes) }
  }
}
