extension Destination.Webhook {
  func write(to writer: inout CanonicalWriter, secret: (Secret?, String, inout CanonicalWriter) -> Void) {
    switch address {
    case .plain(let url): writer.field("url", url)
    case .secret(let source): secret(source, "url", &writer)
    }
    writer.field("shape", shape.rawValue)
    writer.field("template", template)
    writer.field("update", update)
    secret(token, "token", &writer)
    secret(signing, "signing", &writer)
  }
}

extension Destination.Email {
  func write(to writer: inout CanonicalWriter, secret: (Secret?, String, inout CanonicalWriter) -> Void) {
    writer.field("server", server)
    writer.field("from", from)
    writer.list("to", to)
    writer.field("username", username)
    secret(password, "password", &writer)
  }
}
