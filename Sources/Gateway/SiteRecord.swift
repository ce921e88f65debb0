import Rules
import Templates

/// The configuration that an engine's state belongs to, kept beside that state: after a change, what the journal has
/// from before the change is replayed with the configuration of its time.
enum SiteRecord {
  static let key = "gateway/configuration"

  static func attach(_ site: Site, to checkpoint: Checkpoint) -> Checkpoint {
    var checkpoint = checkpoint
    checkpoint.state.append((key: key, bytes: Array(site.canonicalText.utf8)))
    return checkpoint
  }
}
