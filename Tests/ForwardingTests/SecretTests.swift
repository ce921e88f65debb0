import Templates
import TestSupport
import Testing

@testable import Forwarding

@Suite struct SecretTests {
  @Test func readsFileEnvironmentAndCredential() throws {
    let folder = try TemporaryDirectory()
    try folder.write("s3cret-token\n", to: "token")
    let environment: @Sendable (String) -> String? = { [path = folder.path] name in
      ["TOKEN": "from-env", "CREDENTIALS_DIRECTORY": path][name]
    }
    #expect(try SecretSource(.file(folder.path + "/token")).read().reveal() == "s3cret-token")
    #expect(try SecretSource(.environment("TOKEN"), environment: environment).read().reveal() == "from-env")
    #expect(try SecretSource(.credential("token"), environment: environment).read().reveal() == "s3cret-token")
  }

  @Test func explainsWhatIsWrongWithoutShowingIt() throws {
    let folder = try TemporaryDirectory()
    try folder.write(" \n", to: "empty")
    try folder.write("two\nlines", to: "lines")
    let none: @Sendable (String) -> String? = { _ in nil }
    let cases: [(Secret, String)] = [
      (
        .file(folder.path + "/missing"),
        "cannot read the secret from file \(folder.path)/missing: No such file or directory"
      ),
      (.file(folder.path + "/empty"), "the secret in file \(folder.path)/empty is empty"),
      (.file(folder.path + "/lines"), "the secret in file \(folder.path)/lines is not one line of printable ASCII"),
      (.environment("X"), "cannot read the secret from environment variable X: it is not set"),
      (.credential("t"), "cannot read the secret from systemd credential t: CREDENTIALS_DIRECTORY is not set"),
    ]
    for (secret, message) in cases {
      let error = #expect(throws: SecretSource.Failure.self) { try SecretSource(secret, environment: none).read() }
      #expect(error?.description == message)
    }
    let error = #expect(throws: SecretSource.Failure.self) {
      try SecretSource(.credential("../x"), environment: { _ in "/" }).read()
    }
    #expect(error?.description.contains("plain file name") == true)
  }

  @Test func noDescriptionShowsASecret() {
    let secret = SecretValue("hunter2hunter2")
    var dumped = ""
    dump([secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped] {
      #expect(!text.contains("hunter2"), "\(text)")
    }
  }

  @Test func redactedTextIsOneShortLineWithoutSecrets() {
    let redactor = Redactor([SecretValue("tok-12345")], limit: 40)
    #expect(redactor.line("bad token tok-12345\r\nend") == "bad token <redacted>  end")
    #expect(redactor.line(String(repeating: "x", count: 100)).count == 41)
  }

  @Test(arguments: [
    ("https://user:pw@host.example:8443/in/x?token=abc#f", "https://host.example:8443/in/x"),
    ("http://127.0.0.1:1/", "http://127.0.0.1:1/"),
    ("https://host?key=v", "https://host"),
    ("https://host/a@b", "https://host/a@b"),
    ("/relative?x", "/relative"),
  ])
  func addressesAreShownWithoutCredentials(url: String, shown: String) {
    #expect(Redactor.address(url) == shown)
  }
}
